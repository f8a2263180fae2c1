/**
 * The quota of one shop, shared by all of this process's calls to it: a call waits until the bucket can pay it, first
 * come, first served. The arithmetic is in domain/throttle.ts; this keeps the state, the queue and the clock.
 *
 * Other processes spend from the same bucket. What they take shows in the next answer, and until then a call may be
 * throttled by Shopify.
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
import { throttled } from './call-failure.ts';
import type { ReportedCost } from './reported-cost.ts';

/** A call that may be sent now. */
export interface Admission {
  /** To be told once, when the call has ended; null: without an answer that says what it has cost. */
  settle(reported: ReportedCost | null): void;
}

interface Waiter {
  readonly operation: string;
  readonly admitted: PromiseWithResolvers<Admission>;
}

export class ShopQuota {
  readonly #domain: string;
  readonly #waitMaxMs: number;
  /** Points of an operation, as its last answer has told. Our operations cost the same each time. */
  readonly #costs = new Map<string, number>();
  readonly #waiting: Waiter[] = [];
  #quota: KnownQuota = { status: SHOPIFY_QUOTA_GUESS, onTheWay: [] };
  #quotaAt = performance.now();
  /** False until the first answer: till then the quota is a guess. */
  #isTold = false;
  #callsSent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(domain: string, waitMaxMs = SHOPIFY_QUOTA_WAIT_MAX_MS) {
    this.#domain = domain;
    this.#waitMaxMs = waitMaxMs;
  }

  /** @throws AtpError SHOPIFY_THROTTLED when the quota does not allow the call in time; it must not be sent then */
  async admit(operation: string): Promise<Admission> {
    const waiter: Waiter = { operation, admitted: Promise.withResolvers() };
    this.#waiting.push(waiter);
    const deadline = setTimeout(() => this.#giveUp(waiter), this.#waitMaxMs);
    this.#dispatch();
    try {
      return await waiter.admitted.promise;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Lets go whom the bucket can pay, in their order, and comes back when it can pay the next one. */
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

  #waitOf({ operation }: Waiter): number {
    const cost = this.#costOf(operation) + SHOPIFY_QUOTA_RESERVE_POINTS;
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
    waiter.admitted.reject(throttled(this.#domain, waitMs));
    this.#dispatch();
  }
}

/** One for each shop that this process has called. A shop is a few numbers, so none is ever forgotten. */
const QUOTAS = new Map<string, ShopQuota>();

/** The same for every client of the shop. A stand-in has a bucket of its own, whatever shop it stands in for. */
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
