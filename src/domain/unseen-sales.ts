/**
 * Sales that Shopify has made and whose orders are not imported yet.
 *
 * Shopify sells before we hear of it, so the Online ATP of a file may not know of units that are gone already. Written
 * as it is, it would put them on sale again. What is missing on Shopify since our last push, and is not explained by
 * orders imported since, is a **debt**; the row is written less its debt.
 *
 *     debt ← max(0, debt + (lastKnown − observed) − (importedUnits of this file − importedUnits of the last push))
 *     write  max(0, target − debt)
 *
 * All of it counts with its sign: a cancellation shows as a rise on Shopify and as fewer imported units, each when it
 * comes to be known, and in either order the two cancel out.
 *
 * Not every drop is a sale: somebody may have taken 5 away by hand, and no order will ever pay for them. So a debt
 * expires: once the shop's orders are imported up to some time, what was seen to be gone before it is either among
 * them or was no sale. Whatever raises a debt therefore keeps its time, until that has passed, and the debt is never more
 * than these together. One time for the whole row would not do: in a product that sells all day every sale would
 * renew it, and the 5 would be held back for ever. Here they are let go as soon as fewer units than the debt were seen
 * to be sold since that time. It is never too early: a sale that is not imported was made after it, so it is among the
 * drops that count. They are kept while there is no debt, too: a cancellation that Shopify shows before it is imported
 * hides the debt of another sale until then.
 *
 * Imports pay first and what is left expires then. The other way round, a fresh sale in the same interval as the import
 * of old ones would be paid for by their orders.
 */
import { UNSEEN_DROPS_MAX, UNSEEN_SALE_GRACE_MS } from './limits.ts';

/** What becomes of them: held back (the default), or put on sale again, for a shop whose sales reach the master otherwise. */
export const SALES_POLICIES = ['keep-unseen-sales', 'overwrite'] as const;
export type SalesPolicy = (typeof SALES_POLICIES)[number];

/** Units that one read found to be gone, or that an import took back. */
export interface Drop {
  /** ISO 8601, UTC, by the database's clock. */
  readonly at: string;
  readonly units: number;
}

/** What is held back of a row. */
export interface HeldBack {
  /** Units; never more than the drops have. */
  readonly debt: number;
  /** Those that have not expired, oldest first. */
  readonly drops: readonly Drop[];
}

export const NOTHING_HELD_BACK: HeldBack = { debt: 0, drops: [] };

/** What we know of an item since we last wrote it, or found it equal. */
export interface LastPush extends HeldBack {
  /** Units on Shopify after it. */
  readonly lastKnown: number;
  /** Units of the shop's imported order lines, less what was cancelled, in the snapshot of its file. */
  readonly importedUnits: number;
}

/** What is known now. */
export interface FreshRead {
  /** Units that Shopify shows. */
  readonly observed: number;
  /** When it was read: ISO 8601, UTC, by the database's clock. */
  readonly at: string;
  /** Units of the shop's imported order lines, in the snapshot of the file that is applied. */
  readonly importedUnits: number;
  /** Up to here the orders of the shop are imported in that snapshot; null: none ever was, so nothing expires. */
  readonly ordersImportedUntil: string | null;
}

/** @param last null: the item is met for the first time, and whatever it shows is nobody's debt */
export function heldBack(last: LastPush | null, read: FreshRead): HeldBack {
  if (last === null) return NOTHING_HELD_BACK;
  const dropped = last.lastKnown - read.observed;
  const paid = read.importedUnits - last.importedUnits;
  const owed = Math.max(0, last.debt + dropped - paid);
  const raise = Math.max(0, dropped) + Math.max(0, -paid);
  const seen = raise > 0 ? [...last.drops, { at: read.at, units: raise }] : last.drops;
  const drops = unexpired(seen, read.ordersImportedUntil);
  return { debt: Math.min(owed, sumOf(drops)), drops: bounded(drops) };
}

/** What to write, or to find, of a target in units. */
export function lessDebt(target: number, debt: number): number {
  return Math.max(0, target - debt);
}

/** An order may come in some time after a younger one: until then its sale may still be unseen. */
function unexpired(drops: readonly Drop[], ordersImportedUntil: string | null): readonly Drop[] {
  if (ordersImportedUntil === null) return drops;
  const settledUntil = Date.parse(ordersImportedUntil) - UNSEEN_SALE_GRACE_MS;
  return drops.filter(({ at }) => Date.parse(at) > settledUntil);
}

/** Of too many the two oldest are taken for one, of the later time: it is held back longer, never let go early. */
function bounded(drops: readonly Drop[]): readonly Drop[] {
  const [oldest, next, ...rest] = drops;
  if (drops.length <= UNSEEN_DROPS_MAX || !oldest || !next) return drops;
  return [{ at: next.at, units: oldest.units + next.units }, ...rest];
}

function sumOf(drops: readonly Drop[]): number {
  return drops.reduce((sum, { units }) => sum + units, 0);
}
