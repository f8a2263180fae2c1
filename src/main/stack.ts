/** `atp up`, `down` and `status`: the embedded stack, with this release's database, schedules and worker in it. */
import { fileURLToPath } from 'node:url';
import workerOptions from '../../bin/worker-options.json' with { type: 'json' };
import type { Stack, StackStatus } from '../cli/machine.ts';
import { partsFolder, stateFolder } from '../config/config.ts';
import { AtpError } from '../domain/errors.ts';
import { readLock } from '../stand-ins/stack-files.ts';
import { runningStack } from '../stand-ins/stack.ts';
import { endSignal, stackStatus, startDetached, stopStack, supervise } from '../stand-ins/supervisor.ts';
import { checkExistingServices, readExistingServices } from './existing-services.ts';
import { findDemoAccount } from './demo-account.ts';
import { prepareStack } from './prepare-stack.ts';
import { SERVICE_NAMES } from './service-names.ts';
import { waitForWorker } from './worker-polls.ts';
import type { ExistingServices, ServiceName, StackRecord } from '../stand-ins/stack.ts';

const SUPERVISOR = fileURLToPath(new URL('./supervisor.ts', import.meta.url));
const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url));

/** The worker of the stack is the command that anybody may start, and runs as `bin/atp.mjs` would run it. */
export const STACK_WORKER = {
  command: process.execPath,
  args: [...workerOptions.node, CLI, 'worker', '--wait'],
} as const;

export const STACK_CONSOLE = {
  command: process.execPath,
  args: [fileURLToPath(new URL('./stack-console.ts', import.meta.url))],
} as const;

export const stack: Stack = {
  async up({ detach, seed, onProgress }) {
    const stateDir = stateFolder();
    const prepare = { seed, onProgress };
    const existing = readExistingServices();
    await checkExistingServices();
    if (detach) {
      const running = await orNull('STACK_NOT_RUNNING', () => runningStack(stateDir));
      if (running) {
        refuseOtherServices(stateDir, running, existing);
        await prepareStack(running, prepare);
      } else {
        onProgress(startingText(existing));
        const args = [SUPERVISOR, ...(seed ? ['--seed'] : [])];
        await startDetached(stateDir, { command: process.execPath, args });
      }
      return { status: statusOf(stateDir), untilStopped: () => Promise.resolve() };
    }
    onProgress(startingText(existing));
    const ready = Promise.withResolvers<StackStatus>();
    const ended = supervise({
      stateDir,
      partsDir: partsFolder(),
      existing,
      onProgress,
      worker: STACK_WORKER,
      console: STACK_CONSOLE,
      prepare: (addresses) => prepareStack(addresses, prepare),
      untilWorking: (signal) => waitForWorker(signal, onProgress),
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

/** A running stack goes on with the services that it was started with. */
function refuseOtherServices(stateDir: string, running: StackRecord, existing: ExistingServices): void {
  const asked = namesOf(existing);
  if (asked.length === running.existing.length && asked.every((name) => running.existing.includes(name)))
    return;
  throw new AtpError('STACK_RUNNING', { pid: readLock(stateDir)?.supervisor.pid });
}

function namesOf({ temporal, databaseUrl, sftp }: ExistingServices): readonly ServiceName[] {
  const found = { temporal, database: databaseUrl, sftp };
  return (Object.keys(found) as ServiceName[]).filter((name) => found[name] !== undefined);
}

function startingText(existing: ExistingServices): string {
  const used = namesOf(existing);
  const started = (Object.keys(SERVICE_NAMES) as ServiceName[]).filter((name) => !used.includes(name));
  const listed = (names: readonly ServiceName[]) => names.map((name) => SERVICE_NAMES[name]);
  const yours = used.length > 0 ? `Using ${listed(used).join(', ')} as configured. ` : '';
  return `${yours}Starting ${[...listed(started), 'the Shopify twin'].join(', ')}; the first time takes longer`;
}

/** @throws AtpError STACK_NOT_RUNNING */
function statusOf(stateDir: string): StackStatus {
  return { ...stackStatus(stateDir), consoleAccount: findDemoAccount(stateDir) };
}

/** Null when `work` fails with this code, which is no fault here. */
export async function orNull<Result>(
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
