/** The worker of the embedded stack: a process of its own, started again when it crashes. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startPart } from './part-process.ts';
import type { PartProcess } from './part-process.ts';
import type { RunningStack } from './stack.ts';

/** A command that runs until SIGTERM, and finds the stack by ATP_STATE_DIR. Its arguments must hold no secret. */
export interface WorkerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface StackWorker {
  /** Lets the worker finish its running steps, then ends it. */
  stop(): Promise<void>;
}

/** After so many crashes in a row, the worker is not started again: it would crash for ever. */
const CRASHES_MAX = 5;
const RESTART_DELAY_MS = 1_000;
/** A worker that has run this long was healthy: the count of crashes begins anew. */
const HEALTHY_AFTER_MS = 60_000;

export async function startStackWorker(
  stack: RunningStack,
  { command, args }: WorkerCommand,
): Promise<StackWorker> {
  const { stateDir } = stack;
  const stopping = new AbortController();
  const start = async (): Promise<PartProcess> => {
    const worker = await startPart({
      name: 'the worker',
      command,
      args,
      cwd: process.cwd(),
      env: { ...process.env, ATP_STATE_DIR: stateDir },
      logFile: join(stateDir, 'logs/worker.log'),
    });
    stack.noteWorker(worker.process);
    return worker;
  };

  let worker = await start();
  const kept = keepRunning();
  return {
    async stop() {
      stopping.abort();
      await worker.stop();
      await kept;
    },
  };

  async function keepRunning(): Promise<void> {
    for (let crashes = 0; ; crashes += 1) {
      const startedAt = Date.now();
      await worker.ended;
      stack.noteWorker(null);
      if (Date.now() - startedAt >= HEALTHY_AFTER_MS) crashes = 0;
      if (crashes >= CRASHES_MAX) return;
      await delay(RESTART_DELAY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        worker = await start();
      } catch (error) {
        // The stack goes on without a worker; `atp status` shows that.
        process.stderr.write(`The worker could not be started again: ${String(error)}\n`);
        return;
      }
      // The stack was asked to stop while the new worker started.
      if (stopping.signal.aborted) await worker.stop();
    }
  }
}
