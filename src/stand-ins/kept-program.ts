/** A program of ours beside the embedded stack: a process of its own, started again when it crashes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PartProcess } from './part-process.ts';

/** A command that runs until SIGTERM, and finds the stack by ATP_STATE_DIR. Its arguments must hold no secret. */
export interface ProgramCommand {
  readonly command: string;
  readonly args: readonly string[];
}

export interface KeptProgram {
  /** Lets the program finish what it is doing, then ends it. */
  stop(): Promise<void>;
}

/** After so many crashes in a row, the program is not started again: it would crash for ever. */
const CRASHES_MAX = 5;
const RESTART_DELAY_MS = 1_000;
/** A program that has run this long was healthy: the count of crashes begins anew. */
const HEALTHY_AFTER_MS = 60_000;

/**
 * Starts it, and again whenever it has ended by itself.
 *
 * @param start also tells other processes that it runs
 * @param onEnd tells them that it does not
 */
export async function keepProgram(
  start: () => Promise<PartProcess>,
  onEnd: () => void,
): Promise<KeptProgram> {
  const stopping = new AbortController();
  let program = await start();
  const kept = keepRunning();
  return {
    async stop() {
      stopping.abort();
      await program.stop();
      await kept;
    },
  };

  async function keepRunning(): Promise<void> {
    for (let crashes = 0; ; crashes += 1) {
      const startedAt = Date.now();
      await program.ended;
      onEnd();
      if (Date.now() - startedAt >= HEALTHY_AFTER_MS) crashes = 0;
      if (crashes >= CRASHES_MAX) return;
      await delay(RESTART_DELAY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        program = await start();
      } catch (error) {
        // The stack goes on without it; `atp status` shows that.
        process.stderr.write(`${program.name} could not be started again: ${String(error)}\n`);
        return;
      }
      // The stack was asked to stop while it started anew.
      if (stopping.signal.aborted) await program.stop();
    }
  }
}
