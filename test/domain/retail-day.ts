/**
 * Simulates one product on Shopify and in the master of inventory, minute by minute: Shopify sells at once, orders are
 * imported later and partly out of order, and now and then a file writes the master's number to Shopify.
 */
import { randomOf, type Random } from '../../scripts/bench/random.ts';
import {
  keepBack,
  subtractDebt,
  NOTHING_KEPT_BACK,
  type FreshRead,
  type KeptBack,
  type LastPush,
  type SalesPolicy,
} from '../../src/domain/unseen-sales.ts';

/** A sales policy, or a simpler rule: keep back only what went missing since the last push, and then forget it. */
export type Rule = SalesPolicy | 'since-last-push';

/** Chance of each event in a minute, 0 to 1. */
export interface EventChances {
  readonly sale: number;
  readonly receipt: number;
  readonly imports: number;
  readonly push: number;
  /** One of the last orders is cancelled; its units come back on Shopify at once. */
  readonly cancellation: number;
  /** Somebody takes units away on Shopify by hand. */
  readonly edit: number;
}

export const SALES_ONLY: EventChances = {
  sale: 0.35,
  receipt: 0.05,
  imports: 0.15,
  push: 0.2,
  cancellation: 0,
  edit: 0,
};

/** How the shop's orders come in, and what is taken for its order watermark. */
export interface OrderFlow {
  /** Minutes from a sale until its order is in a feed, drawn for each order. */
  readonly lagOf: (random: Random) => number;
  /** Whether orders of other products come in with every feed, as soon as they are made. */
  readonly hasFastChannel: boolean;
  readonly watermark: Watermark;
}

/**
 * `newest-order` is the rule of release 0.1.0: NEWEST_ORDER_GRACE_MINUTES before the date of the shop's newest order.
 * `stated`: with each feed its sender states up to when it is complete. A number: the minutes of an order lag.
 */
export type Watermark = 'newest-order' | 'stated' | number;

const NEWEST_ORDER_GRACE_MINUTES = 15;

/** Every order comes within 12 minutes; the order lag leaves cancellations time to come in, too. */
const ON_TIME: OrderFlow = {
  lagOf: (random) => random.below(13),
  hasFastChannel: false,
  watermark: 60,
};

/** Only one of so many latest orders is cancelled: customers change their mind early or not at all. */
const CANCELLABLE_ORDERS = 50;

interface Order {
  readonly soldAt: number;
  readonly importedFrom: number;
  readonly units: number;
  isImported: boolean;
  /** Minute of the cancellation on Shopify; the master learns of it with a later import. */
  cancelledAt: number | null;
  isCancellationImported: boolean;
}

/** How Shopify compared with the truth right after the pushes; units summed over all of them. */
export interface Figures {
  pushes: number;
  /** More on sale than there is. */
  oversold: number;
  /** Less on sale than there is. */
  undersold: number;
  /** Units that pushes have kept back. */
  keptBack: number;
}

export class RetailDay {
  readonly figures: Figures = { pushes: 0, oversold: 0, undersold: 0, keptBack: 0 };
  readonly #rule: Rule;
  readonly #chances: EventChances;
  readonly #random: Random;
  readonly #flow: OrderFlow;
  #minute = 0;
  #isQuiet = false;
  /** Units that there truly are. */
  #left: number;
  /** Units that the master knows of. */
  #master: number;
  #shown = 0;
  #orders: Order[] = [];
  #importedUnits = 0;
  /** The sale of the newest order that is imported, by the minute. */
  #newestOrder: number | null = null;
  #lastImport: number | null = null;
  #last: LastPush | null = null;

  constructor(rule: Rule, chances: EventChances, random: Random, flow: OrderFlow = ON_TIME) {
    this.#flow = flow;
    this.#rule = rule;
    this.#chances = chances;
    this.#random = random;
    this.#left = this.#drawUpTo(60);
    this.#master = this.#left;
    this.#push();
  }

  /** Nobody buys this product during these minutes; orders of other products are still imported. */
  passQuietMinutes(minutes: number): void {
    this.#isQuiet = true;
    for (let minute = 0; minute < minutes; minute += 1) {
      this.#minute += 1;
      this.#import();
      this.#push();
    }
  }

  passMinutes(minutes: number): void {
    const { sale, receipt, cancellation, imports, push, edit } = this.#chances;
    for (let minute = 0; minute < minutes; minute += 1) {
      this.#minute += 1;
      if (this.#happens(receipt)) this.#receive();
      if (this.#happens(sale)) this.#sell();
      if (this.#happens(edit)) this.#edit();
      if (this.#happens(cancellation)) this.#cancel();
      if (this.#happens(imports)) this.#import();
      if (this.#happens(push)) this.#push();
    }
  }

  get shown(): number {
    return this.#shown;
  }

  get left(): number {
    return Math.max(0, this.#left);
  }

  #receive(): void {
    const units = this.#drawUpTo(30);
    this.#left += units;
    this.#master += units;
  }

  /** Shopify sells what it shows, and no more. */
  #sell(): void {
    const units = this.#drawUpTo(3);
    if (units > this.#shown) return;
    this.#shown -= units;
    this.#left -= units;
    const importedFrom = this.#minute + this.#flow.lagOf(this.#random);
    const soldAt = this.#minute;
    this.#orders.push({
      soldAt,
      importedFrom,
      units,
      isImported: false,
      cancelledAt: null,
      isCancellationImported: false,
    });
  }

  #edit(): void {
    this.#shown = Math.max(0, this.#shown - this.#drawUpTo(5));
  }

  #cancel(): void {
    const order = this.#orders.at(-1 - this.#random.below(CANCELLABLE_ORDERS));
    if (!order || order.cancelledAt !== null) return;
    order.cancelledAt = this.#minute;
    this.#shown += order.units;
    this.#left += order.units;
  }

  #import(): void {
    this.#lastImport = this.#minute;
    if (this.#flow.hasFastChannel) this.#newestOrder = this.#minute;
    for (const order of this.#orders) {
      if (!order.isImported && order.importedFrom <= this.#minute) {
        order.isImported = true;
        this.#master -= order.units;
        this.#importedUnits += order.units;
        this.#newestOrder = Math.max(this.#newestOrder ?? 0, order.soldAt);
      } else if (order.isImported && order.cancelledAt !== null && !order.isCancellationImported) {
        order.isCancellationImported = true;
        this.#master += order.units;
        this.#importedUnits -= order.units;
      }
    }
  }

  /** Takes the file's snapshot first; then Shopify may sell once more; then the row is read, decided and written. */
  #push(): void {
    const target = Math.max(0, this.#master);
    const importedUnits = this.#importedUnits;
    const watermark = this.#watermark();
    const ordersImportedUntil = watermark === null ? null : timeOf(watermark);
    if (!this.#isQuiet && this.#happens(this.#chances.sale)) this.#sell();

    const read = { observed: this.#shown, at: timeOf(this.#minute), importedUnits, ordersImportedUntil };
    const kept = this.#keepBack(read);
    this.#shown = subtractDebt(target, kept.debt);
    this.#last = { lastKnown: this.#shown, importedUnits, ...kept };

    this.figures.pushes += 1;
    this.figures.oversold += Math.max(0, this.#shown - this.left);
    this.figures.undersold += Math.max(0, this.left - this.#shown);
    this.figures.keptBack += kept.debt;
  }

  /** By the minute. */
  #watermark(): number | null {
    const { watermark } = this.#flow;
    if (watermark === 'newest-order') {
      return this.#newestOrder === null ? null : this.#newestOrder - NEWEST_ORDER_GRACE_MINUTES;
    }
    if (this.#lastImport === null) return null;
    if (watermark !== 'stated') return this.#lastImport - watermark;
    const open = this.#orders.filter(
      ({ isImported, soldAt }) => !isImported && soldAt <= (this.#lastImport ?? 0),
    );
    // A sale of the same minute may come after the import.
    return Math.min(this.#lastImport - 1, ...open.map(({ soldAt }) => soldAt - 1));
  }

  #keepBack(read: FreshRead): KeptBack {
    switch (this.#rule) {
      case 'overwrite':
        return NOTHING_KEPT_BACK;
      case 'since-last-push':
        return { debt: Math.max(0, (this.#last?.lastKnown ?? read.observed) - read.observed), drops: [] };
      default:
        return keepBack(this.#last, read);
    }
  }

  #happens(chance: number): boolean {
    return this.#random.below(1_000_000) < chance * 1_000_000;
  }

  /** A whole number from 1 to `max`. */
  #drawUpTo(max: number): number {
    return 1 + this.#random.below(max);
  }
}

function timeOf(minute: number): string {
  return new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
}

/** Simulates one day after the other until there were so many pushes. */
export function simulate(
  rule: Rule,
  chances: EventChances,
  {
    pushes,
    seed,
    flow = ON_TIME,
  }: { readonly pushes: number; readonly seed: number; readonly flow?: OrderFlow },
): Figures {
  const total: Figures = { pushes: 0, oversold: 0, undersold: 0, keptBack: 0 };
  const random = randomOf(seed);
  while (total.pushes < pushes) {
    const day = new RetailDay(rule, chances, random, flow);
    day.passMinutes(24 * 60);
    for (const figure of Object.keys(total) as (keyof Figures)[]) total[figure] += day.figures[figure];
  }
  return total;
}
