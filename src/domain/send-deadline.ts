/**
 * Until when a call may be put on its way to Shopify.
 *
 * A worker may stand still (a paused process, a suspended machine) between the transaction that stored its call and the
 * sending. Meanwhile another attempt takes its place and goes on to later files. So a call has a deadline, counted from
 * *before* that transaction began, and nobody repeats a stored call before the deadline of its last sending has passed:
 * see decideStoredCall. What has left in time may still arrive late; that is the business of late-call.ts.
 */
import { SEND_WITHIN_MS, SENDABLE_FOR_MS } from './limits.ts';

/**
 * Readings of two clocks at one instant, in milliseconds. The monotonic one stops while a machine is suspended, and the
 * wall clock may be set back: neither of them is enough alone.
 */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface SendDeadline {
  readonly begunAt: Instant;
}

/** @param begunAt before the transaction that stored the call, or that marked it as repeated */
export function sendDeadline(begunAt: Instant): SendDeadline {
  return { begunAt };
}

/** Milliseconds in which the call may still leave, by the clock that says less; 0: it must not be sent. */
export function sendableForMs({ begunAt }: SendDeadline, now: Instant): number {
  const passedMs = Math.max(now.monotonicMs - begunAt.monotonicMs, now.wallMs - begunAt.wallMs);
  return Math.max(0, SEND_WITHIN_MS - Math.max(0, passedMs));
}

/** What to do with a stored call that has no answer. */
export type StoredCallDecision =
  /** Somebody may still put it on its way; in so many milliseconds nobody can any more. */
  | { readonly kind: 'WAIT'; readonly waitMs: number }
  | { readonly kind: 'REPEAT' }
  /** Shopify may have forgotten its key, so a repeat would be a new request: what Shopify shows decides. */
  | { readonly kind: 'SETTLE_AS_EXPIRED' };

/**
 * No sending has more than SENDABLE_FOR_MS left. When the database's clock says so, it was set back.
 *
 * @param sendableForMs how long its last sending may still leave, by the database's clock; 0 or less: it cannot any more
 * @param isTooOld whether Shopify may have forgotten its key
 */
export function decideStoredCall(call: {
  readonly sendableForMs: number;
  readonly isTooOld: boolean;
}): StoredCallDecision {
  if (call.sendableForMs > 0) {
    return { kind: 'WAIT', waitMs: Math.min(SENDABLE_FOR_MS, Math.ceil(call.sendableForMs)) };
  }
  return call.isTooOld ? { kind: 'SETTLE_AS_EXPIRED' } : { kind: 'REPEAT' };
}
