/** How long the twin's answers take, in milliseconds: always the same, or drawn from a range by a seed. */
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

export interface LatencyRange {
  readonly from: number;
  readonly to: number;
  /** The same seed draws the same numbers, one for each request in the order of arrival. */
  readonly seed: number;
}

export type LatencyMs = number | LatencyRange;

export function latenciesOf(latency: LatencyMs): () => number {
  if (typeof latency === 'number') return () => latency;
  const { from, to, seed } = latency;
  let state = seed >>> 0;
  return () => {
    // A linear congruential generator (Numerical Recipes): enough to spread answers.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from + Math.floor((state / 2 ** 32) * (to - from + 1));
  };
}

/** The pauses that run now, one for each request in flight. */
export class Pauses {
  readonly #closing = new AbortController();

  constructor() {
    setMaxListeners(0, this.#closing.signal);
  }

  /** True when the time has passed; false when the twin closes meanwhile. */
  async pass(durationMs: number): Promise<boolean> {
    const { signal } = this.#closing;
    if (durationMs === 0) return !signal.aborted;
    return pause(durationMs, true, { signal }).catch(() => false);
  }

  close(): void {
    this.#closing.abort();
  }
}
