import type { Suspicion } from './guard.ts';
import { counted } from './words.ts';

/**
 * A shop's plan: the products that the guard withholds, until a person decides.
 *
 *     HELD ──▶ APPROVED   by a person: its products were computed anew, and went out
 *       ├────▶ REJECTED   by a person: nothing was sent; the next run judges its products anew
 *       └────▶ REPLACED   none of its products is suspect any more
 *
 * A shop has one plan at a time. It keeps its number while it grows; its revision rises then, so that an approval can
 * name what was looked at.
 */
export const PLAN_MOVES = {
  HELD: ['APPROVED', 'REJECTED', 'REPLACED'],
  APPROVED: [],
  REJECTED: [],
  REPLACED: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PlanState = keyof typeof PLAN_MOVES;

/** Why a product is withheld. */
export type PlanCause =
  | Suspicion
  /** Before its first Hard Sync a shop shows what somebody else has set: a person looks before we replace it. */
  | 'FIRST_HARD_SYNC';

/** Products of a plan, by cause. */
export type PlanCounts = Readonly<Partial<Record<PlanCause, number>>>;

const CAUSES_IN_WORDS: Readonly<Record<PlanCause, (count: number) => string>> = {
  FIRST_HARD_SYNC: (count) => `it is the shop’s first Hard Sync, with ${counted(count, 'row')}`,
  COLLAPSE: (count) =>
    `${counted(count, 'product')} would fall to a quarter or less, and no sales explain it`,
  SURGE: (count) => `${counted(count, 'product')} would rise to more than four times what they are`,
  SELL_OUT: (count) => `${counted(count, 'product')} would sell out by sales of other channels`,
};

const CAUSES = Object.keys(CAUSES_IN_WORDS) as readonly PlanCause[];

/** How many products a plan withholds. */
export function countOf(counts: PlanCounts): number {
  return CAUSES.reduce((sum, cause) => sum + (counts[cause] ?? 0), 0);
}

/** Why a plan is held, in words: the end of "It is held: …". */
export function heldBecause(counts: PlanCounts): string {
  const told = CAUSES.flatMap((cause) => {
    const count = counts[cause] ?? 0;
    return count > 0 ? [CAUSES_IN_WORDS[cause](count)] : [];
  });
  return told.length > 0 ? told.join('; ') : 'nothing of it is left';
}
