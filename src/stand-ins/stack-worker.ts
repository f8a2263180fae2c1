/** The worker of the embedded stack: a process of its own, started again when it crashes. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startPart } from './part-process.ts';
import type { PartProcess } from './part-process.ts';
import type { RunningStack } from './stack.ts';

/** A command that runs until SIGTERM, and finds the stack by ATP_STATE_DIR. No secret may be among the arguments. */
export interface WorkerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface StackWorker {
  /** Drains, then ends. */
  stop(): Promise<void>;
}

/** A worker that crashes more often than this one after the other would crash for ever. */
const CRASHES_MAX = 5;
const RESTART_DELAY_MS = 1_000;
/** Having run for so long, it was well. */
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
        // The stack goes on without a worker, which `atp status` tells.
        process.stderr.write(`The worker could not be started again: ${String(error)}\n`);
        return;
      }
      // It was asked to stop while the new one started.
      if (stopping.signal.aborted) await worker.stop();
    }
  }
}
