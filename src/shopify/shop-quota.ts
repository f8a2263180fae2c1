/**
 * The quota of one shop, shared by all calls of this process to it: a call waits until the bucket can pay for it, first
 * come, first served. The arithmetic is in src/domain/throttle.ts; this class keeps the state, the queue and the clock.
 *
 * Other processes spend points of the same bucket. The next answer shows what they took, and as much is left for them from then on
 * (decision 0084).
 */
import {
  SHOPIFY_FIRST_CALL_POINTS,
  SHOPIFY_QUOTA_GUESS,
  SHOPIFY_QUOTA_RESERVE_POINTS,
  SHOPIFY_QUOTA_WAIT_MAX_MS,
} from '../domain/limits.ts';
import {
  quotaAfter,
  quotaWhenAnswered,
  quotaWhenFirstTold,
  quotaWhenLost,
  quotaWhenSent,
  waitBeforeRequest,
  type KnownQuota,
  type ToldQuota,
} from '../domain/throttle.ts';
import { throttledError } from './call-failure.ts';
import type { ReportedCost } from './reported-cost.ts';

/** In a small bucket that is only a part of it. Shopify's smallest has 1,000 points. */
const DEAREST_PART_MAX = 1 / 25;

/** A call that may be sent now. */
export interface Admission {
  /** Call it once, when the call has ended; with null when no answer has told what the call cost. */
  settle(reported: ReportedCost | null): void;
}

interface Waiter {
  readonly operation: string;
  readonly admitted: PromiseWithResolvers<Admission>;
}

export class ShopQuota {
  readonly #domain: string;
  readonly #waitMaxMs: number;
  /** Points of an operation, as its last answer told. Our operations cost the same each time. */
  readonly #costs = new Map<string, number>();
  readonly #waiting: Waiter[] = [];
  #quota: KnownQuota = { status: SHOPIFY_QUOTA_GUESS, onTheWay: [], takenByOthers: 0 };
  #quotaAt = performance.now();
  /** False until the first answer: until then the quota is a guess. */
  #isTold = false;
  #callsSent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(domain: string, waitMaxMs = SHOPIFY_QUOTA_WAIT_MAX_MS) {
    this.#domain = domain;
    this.#waitMaxMs = waitMaxMs;
  }

  /**
   * @param mustLeaveInMs a call that has a deadline does not wait beyond it
   * @throws AtpError SHOPIFY_THROTTLED when the quota does not allow the call in time; then it must not be sent
   */
  async admit(operation: string, mustLeaveInMs = Infinity): Promise<Admission> {
    const waiter: Waiter = { operation, admitted: Promise.withResolvers() };
    this.#waiting.push(waiter);
    const waitMaxMs = Math.min(this.#waitMaxMs, mustLeaveInMs);
    const deadline = setTimeout(() => this.#giveUp(waiter), waitMaxMs);
    this.#dispatch();
    try {
      return await waiter.admitted.promise;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Points that are left, by the last answer and the time since; null: no answer has told yet. */
  get pointsLeft(): number | null {
    if (!this.#isTold) return null;
    return quotaAfter(this.#quota, performance.now() - this.#quotaAt).status.currentlyAvailable;
  }

  /** Points a second that come back, by the last answer; null: no answer has told yet. */
  get restoreRate(): number | null {
    return this.#isTold ? this.#quota.status.restoreRate : null;
  }

  /** Admits the calls that the bucket can pay for, in their order, and runs again when it can pay for the next one. */
  #dispatch(): void {
    clearTimeout(this.#timer);
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const waitMs = this.#waitOf(next);
      if (waitMs > 0) {
        if (waitMs < this.#waitMaxMs) this.#timer = setTimeout(() => this.#dispatch(), waitMs);
        return;
      }
      this.#waiting.shift();
      next.admitted.resolve(this.#send(next.operation));
    }
  }

  /**
   * Each waits until the bucket could pay for the dearest call: otherwise one process, by many cheap calls, would keep it too empty for a dear
   * one of another, for ever.
   */
  #waitOf({ operation }: Waiter): number {
    const dearest = Math.min(
      SHOPIFY_FIRST_CALL_POINTS,
      this.#quota.status.maximumAvailable * DEAREST_PART_MAX,
    );
    const cost = Math.max(this.#costOf(operation), dearest) + SHOPIFY_QUOTA_RESERVE_POINTS;
    return waitBeforeRequest(cost, this.#quota, performance.now() - this.#quotaAt);
  }

  #send(operation: string): Admission {
    const id = (this.#callsSent += 1);
    this.#update((quota) => quotaWhenSent(quota, { id, cost: this.#costOf(operation) }));
    return {
      settle: (reported) => {
        if (reported) this.#learn(id, operation, reported);
        else this.#update((quota) => quotaWhenLost(quota, id));
        this.#dispatch();
      },
    };
  }

  #learn(id: number, operation: string, { requested, actual, throttleStatus }: ReportedCost): void {
    const told: ToldQuota = { charged: actual, status: throttleStatus };
    this.#costs.set(operation, requested);
    if (this.#isTold) this.#update((quota) => quotaWhenAnswered(quota, id, told));
    else this.#update((quota) => quotaWhenFirstTold(quota, id, told));
    this.#isTold = true;
  }

  #update(change: (quota: KnownQuota) => KnownQuota): void {
    const now = performance.now();
    this.#quota = change(quotaAfter(this.#quota, now - this.#quotaAt));
    this.#quotaAt = now;
  }

  #costOf(operation: string): number {
    return this.#costs.get(operation) ?? SHOPIFY_FIRST_CALL_POINTS;
  }

  #giveUp(waiter: Waiter): void {
    const place = this.#waiting.indexOf(waiter);
    if (place < 0) return;
    const waitMs = this.#waitOf(waiter);
    this.#waiting.splice(place, 1);
    waiter.admitted.reject(throttledError(this.#domain, waitMs));
    this.#dispatch();
  }
}

/** One for each shop that this process has called. Each is a few numbers, so none is ever removed. */
const QUOTAS = new Map<string, ShopQuota>();

/** The same quota for every client of the shop. A stand-in has a bucket of its own, whatever shop it stands in for. */
export function quotaOf({
  domain,
  adminUrl,
}: {
  readonly domain: string;
  readonly adminUrl: string | null;
}): ShopQuota {
  const key = `${domain} ${adminUrl ?? ''}`;
  const known = QUOTAS.get(key);
  if (known) return known;
  const quota = new ShopQuota(domain);
  QUOTAS.set(key, quota);
  return quota;
}
