/** The process behind `atp up --detach`: runs the stack until it is told to stop. Arguments: `[--seed]`. */
import { partsFolder, stateFolder } from '../config/config.ts';
import { endSignal, reportingToStarter } from '../stand-ins/supervisor.ts';
import { readExistingServices } from './existing-services.ts';
import { prepareStack } from './prepare-stack.ts';
import { STACK_CONSOLE, STACK_WORKER } from './stack.ts';
import { waitForWorker } from './worker-polls.ts';

const onProgress = (text: string): void => console.error(text);
const seed = process.argv.includes('--seed');

await reportingToStarter({
  stateDir: stateFolder(),
  partsDir: partsFolder(),
  existing: readExistingServices(),
  worker: STACK_WORKER,
  console: STACK_CONSOLE,
  prepare: (addresses) => prepareStack(addresses, { seed, onProgress }),
  untilWorking: (signal) => waitForWorker(signal, onProgress),
  signal: endSignal(),
});
