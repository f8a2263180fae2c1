import { UNITS_MAX } from './limits.ts';

/** What one facility has of one product. Whole units; reserved and safety stock are never negative. */
export interface FacilityStock {
  readonly facilityId: string;
  readonly quantityOnHand: number;
  readonly reserved: number;
  readonly safetyStock: number;
  /**
   * Sells online now: a member of the group at this instant, not closed, not virtual, brokering allowed for the
   * product.
   */
  readonly sellsOnline: boolean;
}

/** What people set for a facility group. A setting that is missing where it is stored, set or shown does not compile. */
export interface GroupSettings {
  /** Units kept back of each product. A product's own threshold counts in its place. */
  readonly threshold: number;
  /** Whether a deficit of one facility must not eat the stock of another. */
  readonly floorPerFacility: boolean;
  /**
   * Units that the group promises at most, of each product; null: no limit of its own. UNITS_MAX, the most that Shopify
   * accepts, is always one: one product with "infinite stock" must not block the shop's files.
   */
  readonly atMost: number | null;
}

/** What the group and the open orders keep from sale, once per product and group. */
export interface ChannelClaims extends GroupSettings {
  readonly brokeringQueue: number;
}

/** One term of Online ATP, and how people meet it. */
export interface AtpTerm {
  readonly term: string;
  readonly sign: '+' | '−';
  /** A few letters, for the formula and as the title of a column. */
  readonly label: string;
  /** The same term where there is room. */
  readonly title: string;
}

/**
 * Online ATP is the sum of these terms, never below 0. They stand in the order in which they are shown.
 *
 * Whatever adds the terms up or shows them takes them from this list. The SQL and the documents cannot: a test
 * compares them with the list (test/docs/formula.test.ts).
 */
export const ATP_TERMS = [
  { term: 'quantityOnHand', sign: '+', label: 'on hand', title: 'Quantity on hand' },
  { term: 'reserved', sign: '−', label: 'reserved', title: 'Reserved' },
  { term: 'safetyStock', sign: '−', label: 'safety', title: 'Safety stock' },
  { term: 'threshold', sign: '−', label: 'threshold', title: 'Threshold' },
  { term: 'brokeringQueue', sign: '−', label: 'queue', title: 'Brokering queue' },
  { term: 'excludedFacilitiesAtp', sign: '−', label: 'excluded', title: 'ATP of excluded facilities' },
  // What the floors of the members give back; a term of its own, so that the sum always adds up.
  { term: 'floorAdjustment', sign: '+', label: 'floor', title: 'Floor adjustment' },
  // What is above the group's limit, so that the sum also adds up where the limit cuts it off.
  { term: 'overLimit', sign: '−', label: 'over limit', title: 'Above the group’s limit' },
] as const satisfies readonly AtpTerm[];

/** The units of each term, of one product in one facility group. */
export type AtpTerms = Readonly<Record<(typeof ATP_TERMS)[number]['term'], number>>;

/** The formula as people read it: in the documents, and at the end of the demo. The first term needs no sign. */
export function formulaInWords(terms: readonly AtpTerm[] = ATP_TERMS): string {
  return `Online ATP = ${signedNames(terms, 'label')}, never below 0`;
}

/** The same formula in the names of the code. */
export function formulaInCode(terms: readonly AtpTerm[] = ATP_TERMS): string {
  return `onlineAtp = max(0, ${signedNames(terms, 'term')})`;
}

/**
 * The terms for one product, from its stock at every facility that is not virtual.
 *
 * A facility that has a safety stock but no stock counts as stock 0: its safety stock is a deficit, which the floor
 * gives back.
 */
export function atpTerms(stock: readonly FacilityStock[], claims: ChannelClaims): AtpTerms {
  const members = stock.filter((facility) => facility.sellsOnline);
  const excluded = stock.filter((facility) => !facility.sellsOnline);
  const unlimited = {
    quantityOnHand: sum(stock, (facility) => facility.quantityOnHand),
    reserved: sum(stock, (facility) => facility.reserved),
    safetyStock: sum(members, (facility) => facility.safetyStock),
    threshold: claims.threshold,
    brokeringQueue: claims.brokeringQueue,
    excludedFacilitiesAtp: sum(excluded, (facility) => facility.quantityOnHand - facility.reserved),
    floorAdjustment: claims.floorPerFacility ? sum(members, deficit) : 0,
    overLimit: 0,
  };
  const limit = Math.min(claims.atMost ?? UNITS_MAX, UNITS_MAX);
  return { ...unlimited, overLimit: Math.max(0, sumOfTerms(unlimited) - limit) };
}

/** The terms added up, each with its sign. Negative when more is promised than there is. */
export function sumOfTerms(terms: AtpTerms): number {
  return sum(ATP_TERMS, ({ term, sign }) => (sign === '+' ? terms[term] : -terms[term]));
}

/** Units that a channel may promise. Never negative: an oversold product is published as 0, not omitted. */
export function onlineAtp(terms: AtpTerms): number {
  return Math.max(0, sumOfTerms(terms));
}

function signedNames(terms: readonly AtpTerm[], name: 'label' | 'term'): string {
  return terms.map((term, index) => (index === 0 ? term[name] : `${term.sign} ${term[name]}`)).join(' ');
}

function deficit(facility: FacilityStock): number {
  return Math.max(0, -(facility.quantityOnHand - facility.reserved - facility.safetyStock));
}

function sum<Item>(items: readonly Item[], unitsOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + unitsOf(item), 0);
}
