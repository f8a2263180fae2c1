import { setTimeout as delay } from 'node:timers/promises';
import { STATE_TIMEOUT_MS } from './state-timeout.ts';

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** The part of the time waited so far that the next pause takes: who waits long need not look often. */
const PAUSE_SHARE = 1 / 20;

/**
 * Calls `look` again and again until it does not throw, and returns its result. If it never stops throwing, its last
 * error is thrown.
 */
export async function until<Seen>(look: () => Promise<Seen> | Seen): Promise<Seen> {
  const begunAt = performance.now();
  for (;;) {
    try {
      return await look();
    } catch (error) {
      const waitedMs = performance.now() - begunAt;
      if (waitedMs > STATE_TIMEOUT_MS) throw error;
      await delay(Math.min(Math.max(SHORTEST_PAUSE_MS, waitedMs * PAUSE_SHARE), LONGEST_PAUSE_MS));
    }
  }
}
