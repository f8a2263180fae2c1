/** The `atp` command as a person or a script runs it: its environment, its streams, its exit code. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runCli } from '../../src/cli/program.ts';
import type { Surroundings } from '../../src/config/environment.ts';
import { openApplication } from '../../src/main/application.ts';
import { openMachine } from '../../src/main/machine.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { STATE_TIMEOUT_MS } from '../setup/state-timeout.ts';

const ENTRY = join(import.meta.dirname, '../../src/main/cli.ts');

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Atp {
  /** Runs a command line to its end, as given. */
  run(...args: string[]): Promise<Ran>;
  /** Runs it with `--json` and returns its one document. Fails when the exit code is another one. */
  json<Document>(args: readonly string[], exitCode?: number): Promise<Document>;
  /** Runs it with `--json` and returns the code of its error, with the exit code: `FACILITY_UNKNOWN 2`. */
  failure(...args: string[]): Promise<string>;
  /** Starts a command that goes on until it is stopped; it is, with SIGTERM, when the test is over. */
  start(...args: string[]): ChildProcess;
  /** An empty folder of its own: the working folder, and where the state would be. */
  readonly folder: string;
}

/**
 * The command in this process, with an environment, a working folder and streams of its own: what a command does, and
 * what it says, is the same as in a process of its own.
 */
export function atpWith(environment: Readonly<Record<string, string>>): Promise<Atp> {
  return makeAtp(environment, runAtp);
}

/** The command in a process of its own: for what belongs to the process, such as signals, streams and the stack. */
export function atpProcess(environment: Readonly<Record<string, string>>): Promise<Atp> {
  return makeAtp(environment, async (surroundings, args) => {
    const child = spawnAtp(surroundings, args);
    const timer = setTimeout(() => child.kill('SIGKILL'), STATE_TIMEOUT_MS);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), exit(child)]);
    clearTimeout(timer);
    return { exitCode: child.exitCode, stdout, stderr };
  });
}

/** Runs a command line to its end, in this process. */
export async function runAtp(surroundings: Surroundings, args: readonly string[]): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const terminal = {
    out: (said: string) => void (stdout += said),
    error: (said: string) => void (stderr += said),
    showsProgress: false,
  };
  const app = openApplication(surroundings);
  try {
    const exitCode = await runCli(args, { app, machine: openMachine(surroundings), terminal });
    return { exitCode, stdout, stderr };
  } finally {
    await app.close();
  }
}

function spawnAtp({ variables, folder }: Surroundings, args: readonly string[]) {
  return spawn(process.execPath, [ENTRY, ...args], {
    cwd: folder,
    // With the code that the programs of all tests share, compiled.
    env: { ...variables, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Only the given variables: nothing of the surrounding environment gets in. */
async function makeAtp(
  environment: Readonly<Record<string, string>>,
  runWith: (surroundings: Surroundings, args: readonly string[]) => Promise<Ran>,
): Promise<Atp> {
  const folder = await mkdtemp(join(tmpdir(), 'atp-cli-'));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const variables = { PATH: process.env['PATH'] ?? '', HOME: folder, ATP_STATE_DIR: folder, ...environment };
  const surroundings = { variables, folder };
  const run = (...args: string[]) => runWith(surroundings, args);

  return {
    folder,
    run,
    async json<Document>(args: readonly string[], exitCode = 0) {
      const ran = await run(...args, '--json');
      if (ran.exitCode !== exitCode) {
        throw new Error(`atp ${args.join(' ')} ended with ${ran.exitCode}: ${ran.stderr}${ran.stdout}`);
      }
      return JSON.parse(ran.stdout) as Document;
    },
    async failure(...args) {
      const { stdout, stderr, exitCode } = await run(...args, '--json');
      if (stdout !== '') throw new Error(`atp ${args.join(' ')} said something on stdout: ${stdout}`);
      const { error } = JSON.parse(stderr) as {
        readonly error: { readonly code: string; readonly message: string; readonly hint: string };
      };
      if (!error.message || !error.hint) throw new Error(`An error without its words: ${stderr}`);
      return `${error.code} ${exitCode}`;
    },
    start(...args) {
      const child = spawnAtp(surroundings, args);
      const ended = exit(child);
      cleanUp(async () => {
        child.kill('SIGTERM');
        await ended;
      });
      return child;
    },
  };
}

async function exit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
