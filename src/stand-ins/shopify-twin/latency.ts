/** How long the twin's answers take, in milliseconds: always the same, or drawn from a range by a seed. */
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
  readonly #running = new Map<NodeJS.Timeout, (hasPassed: boolean) => void>();
  #isClosed = false;

  /**
   * True when the time has passed; false when the twin closes meanwhile. It uses the global `setTimeout`, so that a test
   * can put a fake clock in its place.
   */
  async pass(durationMs: number): Promise<boolean> {
    if (durationMs === 0 || this.#isClosed) return !this.#isClosed;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#running.delete(timer);
        resolve(true);
      }, durationMs);
      this.#running.set(timer, resolve);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const [timer, resolve] of this.#running) {
      clearTimeout(timer);
      resolve(false);
    }
    this.#running.clear();
  }
}
