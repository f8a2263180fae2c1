/** Faults: a test arms one, and the next matching requests go wrong in its way, as calls of Shopify do. */

/** The client gets an error, or no answer. */
export const FAILING_KINDS = [
  /** 500, nothing was executed. */
  'http-500-before',
  /** 500, although it was executed. */
  'http-500-after',
  /** Executed, then never answered: the connection stays open until the client gives up or the twin closes. */
  'timeout-after',
  /** Executed, then the connection is cut without an answer. */
  'drop-after',
  /** 429, nothing was executed. */
  'http-429',
  /** Executed; the answer is cut off in the middle of its body. */
  'truncated-body-after',
  /** 200 with Shopify's THROTTLED error, nothing was executed: another client has just emptied the bucket. */
  'throttled',
] as const;

/** The client gets an answer: a mutation is refused by userErrors. */
const REFUSING_KINDS = [
  /** As stale, whatever its rows are, and the refusal names no row. */
  'stale-without-field',
  /** The same, and the refusal has no code either: only its message tells. */
  'stale-without-code',
] as const;

export const FAULT_KINDS = [...FAILING_KINDS, ...REFUSING_KINDS] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** Which requests it is for; a field that is left out matches any. */
export interface RequestFilter {
  readonly domain?: string | undefined;
  readonly operation?: string | undefined;
}

export interface ArmedFault extends RequestFilter {
  readonly id: string;
  readonly kind: FaultKind;
  /** How many requests still pass before the first one fails. */
  skip: number;
  /** How many requests must still fail. */
  times: number;
  /** Seconds in the Retry-After header of a 429; absent: no header. */
  readonly retryAfter?: number | undefined;
}

export function matches(filter: RequestFilter, domain: string, operation: string | null): boolean {
  return (
    (filter.domain === undefined || filter.domain === domain) &&
    (filter.operation === undefined || filter.operation === operation)
  );
}

export class Faults {
  #armed: ArmedFault[] = [];
  #count = 0;

  arm(fault: Omit<ArmedFault, 'id'>): ArmedFault {
    this.#count += 1;
    const armed = { id: String(this.#count), ...fault };
    this.#armed.push(armed);
    return armed;
  }

  get armed(): readonly ArmedFault[] {
    return this.#armed;
  }

  disarmAll(): void {
    this.#armed = [];
  }

  /** The fault for a request that arrives now: the oldest one that matches. Counts the request. */
  take(domain: string, operation: string | null): ArmedFault | null {
    const fault = this.#armed.find((armed) => matches(armed, domain, operation));
    if (!fault) return null;
    if (fault.skip > 0) {
      fault.skip -= 1;
      return null;
    }
    fault.times -= 1;
    if (fault.times === 0) this.#armed = this.#armed.filter((armed) => armed !== fault);
    return fault;
  }
}
