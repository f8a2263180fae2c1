/** How many points a shop grants its app, and how fast it answers. Kept in memory: a twin starts with a full bucket. */
import { latenciesOf } from './latency.ts';
import { LeakyBucket } from './leaky-bucket.ts';
import type { LatencyMs } from './latency.ts';
import type { ThrottleStatus } from './leaky-bucket.ts';

/** Points a second (Shopify documentation, "API limits"). */
export const RESTORE_RATES = { standard: 100, advanced: 200, plus: 1000 } as const;
export type Plan = keyof typeof RESTORE_RATES;

/** The size is not published for each plan; this one was seen on a development store. */
export const DEFAULT_BUCKET = { maximumAvailable: 2000, restoreRate: RESTORE_RATES.standard } as const;

/** What is left out stays as it is; at the start it is the standard plan without latency. */
export interface EconomySettings {
  /** In place of a restore rate. */
  readonly plan?: Plan | undefined;
  readonly restoreRate?: number | undefined;
  /** The bucket's size; a new size comes full. */
  readonly maximumAvailable?: number | undefined;
  readonly currentlyAvailable?: number | undefined;
  readonly latencyMs?: LatencyMs | undefined;
}

/** What `GET …/economy` answers. */
export interface EconomyView extends ThrottleStatus {
  readonly latencyMs: LatencyMs;
}

export class ShopEconomy {
  readonly bucket: LeakyBucket;
  #latencyMs: LatencyMs = 0;
  #nextLatency = latenciesOf(0);

  constructor(settings: EconomySettings, at: number) {
    this.bucket = new LeakyBucket(DEFAULT_BUCKET, at);
    this.change(settings, at);
  }

  change(settings: EconomySettings, at: number): void {
    const { plan, restoreRate = plan && RESTORE_RATES[plan], latencyMs } = settings;
    const { maximumAvailable, currentlyAvailable } = settings;
    this.bucket.change(
      {
        ...(restoreRate !== undefined && { restoreRate }),
        ...(maximumAvailable !== undefined && { maximumAvailable }),
        ...(currentlyAvailable !== undefined && { currentlyAvailable }),
      },
      at,
    );
    if (latencyMs === undefined) return;
    this.#latencyMs = latencyMs;
    this.#nextLatency = latenciesOf(latencyMs);
  }

  nextLatencyMs(): number {
    return this.#nextLatency();
  }

  view(at: number): EconomyView {
    return { ...this.bucket.status(at), latencyMs: this.#latencyMs };
  }
}
