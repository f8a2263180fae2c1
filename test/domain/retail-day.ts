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

/** An order is imported at most so long after its sale: less than UNSEEN_SALE_GRACE_MS. */
const IMPORT_LAG_MAX_MINUTES = 12;

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
  #minute = 0;
  #isQuiet = false;
  /** Units that there truly are. */
  #left: number;
  /** Units that the master knows of. */
  #master: number;
  #shown = 0;
  #orders: Order[] = [];
  #importedUnits = 0;
  #importedUntil: number | null = null;
  #last: LastPush | null = null;

  constructor(rule: Rule, chances: EventChances, random: Random) {
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
      this.#importedUntil = this.#minute - IMPORT_LAG_MAX_MINUTES;
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
    const importedFrom = this.#minute + this.#random.below(IMPORT_LAG_MAX_MINUTES + 1);
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
    for (const order of this.#orders) {
      if (!order.isImported && order.importedFrom <= this.#minute) {
        order.isImported = true;
        this.#master -= order.units;
        this.#importedUnits += order.units;
        this.#importedUntil = Math.max(this.#importedUntil ?? 0, order.soldAt);
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
    const ordersImportedUntil = this.#importedUntil === null ? null : timeOf(this.#importedUntil);
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
  { pushes, seed }: { readonly pushes: number; readonly seed: number },
): Figures {
  const total: Figures = { pushes: 0, oversold: 0, undersold: 0, keptBack: 0 };
  const random = randomOf(seed);
  while (total.pushes < pushes) {
    const day = new RetailDay(rule, chances, random);
    day.passMinutes(24 * 60);
    for (const figure of Object.keys(total) as (keyof Figures)[]) total[figure] += day.figures[figure];
  }
  return total;
}
