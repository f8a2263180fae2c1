/**
 * Holds: the next request of an operation waits before it is executed, until the test releases it. So a test brings two
 * requests into any order without sleeping. On release the request is executed even if its client has given up by then:
 * Shopify, too, would execute a request that it has already received.
 */
import { matches } from './faults.ts';
import type { RequestFilter } from './faults.ts';

export const HOLD_STATES = ['waiting', 'holding', 'released'] as const;
export type HoldState = (typeof HOLD_STATES)[number];

export interface HeldRequest {
  readonly domain: string;
  readonly operation: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface HoldStatus extends RequestFilter {
  readonly id: string;
  /** `waiting`: no request has come yet; `holding`: one has come and waits. */
  readonly state: HoldState;
  readonly request: HeldRequest | null;
}

interface Hold extends RequestFilter {
  readonly id: string;
  state: HoldState;
  request: HeldRequest | null;
  readonly arrived: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<boolean>;
  readonly executed: PromiseWithResolvers<void>;
}

/** Beyond this number, released holds are forgotten; until then, a test may still ask for their state. */
const HOLD_LIMIT = 1000;

export class Holds {
  readonly #holds = new Map<string, Hold>();
  #count = 0;

  place(filter: RequestFilter): HoldStatus {
    this.#count += 1;
    const hold: Hold = {
      ...filter,
      id: String(this.#count),
      state: 'waiting',
      request: null,
      arrived: Promise.withResolvers(),
      released: Promise.withResolvers(),
      executed: Promise.withResolvers(),
    };
    this.#holds.set(hold.id, hold);
    for (const [id, { state }] of this.#holds) {
      if (this.#holds.size <= HOLD_LIMIT) break;
      if (state === 'released') this.#holds.delete(id);
    }
    return statusOf(hold);
  }

  status(id: string): HoldStatus | null {
    const hold = this.#holds.get(id);
    return hold ? statusOf(hold) : null;
  }

  /** Resolves when a request has come, or the hold was released without one. */
  async arrival(id: string): Promise<void> {
    await this.#holds.get(id)?.arrived.promise;
  }

  /** Lets the request go; resolves when it has been executed. A hold that no request has reached is removed. */
  async release(id: string): Promise<HoldStatus | null> {
    const hold = this.#holds.get(id);
    if (!hold) return null;
    const wasHolding = hold.state === 'holding';
    hold.state = 'released';
    hold.arrived.resolve();
    hold.released.resolve(true);
    if (wasHolding) await hold.executed.promise;
    return statusOf(hold);
  }

  /** Waits as long as a hold stops the request; `execute` is false when the twin closes meanwhile. */
  async pass(request: HeldRequest): Promise<{ readonly execute: boolean; readonly done: () => void }> {
    for (const hold of this.#holds.values()) {
      if (hold.state !== 'waiting' || !matches(hold, request.domain, request.operation)) continue;
      hold.state = 'holding';
      hold.request = request;
      hold.arrived.resolve();
      return { execute: await hold.released.promise, done: () => hold.executed.resolve() };
    }
    return { execute: true, done: () => undefined };
  }

  close(): void {
    for (const hold of this.#holds.values()) {
      hold.arrived.resolve();
      hold.released.resolve(false);
      hold.executed.resolve();
    }
  }
}

function statusOf({ id, domain, operation, state, request }: Hold): HoldStatus {
  return { id, domain, operation, state, request };
}
