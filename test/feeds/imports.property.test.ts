/**
 * Any mix of counts (about now, or about an instant before), differences and states of order lines, sent again, held and decided,
 * refused in part, broken off at every step and undone, ends at the quantities that a person would compute from the events.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { isCoded } from '../../src/domain/errors.ts';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { byHand, OrderLine, type Event } from './by-hand.ts';
import { codesOf, Warehouse, type ImportOutcome } from './warehouse.ts';

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

const PRODUCTS = ['SHIRT', 'HAT'] as const;
type Product = (typeof PRODUCTS)[number];

const units = fc.record(
  { SHIRT: fc.integer({ min: 1, max: 40 }), HAT: fc.integer({ min: 1, max: 40 }) },
  { requiredKeys: [] },
);

/** Where it is broken off first: killed before its commit, left because it still grows, killed before it is filed. */
const dies = fc.constantFrom(
  'before the commit' as const,
  'unsettled' as const,
  'filing' as const,
  'not' as const,
);

const step = fc.oneof(
  fc.record({
    act: fc.constantFrom('count' as const, 'difference' as const),
    units,
    /** One more row, of a product that nobody knows. */
    hasBadRow: fc.boolean(),
    /** By how many steps the instant of a count is older than now. */
    old: fc.constantFrom<number[]>(0, 0, 1, 3),
    dies,
    isSentAgain: fc.boolean(),
    /** What a person decides about a difference that is sent again and held. */
    decided: fc.constantFrom('approved' as const, 'rejected' as const),
  }),
  fc.record({
    act: fc.constant('order' as const),
    product: fc.constantFrom(...PRODUCTS),
    status: fc.constantFrom(
      'ITEM_APPROVED' as const,
      'ITEM_APPROVED' as const,
      'ITEM_COMPLETED' as const,
      'ITEM_CANCELLED' as const,
    ),
    units: fc.integer({ min: 1, max: 3 }),
    old: fc.constantFrom<number[]>(0, 0, 1, 3),
    dies,
    isSentAgain: fc.boolean(),
  }),
  fc.record({ act: fc.constant('undo' as const), which: fc.nat(5) }),
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type StockStep = Extract<Step, { readonly act: 'count' | 'difference' }>;
type OrderStep = Extract<Step, { readonly act: 'order' }>;

/** Longer than clocks may be apart. */
const STEP_MS = 10 * 60_000;

const usual = { dies: 'not', isSentAgain: false } as const;
const count = { act: 'count', units: { SHIRT: 9 }, hasBadRow: false, decided: 'approved', ...usual } as const;
const order = { act: 'order', product: 'SHIRT', units: 2, ...usual } as const;
/** A parcel that a count has seen, then a state and a count that are too old: whatever the other runs draw. */
const LATE_NEWS: Step[] = [
  { ...order, status: 'ITEM_APPROVED', old: 0 },
  { ...count, old: 0 },
  { ...count, old: 0 },
  { ...order, status: 'ITEM_COMPLETED', old: 2 },
  { ...order, status: 'ITEM_APPROVED', old: 4 },
  { ...count, old: 0 },
  { ...count, old: 3 },
];
/** A count of before, once the last one was undone: the one before that says whether it is too old. */
const BEHIND_UNDONE: Step[] = [
  { ...count, units: { HAT: 1 }, old: 0 },
  { ...count, units: { HAT: 2 }, old: 0 },
  { act: 'undo', which: 0 },
  { ...count, units: { HAT: 3 }, old: 3 },
  { ...count, units: { HAT: 4 }, old: 1 },
];
/** What a count that was undone had taken the place of: nobody knows what it would be. */
const UNKNOWN_BEFORE: Step[] = [
  { ...count, act: 'difference', old: 0 },
  { ...count, old: 0 },
  ...[0, 1].map((which) => ({ act: 'undo', which }) as const),
];
/** Undone one after the other, all of it. */
const ALL_BACK: Step[] = [
  { ...count, old: 0 },
  { ...count, act: 'difference', old: 0 },
  { ...count, act: 'difference', units: { SHIRT: 4, HAT: 2 }, old: 0 },
  ...[0, 1, 2].map((which) => ({ act: 'undo', which }) as const),
];

class Played {
  readonly events: Event[] = [];
  readonly #lines = new Map<Product, OrderLine>();
  refusedUndos = 0;
  /** Refused counts and states, and parcels that a count had seen: that they happen at all is a part of the test. */
  overtaken = 0;
  old = 0;
  seen = 0;
  readonly #run: number;
  readonly #areCountsDated: boolean;
  readonly #began = Date.now() - 30 * STEP_MS;
  #steps = 0;

  constructor(run: number, areCountsDated: boolean) {
    this.#run = run;
    this.#areCountsDated = areCountsDated;
  }

  skuOf = (product: Product) => `${product}-${this.#run}`;

  reserved = (product: Product) => this.#lines.get(product)?.reserved ?? 0;

  /** Sends a text until it is through, whatever it dies of. */
  async #send(
    type: 'RESET_INVENTORY' | 'MDM_INV_VARIANCE' | 'ORDER_ITEMS',
    text: string,
    { claim = 'first', dies: how = 'not' }: { claim?: string; dies?: StockStep['dies'] } = {},
  ): Promise<ImportOutcome> {
    const name = `feed-${this.#run}-${this.#steps}.csv`;
    const send = (isUnchanged: () => Promise<boolean> = () => Promise.resolve(true)) =>
      warehouse.importText(type, text, name, {
        claimed: { path: `claimed/${this.#run}-${claim}/${name}`, sizeBytes: text.length },
        writtenAt: this.#instant(0),
        isUnchanged,
      });
    if (how === 'before the commit') {
      await expect(send(() => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    }
    if (how === 'unsettled')
      await expect(send(() => Promise.resolve(false))).rejects.toMatchObject({ code: 'FEED_UNSETTLED' });
    const outcome = await send();
    if (how === 'filing') await send();
    return outcome;
  }

  #instant(old: number): Date {
    return new Date(this.#began + (this.#steps - old) * STEP_MS);
  }

  async send({
    act,
    units: named,
    hasBadRow,
    old,
    dies: how,
    isSentAgain,
    decided,
  }: StockStep): Promise<void> {
    this.#steps += 1;
    const isCount = act === 'count';
    const about = isCount && this.#areCountsDated ? this.#instant(old) : null;
    const rows = Object.entries(named).map(
      ([product, quantity]) => `${this.skuOf(product as Product)},BROADWAY,${quantity}`,
    );
    if (hasBadRow) rows.push('NO-SUCH,BROADWAY,1');
    const header = `idValue,facilityId,${isCount ? 'availableQty' : 'availableDelta'}`;
    const text =
      about === null
        ? [header, ...rows, ''].join('\n')
        : [`${header},asOf`, ...rows.map((row) => `${row},${about.toISOString()}`), ''].join('\n');
    const type = isCount ? 'RESET_INVENTORY' : 'MDM_INV_VARIANCE';
    const record = async (importId?: number) => {
      const [last] = await listImports(warehouse.database, { limit: 1, state: 'applied' });
      const at = isCount ? (about?.getTime() ?? Date.now()) : this.#instant(0).getTime();
      const sentAt = this.#instant(0).getTime();
      const countedBefore = Object.fromEntries(
        PRODUCTS.map((product) => [product, this.#countedAt(product)]),
      );
      const id = importId ?? last?.importId ?? 0;
      const event = { kind: act, importId: id, at, sentAt, isUndone: false, countedBefore };
      const taken = Object.entries(named).filter(([product]) => !isCount || !this.#isOvertaken(product, at));
      this.overtaken += Object.keys(named).length - taken.length;
      this.events.push({ ...event, units: Object.fromEntries(taken) });
    };
    await this.#send(type, text, { dies: how });
    await record();
    if (!isSentAgain) return;
    const again = () => this.#send(type, text, { claim: 'again' });
    if (isCount) {
      await again();
      await record();
    } else if (hasBadRow) {
      // Only the row that was refused is tried, and nothing happens twice.
      expect(await again()).toMatchObject({ rows: 1, applied: 0 });
    } else if (rows.length > 0) {
      await expect(again()).rejects.toMatchObject({ code: 'FEED_HELD' });
      const [held] = await listImports(warehouse.database, { limit: 1, state: 'held' });
      const decision = { state: decided, by: 'Ann', reason: 'a test' } as const;
      await decideImport(warehouse.database, held?.importId ?? 0, decision);
      if (decided === 'rejected') {
        await expect(again()).rejects.toMatchObject({ code: 'FEED_REJECTED' });
        return;
      }
      await again();
      await record(held?.importId);
    }
  }

  /** A count of what was says nothing of a product that was counted later. */
  #isOvertaken(product: string, at: number): boolean {
    return (this.#countedAt(product) ?? at) > at;
  }

  /** The instant that the product was counted at; once that count is undone, the one that was so before. */
  #countedAt(product: string): number | undefined {
    const last = this.#lastCountOf(product);
    return last?.isUndone === true ? last.countedBefore[product] : last?.at;
  }

  #lastCountOf(product: string): Event | undefined {
    return this.events.findLast(({ kind, units: named }) => kind === 'count' && named[product] !== undefined);
  }

  async order({ product, status, units: ordered, old, dies: how, isSentAgain }: OrderStep): Promise<void> {
    this.#steps += 1;
    const at = this.#instant(old);
    const text =
      'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate,updatedAt\n' +
      `O-${this.skuOf(product)},1,${this.skuOf(product)},${ordered},BROADWAY,${status},2026-11-01T10:00:00Z,${at.toISOString()}\n`;
    for (const claim of isSentAgain ? ['first', 'again'] : ['first']) {
      const outcome = await this.#send('ORDER_ITEMS', text, { claim, dies: claim === 'first' ? how : 'not' });
      const line = this.#lines.get(product) ?? new OrderLine(product);
      this.#lines.set(product, line);
      const lastCount = this.#lastCountOf(product);
      const standing = lastCount === undefined || lastCount.isUndone ? null : lastCount;
      const taken = line.take({ status, units: ordered, at: at.getTime() }, standing, this.events);
      if (taken === 'refused')
        expect(codesOf(outcome)).toMatchObject({ 2: expect.stringMatching(/^ORDER_ITEM_/) as string });
      else expect(outcome.failed).toBe(0);
      const warned = outcome.warnings?.map(({ code }) => code) ?? [];
      expect(warned.includes('ORDER_STATE_OLD')).toBe(taken === 'old');
      expect(warned.includes('ORDER_SHIPPED_COUNTED')).toBe(taken === 'seen');
      if (taken === 'old') this.old += 1;
      if (taken === 'seen') this.seen += 1;
    }
  }

  async undo(which: number): Promise<void> {
    const event = this.events.filter(({ importId }) => importId > 0).at(-1 - which);
    if (event === undefined || event.isUndone) return;
    const undo = (importId: number) =>
      undoImport(warehouse.database, importId, { by: 'Ann', reason: 'a test' });
    try {
      await undo(event.importId).catch(async (error: unknown) => {
        if (!isCoded(error, 'IMPORT_CONTINUED')) throw error;
        // The sending of the refused row alone, which has posted nothing.
        expect(await undo(Number(error.detail['rest']))).toMatchObject({ postings: 0 });
        await undo(event.importId);
      });
      event.isUndone = true;
    } catch (error) {
      if (!isCoded(error, 'IMPORT_UNDO_INEXACT')) throw error;
      this.refusedUndos += 1;
    }
  }
}

interface Tally {
  readonly undone: number;
  readonly refusedUndos: number;
  readonly overtaken: number;
  readonly old: number;
  readonly seen: number;
}

let runs = 0;

/** Plays a story on products of its own, and looks at their levels behind each step. */
async function play(steps: readonly Step[], areCountsDated: boolean): Promise<Tally> {
  runs += 1;
  const played = new Played(runs, areCountsDated);
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku`,
    [PRODUCTS.map(played.skuOf)],
  );
  for (const each of steps) {
    if (each.act === 'undo') await played.undo(each.which);
    else if (each.act === 'order') await played.order(each);
    else await played.send(each);
    for (const product of PRODUCTS) {
      expect(await warehouse.readLevels(played.skuOf(product), 'BROADWAY')).toEqual({
        qoh: byHand(played.events, product),
        reserved: played.reserved(product),
      });
    }
  }
  const undone = played.events.filter(({ isUndone, importId }) => isUndone && importId > 0).length;
  const { refusedUndos, overtaken, old, seen } = played;
  return { undone, refusedUndos, overtaken, old, seen };
}

test.each([
  [
    'a count of before the one that stands, behind an undone one',
    BEHIND_UNDONE,
    true,
    { undone: 1, overtaken: 1 },
  ],
  [
    'a parcel that a count has seen, and news that come too late',
    LATE_NEWS,
    true,
    { overtaken: 1, old: 1, seen: 1 },
  ],
  ['what is behind an undone count', UNKNOWN_BEFORE, false, { undone: 1, refusedUndos: 1 }],
  ['all of it taken back, with instants', ALL_BACK, true, { undone: 3 }],
  ['all of it taken back', ALL_BACK, false, { undone: 3 }],
] as const)('%s ends at the quantities computed by hand', async (_what, steps, areCountsDated, happened) => {
  const nothing = { undone: 0, refusedUndos: 0, overtaken: 0, old: 0, seen: 0 };
  expect(await play(steps, areCountsDated)).toEqual({ ...nothing, ...happened });
});

test('any mix of feeds, crashes, repetitions, decisions and undos ends at the quantities computed by hand', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 9 }),
      fc.boolean(),
      async (steps, areCountsDated) => void (await play(steps, areCountsDated)),
    ),
    { numRuns: 25 },
  );
  const [{ differs } = { differs: -1 }] = await warehouse.database.query<{ differs: number }>(
    `SELECT count(*)::int AS differs FROM product_facility AS level
     WHERE quantity_on_hand <> (SELECT coalesce(sum(quantity_on_hand_diff), 0) FROM inventory_item_detail AS entry
       WHERE entry.product_id = level.product_id AND entry.facility_id = level.facility_id)`,
  );
  expect(differs).toBe(0);
});
