import { UNITS_MAX } from './limits.ts';

/** What one facility holds of one product. Whole units; reserved and safety stock are never negative. */
export interface FacilityStock {
  readonly facilityId: string;
  readonly quantityOnHand: number;
  readonly reserved: number;
  readonly safetyStock: number;
  /** Sells online now: a member of the group at this instant, not closed, not virtual, brokering allowed for the product. */
  readonly sellsOnline: boolean;
}

/** What the group and the open orders take away, once per product and group. */
export interface ChannelClaims {
  readonly threshold: number;
  readonly brokeringQueue: number;
  /** Whether one facility's deficit is kept from eating another facility's stock. */
  readonly floorPerFacility: boolean;
}

/** The terms of Online ATP of one product in one facility group, in the order in which people read them. */
export interface AtpTerms {
  readonly quantityOnHand: number;
  readonly reserved: number;
  readonly safetyStock: number;
  readonly threshold: number;
  readonly brokeringQueue: number;
  readonly excludedFacilitiesAtp: number;
  /** What the members' own floors give back, as a term of its own so that the sum always adds up. */
  readonly floorAdjustment: number;
}

/**
 * The terms for one product, from its stock at every facility that is not virtual.
 *
 * A facility with a setting but no stock counts like one with stock 0: its safety stock is a deficit, which the
 * floor gives back.
 */
export function atpTerms(stock: readonly FacilityStock[], claims: ChannelClaims): AtpTerms {
  const members = stock.filter((facility) => facility.sellsOnline);
  const excluded = stock.filter((facility) => !facility.sellsOnline);
  return {
    quantityOnHand: sum(stock, (facility) => facility.quantityOnHand),
    reserved: sum(stock, (facility) => facility.reserved),
    safetyStock: sum(members, (facility) => facility.safetyStock),
    threshold: claims.threshold,
    brokeringQueue: claims.brokeringQueue,
    excludedFacilitiesAtp: sum(excluded, (facility) => facility.quantityOnHand - facility.reserved),
    floorAdjustment: claims.floorPerFacility ? sum(members, deficit) : 0,
  };
}

/**
 * Units that a channel may promise. Never negative: an oversold product is published as 0, not omitted. Never more
 * than UNITS_MAX, which is all that Shopify takes: somebody's "infinite stock" must not stop everybody's files.
 */
export function onlineAtp(terms: AtpTerms): number {
  const committed =
    terms.reserved + terms.safetyStock + terms.threshold + terms.brokeringQueue + terms.excludedFacilitiesAtp;
  return Math.min(UNITS_MAX, Math.max(0, terms.quantityOnHand - committed + terms.floorAdjustment));
}

function deficit(facility: FacilityStock): number {
  return Math.max(0, -(facility.quantityOnHand - facility.reserved - facility.safetyStock));
}

function sum<Item>(items: readonly Item[], unitsOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + unitsOf(item), 0);
}
