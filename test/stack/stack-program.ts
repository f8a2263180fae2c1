/** A program that the tests of this folder run in a process of its own: a stack that runs until it is told to stop. */
import { endSignal, reportingToStarter } from '../../src/stand-ins/supervisor.ts';
import type { SuperviseOptions } from '../../src/stand-ins/supervisor.ts';

const options = JSON.parse(process.argv[2] ?? '') as Omit<SuperviseOptions, 'signal'>;
await reportingToStarter({ ...options, signal: endSignal() });
