/**
 * Sales that Shopify has made and whose orders are not imported yet.
 *
 * Shopify sells before we hear of it, so a file's Online ATP may count units that are sold already. Written as it is, it
 * would put them on sale again. Units that are missing on Shopify since our last push, and that no order imported since
 * explains, are a **debt**; we write the row's Online ATP less its debt. These units are *kept back*.
 *
 *     debt ← max(0, debt + (lastKnown − observed) − (importedUnits of this file − importedUnits of the last push))
 *     write  max(0, target − debt)
 *
 * Both differences count with their sign. A cancellation raises what Shopify shows and lowers the imported units; in
 * whichever order we learn of the two, they cancel out.
 *
 * Not every drop is a sale: somebody may have taken 5 units away by hand, and no order will ever pay for them. So drops
 * expire, by the shop's **order watermark**: every sale that was made up to then is imported. A drop seen before it is
 * either paid by these orders or was no sale. Each drop therefore keeps its time until the watermark has passed it, and
 * the debt is never more than the drops that are left.
 *
 * One time for the whole row would not be enough: in a product that sells all day, every sale would renew it, and the 5
 * would be kept back for ever. With a time for each drop, they are let go as soon as the drops since the watermark are
 * fewer than the debt. That is never too early: a sale whose order is not imported was made after it, so its drop still
 * counts.
 * Drops are remembered while the debt is 0, too: a cancellation that Shopify shows before it is imported hides the debt
 * of another sale until then.
 *
 * Imported orders pay first, and then drops expire. In the other order, the orders of old sales would pay for a fresh
 * sale that was seen in the same interval.
 */
import { UNITS_MAX, UNSEEN_DROPS_MAX } from './limits.ts';

/**
 * What becomes of them: kept back (the default), or put on sale again, for a shop whose sales come in by another way.
 */
export const SALES_POLICIES = ['keep-unseen-sales', 'overwrite'] as const;
export type SalesPolicy = (typeof SALES_POLICIES)[number];

/** Units that were gone from Shopify at one read, or that imported orders no longer explain. */
export interface Drop {
  /** ISO 8601, UTC, by the database's clock. */
  readonly at: string;
  readonly units: number;
}

/** What is kept back of a row. */
export interface KeptBack {
  /** Units; never more than all drops together, nor than any target. */
  readonly debt: number;
  /** Drops that have not expired, oldest first. */
  readonly drops: readonly Drop[];
}

export const NOTHING_KEPT_BACK: KeptBack = { debt: 0, drops: [] };

/** What we know of an item since the last push: the last time that we wrote it, or found it equal. */
export interface LastPush extends KeptBack {
  /** Units on Shopify after it. */
  readonly lastKnown: number;
  /** Units of the shop's imported order lines, less what was cancelled, in the snapshot of its file. */
  readonly importedUnits: number;
}

/** A last push as it is remembered; `lastKnown` is null when it was of another item or location than the one of now. */
export type RememberedPush = Omit<LastPush, 'lastKnown'> & { readonly lastKnown: number | null };

/**
 * The last push, as the present item and location are judged by it. Where the item was never pushed nothing is missing;
 * but what is kept back stays kept back, since Online ATP still counts these units.
 */
export function pushSeenHere(push: RememberedPush | null, observed: number): LastPush | null {
  return push && { ...push, lastKnown: push.lastKnown ?? observed };
}

/** What is known now. */
export interface FreshRead {
  /** Units that Shopify shows. */
  readonly observed: number;
  /** When it was read: ISO 8601, UTC, by the database's clock. */
  readonly at: string;
  /** Units of the shop's imported order lines, in the snapshot of the file that is applied. */
  readonly importedUnits: number;
  /** The shop's order watermark in that snapshot; null: nothing is known of its orders, so nothing expires. */
  readonly ordersImportedUntil: string | null;
}

/** @param last null when the item was never pushed: then nothing is known to be missing */
export function keepBack(last: LastPush | null, read: FreshRead): KeptBack {
  if (last === null) return NOTHING_KEPT_BACK;
  const dropped = last.lastKnown - read.observed;
  const paid = read.importedUnits - last.importedUnits;
  const unpaid = Math.max(0, last.debt + dropped - paid);
  const raise = Math.max(0, dropped) + Math.max(0, -paid);
  const before = last.drops.map((drop) => notAhead(drop, read.at));
  const seen = raise > 0 ? [...before, { at: read.at, units: raise }] : before;
  const drops = withoutExpired(seen, read.ordersImportedUntil);
  return { debt: Math.min(unpaid, sumOf(drops), UNITS_MAX), drops: mergeDrops(drops, read.at) };
}

/** The units to write: what is left of the target. */
export function subtractDebt(target: number, debt: number): number {
  return Math.max(0, target - debt);
}

/** A drop that lies ahead was seen before the clock was set back. It ages from now on: waiting for its time might take years. */
function notAhead(drop: Drop, now: string): Drop {
  return Date.parse(drop.at) > Date.parse(now) ? { ...drop, at: now } : drop;
}

function withoutExpired(drops: readonly Drop[], ordersImportedUntil: string | null): readonly Drop[] {
  if (ordersImportedUntil === null) return drops;
  const watermark = Date.parse(ordersImportedUntil);
  return drops.filter(({ at }) => Date.parse(at) > watermark);
}

/**
 * Too many drops: two that follow each other become one, with the later time. So units are kept back longer, never let go
 * early. The oldest stays alone, or in a product that sells all the time it would move along and never expire. Of the
 * others those two are taken that delay least, beside their age: the span that the new one stands for is short, or long
 * ago.
 */
function mergeDrops(drops: readonly Drop[], now: string): readonly Drop[] {
  if (drops.length <= UNSEEN_DROPS_MAX) return drops;
  const times = drops.map(({ at }) => Date.parse(at));
  const timeAt = (index: number) => times[index] ?? NaN;
  const costOf = (index: number) =>
    (timeAt(index + 1) - timeAt(index - 1)) / (Date.parse(now) - timeAt(index + 1) + 1);
  const inner = drops.slice(1, -1).map((_, offset) => offset + 1);
  const merged = inner.reduce((best, index) => (costOf(index) < costOf(best) ? index : best), 1);
  return drops.flatMap((drop, index): readonly Drop[] => {
    if (index === merged) return [];
    return index === merged + 1 ? [{ at: drop.at, units: drop.units + (drops[merged]?.units ?? 0) }] : [drop];
  });
}

function sumOf(drops: readonly Drop[]): number {
  return drops.reduce((sum, { units }) => sum + units, 0);
}
