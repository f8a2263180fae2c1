/**
 * What a refusal of a whole call means. Shopify refuses all rows of a call because of one. Mostly it says which; but real
 * shops have been seen to answer "stale" without a row, or without a code. Then the call is made smaller until a call of
 * one row is refused: that row is to blame. So one bad row never stops the others.
 */
import type { PastCall, PastOutcome } from './call-size.ts';
import { BLAMED_ALONE_MAX } from './limits.ts';
import { meaningOfRefusal } from './row-decision.ts';

/** Shopify failed at the first request with the key, and wants a new key for the next. */
export const KEY_SPENT = 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED';

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export interface RefusalOfRow extends Refusal {
  /** Index of the row in the call. */
  readonly position: number;
}

/** A refused call, as the ledger records it. */
export interface JudgedRefusal {
  readonly outcome: PastOutcome;
  /** The rows to blame; with `isNamed` false, the only row of a call that was refused without a name. */
  readonly rows: readonly (RefusalOfRow & { readonly isNamed: boolean })[];
  /** Refusals that blame no row. */
  readonly unnamed: readonly Refusal[];
  /** Why no other call would help; null: the next call is decided on a new read. */
  readonly stop: StopReason | null;
}

export type StopReason =
  | { readonly kind: 'LOCATION_UNUSABLE'; readonly refusal: Refusal }
  | { readonly kind: 'CALL_REFUSED'; readonly refusal: Refusal }
  /** Twice in a row: Shopify is not well, so the next call waits. */
  | { readonly kind: 'KEY_SPENT_AGAIN'; readonly refusal: Refusal };

/** Codes of a call as a whole: of what all our calls have in common. */
const OF_THE_CALL = [
  'INVALID_NAME',
  'INVALID_REASON',
  'INVALID_REFERENCE_DOCUMENT',
  'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
];

/**
 * @param rowCount rows of the refused call
 * @param named refusals of a row
 * @param unnamed refusals without a row
 * @param history the chunk's calls before this one, in the order of generations
 */
export function judgeRefusal(
  rowCount: number,
  named: readonly RefusalOfRow[],
  unnamed: readonly Refusal[],
  history: readonly PastCall[],
): JudgedRefusal {
  const rows = named.map((row) => ({ ...row, isNamed: true }));
  const location = [...named, ...unnamed].find(({ code }) => meaningOfRefusal(code).kind === 'BLOCK');
  if (location) return stopped('OTHER', { kind: 'LOCATION_UNUSABLE', refusal: location });
  const ofCall = unnamed.find(({ code }) => OF_THE_CALL.includes(code));
  if (ofCall) return stopped('OTHER', { kind: 'CALL_REFUSED', refusal: ofCall });
  const spent = unnamed.find(({ code }) => code === KEY_SPENT);
  if (spent) {
    const isAgain = history.at(-1)?.outcome === 'KEY_SPENT';
    return stopped('KEY_SPENT', isAgain ? { kind: 'KEY_SPENT_AGAIN', refusal: spent } : null);
  }
  if (rows.length > 0) {
    const isStale = rows.some(({ code }) => isStaleCode(code));
    return { outcome: isStale ? 'STALE' : 'OTHER', rows, unnamed, stop: null };
  }
  const [first] = unnamed;
  const outcome = unnamed.every(({ code }) => isStaleCode(code)) ? 'STALE_UNNAMED' : 'REFUSED_UNNAMED';
  if (rowCount > 1 || !first) return { outcome, rows, unnamed, stop: null };
  if (isWholeCallAtFault([...history, { rowCount, outcome }])) {
    return stopped(outcome, { kind: 'CALL_REFUSED', refusal: first });
  }
  return { outcome, rows: [{ ...first, position: 0, isNamed: false }], unnamed: [], stop: null };

  function stopped(stoppedOutcome: PastOutcome, stop: StopReason | null): JudgedRefusal {
    return { outcome: stoppedOutcome, rows, unnamed, stop };
  }
}

/** Whether it says that a quantity has changed since it was read. */
export function isStaleCode(code: string): boolean {
  return meaningOfRefusal(code).kind === 'STALE';
}

/**
 * Whether a refusal that names no row is one of the call and not of its rows: so many calls of one row were refused one
 * after the other, each with another row. @param history with this refusal
 */
export function isWholeCallAtFault(history: readonly PastCall[]): boolean {
  const last = history.slice(-BLAMED_ALONE_MAX);
  return (
    last.length === BLAMED_ALONE_MAX &&
    last.every(({ rowCount, outcome }) => rowCount === 1 && outcome === 'REFUSED_UNNAMED')
  );
}
