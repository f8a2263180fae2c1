/** What a fault does to a request and its answer. */
import { jsonReply, type Reply } from './http.ts';
import { unnamedStaleRefusal, type SetQuantitiesRefusal } from './inventory-set-quantities.ts';
import type { ArmedFault } from './faults.ts';

export function isBeforeExecution({ kind }: ArmedFault): boolean {
  return kind === 'http-500-before' || kind === 'http-429' || kind === 'throttled';
}

/** The refusal that a fault puts in the place of the decision; null: the call is decided as it is. */
export function refusalBy(fault: ArmedFault | null): SetQuantitiesRefusal | null {
  if (fault?.kind === 'stale-without-field') return unnamedStaleRefusal('without-field');
  if (fault?.kind === 'stale-without-code') return unnamedStaleRefusal('without-code');
  return null;
}

/** Null: no answer. */
export function statusOf({ kind }: ArmedFault): number | null {
  if (kind === 'http-429') return 429;
  if (kind === 'timeout-after' || kind === 'drop-after') return null;
  return kind === 'http-500-before' || kind === 'http-500-after' ? 500 : 200;
}

export function replyWithFault(
  fault: ArmedFault,
  result: unknown,
  headers: Readonly<Record<string, string>>,
): Reply {
  const body = JSON.stringify(result);
  switch (fault.kind) {
    case 'http-500-before':
    case 'http-500-after':
      return jsonReply(500, { errors: 'Internal Server Error' }, headers);
    case 'timeout-after':
      return { status: null, body, delivery: 'never' };
    case 'drop-after':
      return { status: null, body, delivery: 'drop' };
    case 'truncated-body-after':
      return { status: 200, headers, body, delivery: 'cut-off' };
    case 'http-429': {
      // Shopify writes the seconds with a fraction.
      const { retryAfter } = fault;
      const wait = retryAfter === undefined ? {} : { 'retry-after': retryAfter.toFixed(1) };
      return jsonReply(429, { errors: 'Too Many Requests' }, { ...headers, ...wait });
    }
    case 'throttled':
    case 'stale-without-field':
    case 'stale-without-code':
      return jsonReply(200, result, headers);
  }
}
