/** What a person computes from what has happened: with a list of events, and no ledger. */
import { CLOCKS_APART_MS } from '../../src/domain/limits.ts';

const A_MICROSECOND_MS = 0.001;

/** A count of one product: its instant, and whose it is. */
export interface Counted {
  readonly at: number;
  readonly source: string | null;
}

export interface Event {
  readonly kind: 'count' | 'difference' | 'shipment';
  /** By product: what was counted, or by how much it changes. */
  readonly units: Readonly<Record<string, number>>;
  /** 0: it is no import that can be undone. */
  readonly importId: number;
  /** When it was so, or has happened; milliseconds. */
  readonly at: number;
  /** When its file was written. */
  readonly sentAt: number;
  /** Whose count it is. */
  readonly source: string | null;
  /** By product: the count that it was of when this came; undefined: of none. */
  readonly countedBefore: Readonly<Record<string, Counted | undefined>>;
  isUndone: boolean;
}

/** The quantity on hand: what the last count found, what has happened after its instant, and what was told since. */
export function byHand(events: readonly Event[], product: string): number {
  const standing = events.filter(({ units, isUndone }) => units[product] !== undefined && !isUndone);
  return standing.reduce((level, { kind, units, at }, index) => {
    const named = units[product] ?? 0;
    if (kind !== 'count') return level + named;
    const since = standing.slice(0, index).filter((earlier) => earlier.kind !== 'count' && earlier.at > at);
    return since.reduce((sum, earlier) => sum + (earlier.units[product] ?? 0), named);
  }, 0);
}

/** The count that a product is of: the last one; once that is undone, the one before it, whatever has become of it. */
export function countOf(events: readonly Event[], product: string): Counted | undefined {
  const last = events.findLast(({ kind, units }) => kind === 'count' && units[product] !== undefined);
  return last?.isUndone === true ? last.countedBefore[product] : last;
}

/** A count as it comes: what it names, at which instant, and from whom. */
export interface SentCount extends Counted {
  readonly units: Readonly<Record<string, number>>;
  /** Whether it has a row that no product is named by. */
  readonly hasBadRow: boolean;
}

/** What it counts: of a source that sends all there is, also what that has counted last and does not name now, as zero. */
export function countedBy(
  events: readonly Event[],
  products: readonly string[],
  { units, at, source, hasBadRow }: SentCount,
): Readonly<Record<string, number>> {
  if (source === null || (hasBadRow && Object.keys(units).length === 0)) return units;
  const absent = products.filter((product) => {
    const last = countOf(events, product);
    return units[product] === undefined && last?.source === source && last.at <= at;
  });
  return { ...units, ...Object.fromEntries(absent.map((product) => [product, 0])) };
}

/** Without those that were counted later: a count of what was says nothing of them. */
export function withoutOvertaken(
  events: readonly Event[],
  units: Readonly<Record<string, number>>,
  at: number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(units).filter(([product]) => (countOf(events, product)?.at ?? at) <= at),
  );
}

/** A count that waits for a person, or behind one that does. */
export interface HeldCount {
  readonly products: readonly string[];
  /** Whether all of its rows could be taken. */
  readonly isWhole: boolean;
}

/** By how many units a product may rise. */
export const RISE_MAX = 100;

/** Whether a count is held: it is empty, lets a product rise too far, or does not count all that a held one before it does. */
export function isHeldByHand(
  events: readonly Event[],
  count: Pick<Event, 'units' | 'at'>,
  { rows, before }: { readonly rows: number; readonly before: readonly HeldCount[] },
): boolean {
  const event: Event = {
    ...{ kind: 'count', importId: 0, sentAt: 0, source: null, countedBefore: {}, isUndone: false },
    ...count,
  };
  const rises = Object.keys(count.units).some((product) => {
    const was = byHand(events, product);
    return was > 0 && byHand([...events, event], product) - was > RISE_MAX;
  });
  const isBehind = before.some(
    ({ products, isWhole }) => !isWhole || products.some((product) => count.units[product] === undefined),
  );
  return rows === 0 || rises || isBehind;
}

interface State {
  readonly status: 'ITEM_APPROVED' | 'ITEM_COMPLETED' | 'ITEM_CANCELLED';
  readonly units: number;
  readonly at: number;
}

/** The line of one order, whose states all say since when they are so. */
export class OrderLine {
  readonly #product: string;
  #state: State | null = null;
  #shipment: Event | null = null;
  #shippedAt = 0;

  constructor(product: string) {
    this.#product = product;
  }

  get reserved(): number {
    return this.#state?.status === 'ITEM_APPROVED' ? this.#state.units : 0;
  }

  /**
   * @param count the last one, if it stands
   * @param events gets what the state makes happen
   */
  take(
    sent: State,
    count: Pick<Event, 'at' | 'sentAt'> | null,
    events: Event[],
  ): 'taken' | 'old' | 'seen' | 'refused' {
    const before = this.#state;
    if (before && sent.at < before.at) return 'old';
    const isNewer = before !== null && sent.at > before.at;
    if (before?.status === 'ITEM_COMPLETED') {
      if (sent.status === 'ITEM_COMPLETED' && sent.units === before.units) {
        this.#state = sent;
        return 'taken';
      }
      if (!isNewer) return 'refused';
      // What was shipped by mistake is back, unless somebody has counted since what is there.
      if (this.#shipment && !(count && count.at >= this.#shippedAt)) this.#shipment.isUndone = true;
    }
    if (before?.status === 'ITEM_CANCELLED' && sent.status === 'ITEM_APPROVED' && !isNewer) return 'refused';
    this.#state = sent;
    if (sent.status !== 'ITEM_COMPLETED') return 'taken';
    this.#shipment = null;
    this.#shippedAt = sent.at;
    // Clocks are apart: of a parcel that left shortly before a count, nobody knows whether it was counted, so it has left after it.
    if (count && Math.min(count.at, count.sentAt) >= sent.at + CLOCKS_APART_MS) return 'seen';
    if (count && count.at >= sent.at) this.#shippedAt = count.at + A_MICROSECOND_MS;
    const units = { [this.#product]: -sent.units };
    const at = this.#shippedAt;
    const event = {
      kind: 'shipment',
      units,
      importId: 0,
      at,
      sentAt: at,
      source: null,
      countedBefore: {},
    } as const;
    this.#shipment = { ...event, isUndone: false };
    events.push(this.#shipment);
    return 'taken';
  }
}
