import type { ObservedItem } from './row-decision.ts';
import { subtractDebt } from './unseen-sales.ts';

/** Why Shopify shows another number than Online ATP. They are checked in this order; the first that is true counts. */
export const DIFFERENCE_CAUSES = [
  // Shopify's side: the item is gone, not tracked, or not stocked at the location.
  'ITEM_NOT_FOUND',
  'ITEM_NOT_TRACKED',
  'LEVEL_INACTIVE',
  // The guard withholds the product until a person decides about the shop's plan.
  'WITHHELD',
  // On its way: no file has had the product yet, its Online ATP changed after the last file, or that file still waits.
  'NEVER_PUBLISHED',
  'CHANGE_NOT_PUBLISHED',
  'FILE_WAITING',
  // The last file did not bring it: for a cause that is gone now, or because it sold faster than it could be written.
  'QUARANTINED',
  'OWED',
  // As intended: units that Shopify has sold are kept back until their orders are imported.
  'UNSEEN_SALES',
  // Our write arrived, and Shopify shows fewer units since: mostly they were sold, and their orders are not imported yet.
  'MAY_BE_SALES',
  // Our write arrived, and the quantity changed on Shopify since in a way that is no sale: by somebody's edit.
  'CHANGED_ON_SHOPIFY',
] as const;

export type DifferenceCause = (typeof DIFFERENCE_CAUSES)[number];

/** Causes that a file mends. A setting on Shopify is for a person to change, and unseen sales end by themselves. */
const HEALED = ['MAY_BE_SALES', 'CHANGED_ON_SHOPIFY', 'QUARANTINED', 'OWED'] as const;

export const HEALED_BY_A_FILE: readonly DifferenceCause[] = HEALED;

type HealedCause = (typeof HEALED)[number];

export type UnhealedCause = Exclude<DifferenceCause, HealedCause>;

export function isHealedByFile(cause: DifferenceCause): cause is HealedCause {
  return HEALED_BY_A_FILE.includes(cause);
}

/** Differences that end without anybody: the next file brings them, or their orders are imported. */
const ENDING_BY_THEMSELVES: readonly DifferenceCause[] = [
  'WITHHELD',
  'NEVER_PUBLISHED',
  'CHANGE_NOT_PUBLISHED',
  'FILE_WAITING',
  'OWED',
  'UNSEEN_SALES',
  'MAY_BE_SALES',
];

/** Whether somebody must look at it. What is withheld is told with its plan. */
export function needsALook(cause: DifferenceCause): boolean {
  return !ENDING_BY_THEMSELVES.includes(cause);
}

/** How many of them somebody must look at. */
export function countToLookAt(causes: Readonly<Partial<Record<DifferenceCause, number>>>): number {
  return DIFFERENCE_CAUSES.filter(needsALook).reduce((sum, cause) => sum + (causes[cause] ?? 0), 0);
}

/** What we know of a product's way to Shopify. */
export interface ProductOnItsWay {
  readonly onlineAtp: number;
  /** It is in the shop's plan that is held. */
  readonly isWithheld: boolean;
  /** Sequence and quantity of the last file that had it; null before the first. */
  readonly published: { readonly sequence: number; readonly quantity: number } | null;
  /** Sequence and outcome of the last file that was applied with it, and the units kept back then. */
  readonly applied: { readonly sequence: number; readonly outcome: string; readonly debt: number } | null;
  /**
   * An earlier verification has seen units lacking, it was not pushed since, and all orders up to then are imported: what
   * lacks was not sold.
   */
  readonly lacksUnsold: boolean;
}

/** Units of the item that Shopify may sell now; null when it does not know the item. */
export function unitsForSale(item: ObservedItem | null): number | null {
  if (item === null) return null;
  return item.levelActive ? (item.available ?? 0) : 0;
}

/**
 * Whether the units that Shopify lacks may be a sale whose order is not imported yet: fewer are there than our last push
 * has left. Nobody can tell it from an edit before the shop's order watermark has passed the time of the read.
 */
export function mayBeSale(way: ProductOnItsWay, item: ObservedItem | null): boolean {
  const cause = differenceCause(way, item);
  return cause === 'MAY_BE_SALES' || (cause === 'CHANGED_ON_SHOPIFY' && lacksUnits(way, item));
}

/** Whether fewer units are there than our last push has left. */
function lacksUnits({ onlineAtp, applied }: ProductOnItsWay, item: ObservedItem | null): boolean {
  const left = subtractDebt(onlineAtp, applied?.debt ?? 0);
  return (unitsForSale(item) ?? left) < left;
}

/** Null when Shopify shows exactly the Online ATP. */
export function differenceCause(way: ProductOnItsWay, item: ObservedItem | null): DifferenceCause | null {
  if (item?.tracked && unitsForSale(item) === way.onlineAtp) return null;
  if (item === null) return 'ITEM_NOT_FOUND';
  if (!item.tracked) return 'ITEM_NOT_TRACKED';
  if (!item.levelActive) return 'LEVEL_INACTIVE';
  if (way.isWithheld && way.published?.quantity !== way.onlineAtp) return 'WITHHELD';
  if (way.published === null) return 'NEVER_PUBLISHED';
  if (way.published.quantity !== way.onlineAtp) return 'CHANGE_NOT_PUBLISHED';
  if (way.applied === null || way.applied.sequence < way.published.sequence) return 'FILE_WAITING';
  const { outcome, debt } = way.applied;
  if (outcome === 'QUARANTINED' || outcome === 'OWED') return outcome;
  if (debt > 0 && unitsForSale(item) === subtractDebt(way.onlineAtp, debt)) return 'UNSEEN_SALES';
  return lacksUnits(way, item) && !way.lacksUnsold ? 'MAY_BE_SALES' : 'CHANGED_ON_SHOPIFY';
}
