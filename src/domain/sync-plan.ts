import type { UploadFileKind } from './upload-file.ts';
import { counted } from './words.ts';

/**
 * A plan: a file that would change too much, so it waits for a person. The first guard.
 *
 *     HELD ──▶ APPROVED   by a person: it was computed anew and became a file
 *       ├────▶ REJECTED   by a person: nothing is sent; the next run of the job decides anew
 *       └────▶ REPLACED   a later run of the same job has decided anew, or a Hard Sync made it needless
 *
 * A plan takes no sequence, moves no baseline and supersedes no file: until it is approved, nothing has changed.
 */
export const PLAN_MOVES = {
  HELD: ['APPROVED', 'REJECTED', 'REPLACED'],
  APPROVED: [],
  REJECTED: [],
  REPLACED: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PlanState = keyof typeof PLAN_MOVES;

/** Why a plan is held. */
export type PlanCause =
  /** Before its first Hard Sync a shop shows what somebody else has set: a person looks before we replace it. */
  | 'FIRST_HARD_SYNC'
  /** More products than the shop's limit would go to zero. */
  | 'TO_ZERO';

/** What the guard decides by. */
export interface PlannedChange {
  readonly kind: UploadFileKind;
  /** Whether the shop has had a Hard Sync. */
  readonly isFirst: boolean;
  /** Products that were published above zero, and would be published as zero. */
  readonly toZeroCount: number;
  /** Products of the shop that are mapped. */
  readonly productCount: number;
  readonly toZeroLimitPercent: number;
}

/** Why a person must decide; null when the file may be published. */
export function heldCause(change: PlannedChange): PlanCause | null {
  if (change.kind === 'hard-sync' && change.isFirst) return 'FIRST_HARD_SYNC';
  return exceedsToZeroLimit(change) ? 'TO_ZERO' : null;
}

/** Compares whole numbers, so that a change of exactly the limit is within it. */
export function exceedsToZeroLimit({
  toZeroCount,
  productCount,
  toZeroLimitPercent,
}: Pick<PlannedChange, 'toZeroCount' | 'productCount' | 'toZeroLimitPercent'>): boolean {
  return toZeroCount * 100 > productCount * toZeroLimitPercent;
}

/** Why a plan is held, in words: the end of "It is held: …". */
export function heldBecause(plan: {
  readonly cause: PlanCause;
  readonly rows: number;
  readonly toZero: number;
  readonly products: number;
}): string {
  const { cause, rows, toZero, products } = plan;
  return cause === 'FIRST_HARD_SYNC'
    ? `it is the shop’s first Hard Sync, with ${counted(rows, 'row')}, ${toZero} of them zero`
    : `it would send ${toZero} of ${counted(products, 'product')} to zero`;
}
