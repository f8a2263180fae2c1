/** What a person computes from what has happened: with a list of events, and no ledger. */
import { CLOCKS_APART_MS } from '../../src/domain/limits.ts';

const A_MICROSECOND_MS = 0.001;

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
  /** By product: the instant at which it was counted last when this came; undefined: it was not. */
  readonly countedBefore: Readonly<Record<string, number | undefined>>;
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
    const event = { kind: 'shipment', units, importId: 0, at, sentAt: at, countedBefore: {} } as const;
    this.#shipment = { ...event, isUndone: false };
    events.push(this.#shipment);
    return 'taken';
  }
}
