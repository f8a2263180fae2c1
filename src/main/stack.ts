/** `atp up`, `down` and `status`: the embedded stack, with this release's database, schedules and worker in it. */
import { fileURLToPath } from 'node:url';
import workerOptions from '../../bin/worker-options.json' with { type: 'json' };
import type { Stack, StackStatus } from '../cli/application.ts';
import { partsFolder, stateFolder } from '../config/config.ts';
import { AtpError } from '../domain/errors.ts';
import { runningStack } from '../stand-ins/stack.ts';
import { endSignal, stackStatus, startDetached, stopStack, supervise } from '../stand-ins/supervisor.ts';
import { prepareStack } from './prepare-stack.ts';

const SUPERVISOR = fileURLToPath(new URL('./supervisor.ts', import.meta.url));
const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));

/** The worker of the stack is the command that anybody may start, and runs as `bin/atp.mjs` would run it. */
export const STACK_WORKER = {
  command: process.execPath,
  args: [...workerOptions.node, CLI, 'worker'],
} as const;

const STARTING = 'Starting Temporal, Postgres, SFTP and the Shopify twin; the first time takes longer';

export const stack: Stack = {
  async up({ detach, seed, onProgress }) {
    const stateDir = stateFolder();
    const prepare = { seed, onProgress };
    if (detach) {
      const running = await orNull('STACK_NOT_RUNNING', () => runningStack(stateDir));
      if (running) await prepareStack(running, prepare);
      else {
        onProgress(STARTING);
        const args = [SUPERVISOR, ...(seed ? ['--seed'] : [])];
        await startDetached(stateDir, { command: process.execPath, args });
      }
      return { status: statusOf(stateDir), untilStopped: () => Promise.resolve() };
    }
    onProgress(STARTING);
    const ready = Promise.withResolvers<StackStatus>();
    const ended = supervise({
      stateDir,
      partsDir: partsFolder(),
      onProgress,
      worker: STACK_WORKER,
      prepare: (addresses) => prepareStack(addresses, prepare),
      onReady: () => ready.resolve(statusOf(stateDir)),
      signal: endSignal(),
    });
    const stoppedBeforeReady = ended.then(() => Promise.reject(new AtpError('STACK_NOT_RUNNING')));
    return { status: await Promise.race([ready.promise, stoppedBeforeReady]), untilStopped: () => ended };
  },

  async down() {
    const stopped = await orNull('STACK_NOT_RUNNING', () => stopStack(stateFolder()).then(() => true));
    return { stopped: stopped ?? false };
  },

  status: () => Promise.resolve(statusOf(stateFolder())),
};

/** @throws AtpError STACK_NOT_RUNNING */
function statusOf(stateDir: string): StackStatus {
  return { ...stackStatus(stateDir), consoleUrl: null };
}

async function orNull<Result>(
  code: AtpError['code'],
  work: () => Result | Promise<Result>,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AtpError && error.code === code) return null;
    throw error;
  }
}
