/** Stories of feeds, and how they are played beside what a person would compute. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { isCoded } from '../../src/domain/errors.ts';
import { NO_SETTINGS, type SourceSettings } from '../../src/domain/feed-source.ts';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import {
  byHand,
  countedBy,
  countOf,
  isHeldByHand,
  OrderLine,
  RISE_MAX,
  withoutOvertaken,
  type Event,
  type HeldCount,
  type SentCount,
} from './by-hand.ts';
import { codesOf, type ImportOutcome, type Warehouse } from './warehouse.ts';

export const PRODUCTS = ['SHIRT', 'HAT'] as const;
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

const decided = fc.constantFrom('approved' as const, 'rejected' as const);

export const step = fc.oneof(
  fc.record({
    act: fc.constantFrom('count' as const, 'difference' as const),
    units,
    /** Of a count: that of somebody, or of a source that sends all there is. */
    isWhole: fc.boolean(),
    /** Of a count of that source: by how much too many units. */
    tooMany: fc.constantFrom<number[]>(0, 0, 1_000),
    /** One more row, of a product that nobody knows. */
    hasBadRow: fc.boolean(),
    /** By how many steps the instant of a count is older than now. */
    old: fc.constantFrom<number[]>(0, 0, 1, 3),
    dies,
    isSentAgain: fc.boolean(),
    /** What a person decides about a difference that is sent again and held. */
    decided,
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
  /** Of the first count that is held. */
  fc.record({ act: fc.constant('decide' as const), decided }),
);

export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type StockStep = Extract<Step, { readonly act: 'count' | 'difference' }>;
type OrderStep = Extract<Step, { readonly act: 'order' }>;

type Units = Readonly<Record<string, number>>;

const WHO = { by: 'Ann', reason: 'a test' };

/** A source that sends all there is; of its gates only that of rises says anything of so few products. */
const WHOLE: SourceSettings = {
  ...NO_SETTINGS,
  ...{ complete: true, toZeroMax: 100, absentMax: 100, riseUnitsMax: RISE_MAX, riseTimesMax: 1 },
};

/** Longer than clocks may be apart. */
const STEP_MS = 10 * 60_000;

/** What has happened in a story, beside what its steps say; that each of it happens at all is a part of the test. */
export interface Tally {
  undone: number;
  refusedUndos: number;
  /** Products of counts that were counted later. */
  overtaken: number;
  /** States of order lines that are older than the known one, and parcels that a count had seen. */
  old: number;
  seen: number;
  /** Levels of the complete source that its count set to zero. */
  absent: number;
  held: number;
  /** Held counts of which a later one took the place. */
  replaced: number;
}

export const NOTHING: Tally = {
  ...{ undone: 0, refusedUndos: 0, overtaken: 0, old: 0, seen: 0 },
  ...{ absent: 0, held: 0, replaced: 0 },
};

/** A file of counts. */
interface CountFile extends Omit<SentCount, 'at'> {
  /** Null: it is about the moment at which it came. */
  readonly about: number | null;
  readonly name: string;
  readonly text: string;
  readonly writtenAt: Date;
}

interface Waiting extends HeldCount {
  readonly importId: number;
  readonly heldAt: number;
  readonly file: CountFile;
}

interface Sending {
  readonly type: 'RESET_INVENTORY' | 'MDM_INV_VARIANCE' | 'ORDER_ITEMS';
  readonly name: string;
  readonly text: string;
  readonly writtenAt: Date;
  readonly source?: string | null;
  readonly claim?: string;
  readonly dies?: StockStep['dies'];
}

/** One story: feeds of products of its own, and beside it what a person would say of them. */
export class Played {
  readonly events: Event[] = [];
  readonly tally: Tally = { ...NOTHING };
  readonly #warehouse: Warehouse;
  readonly #lines = new Map<Product, OrderLine>();
  readonly #run: number;
  readonly #areCountsDated: boolean;
  readonly #began = Date.now() - 30 * STEP_MS;
  /** Counts of the complete source that are held, in the order of their files. */
  #waiting: Waiting[] = [];
  #steps = 0;

  constructor(warehouse: Warehouse, run: number, areCountsDated: boolean) {
    this.#warehouse = warehouse;
    this.#run = run;
    this.#areCountsDated = areCountsDated;
  }

  skuOf = (product: Product) => `${product}-${this.#run}`;

  /** What a person would find. */
  levelOf = (product: Product) => ({
    qoh: byHand(this.events, product),
    reserved: this.#lines.get(product)?.reserved ?? 0,
  });

  async play(each: Step): Promise<void> {
    if (each.act === 'undo') return this.#undo(each.which);
    if (each.act === 'decide') return this.#decide(each.decided);
    this.#steps += 1;
    if (each.act === 'order') await this.#order(each);
    else if (each.act === 'count') await this.#count(each);
    else await this.#difference(each);
  }

  #instant(old: number): Date {
    return new Date(this.#began + (this.#steps - old) * STEP_MS);
  }

  #name = () => `feed-${this.#run}-${String(this.#steps).padStart(2, '0')}.csv`;

  /** Sends a text until it is through, whatever it dies of. */
  async #send({ type, text, name, source = null, writtenAt, claim = 'first', dies: how = 'not' }: Sending) {
    const send = (
      isUnchanged: () => Promise<boolean> = () => Promise.resolve(true),
      onJudged: () => void = () => undefined,
    ): Promise<ImportOutcome> =>
      this.#warehouse.importText(type, text, name, {
        claimed: { path: `claimed/${this.#run}-${claim}/${name}`, sizeBytes: text.length },
        writtenAt,
        isUnchanged,
        onJudged,
        ...(source !== null && { source, settings: WHOLE }),
      });
    if (how === 'before the commit') {
      const killed = () => {
        throw new Error('killed');
      };
      await expect(send(undefined, killed)).rejects.toThrow('killed');
    }
    if (how === 'unsettled')
      await expect(send(() => Promise.resolve(false))).rejects.toMatchObject({ code: 'FEED_UNSETTLED' });
    if (how === 'filing') await send().catch(() => undefined);
    return send();
  }

  #textOf(
    named: Units,
    { hasBadRow, columns, values }: { hasBadRow: boolean; columns: string; values: string },
  ) {
    const rows = Object.entries(named).map(
      ([product, quantity]) => `${this.skuOf(product as Product)},BROADWAY,${quantity}${values}`,
    );
    if (hasBadRow) rows.push(`NO-SUCH,BROADWAY,1${values}`);
    return [`idValue,facilityId,${columns}`, ...rows, ''].join('\n');
  }

  async #difference({ units: named, hasBadRow, dies: how, isSentAgain, decided: decision }: StockStep) {
    const [at, name] = [this.#instant(0), this.#name()];
    const text = this.#textOf(named, { hasBadRow, columns: 'availableDelta', values: '' });
    const send = (claim: string, dying?: StockStep['dies']) =>
      this.#send({
        type: 'MDM_INV_VARIANCE',
        text,
        name,
        writtenAt: at,
        claim,
        ...(dying && { dies: dying }),
      });
    const record = (importId: number) => {
      const event = { kind: 'difference', importId, at: at.getTime(), sentAt: at.getTime() } as const;
      this.events.push({ ...event, units: named, source: null, countedBefore: {}, isUndone: false });
    };
    await send('first', how);
    record(await this.#lastApplied());
    if (!isSentAgain) return;
    if (hasBadRow) {
      // Only the row that was refused is tried, and nothing happens twice.
      expect(await send('again')).toMatchObject({ rows: 1, applied: 0 });
    } else if (Object.keys(named).length > 0) {
      await expect(send('again')).rejects.toMatchObject({ code: 'FEED_HELD' });
      const held = await this.#lastHeld();
      await decideImport(this.#warehouse.database, held, { state: decision, ...WHO });
      if (decision === 'rejected') await this.#expectRefused(() => send('again'), 'FEED_REJECTED');
      else {
        await send('again');
        record(held);
      }
    }
  }

  async #lastApplied(): Promise<number> {
    const last = async (state: 'applied' | 'refused') =>
      (await listImports(this.#warehouse.database, { limit: 1, state }))[0]?.importId ?? 0;
    return Math.max(await last('applied'), await last('refused'));
  }

  /** Held ones are listed as they came. */
  async #lastHeld(): Promise<number> {
    return (await listImports(this.#warehouse.database, { limit: 99, state: 'held' })).at(-1)?.importId ?? 0;
  }

  #expectRefused = (send: () => Promise<unknown>, code: string) =>
    expect(send()).rejects.toMatchObject({ code });

  async #count({ units: named, hasBadRow, isWhole, tooMany, old, dies: how, isSentAgain }: StockStep) {
    const about = this.#areCountsDated ? this.#instant(old).getTime() : null;
    const source = isWhole ? `all-${this.#run}` : null;
    const more = isWhole ? tooMany : 0;
    const counted = Object.fromEntries(
      Object.entries(named).map(([key, quantity]) => [key, quantity + more]),
    );
    const [columns, values] = about === null ? ['', ''] : [',asOf', `,${new Date(about).toISOString()}`];
    const text = this.#textOf(counted, { hasBadRow, columns: `availableQty${columns}`, values });
    const file = {
      units: counted,
      hasBadRow,
      source,
      about,
      text,
      name: this.#name(),
      writtenAt: this.#instant(0),
    };
    if (!(await this.#judge(file, { dies: how })) || !isSentAgain) return;
    await this.#judge(file, { claim: 'again' });
  }

  /** Sends a count, which is applied or held. @param was the same count, of which something is decided or that has waited */
  async #judge(
    file: CountFile,
    {
      was,
      isApproved = false,
      ...sending
    }: Pick<Sending, 'claim' | 'dies'> & { was?: Waiting; isApproved?: boolean } = {},
  ): Promise<boolean> {
    const { about, ...count } = file;
    const send = () => this.#send({ type: 'RESET_INVENTORY', ...file, ...sending });
    // Without rows, none says at which instant.
    const rows = Object.keys(count.units).length + (count.hasBadRow ? 1 : 0);
    const told = (rows > 0 ? about : null) ?? was?.heldAt;
    const at = told ?? Date.now();
    const named = countedBy(this.events, PRODUCTS, { ...count, at });
    const units = withoutOvertaken(this.events, named, at);
    const isWhole = !count.hasBadRow && Object.keys(units).length === Object.keys(named).length;
    const before = this.#waiting;
    const isGated = file.source !== null && !isApproved;
    if (isGated && isHeldByHand(this.events, { units, at }, { rows, before })) {
      await this.#expectRefused(send, 'FEED_HELD');
      this.tally.held += 1;
      const importId = was?.importId ?? (await this.#lastHeld());
      const waiting = {
        importId,
        heldAt: was?.heldAt ?? Date.now(),
        file,
        products: Object.keys(named),
        isWhole,
      };
      this.#waiting = [...before, waiting];
      return false;
    }
    await send();
    const countedBefore = Object.fromEntries(PRODUCTS.map((each) => [each, countOf(this.events, each)]));
    this.tally.overtaken += Object.keys(named).length - Object.keys(units).length;
    this.tally.absent += Object.keys(named).length - Object.keys(count.units).length;
    this.events.push({
      ...{ kind: 'count', importId: was?.importId ?? (await this.#lastApplied()), at: told ?? Date.now() },
      ...{ sentAt: file.writtenAt.getTime(), source: file.source, units, countedBefore, isUndone: false },
    });
    if (file.source === null) return true;
    for (const replaced of before) {
      await this.#expectRefused(
        () => this.#send({ type: 'RESET_INVENTORY', ...replaced.file }),
        'FEED_REPLACED',
      );
      this.tally.replaced += 1;
    }
    this.#waiting = [];
    return true;
  }

  /** The first one is decided; those behind it are judged anew, in their order. */
  async #decide(state: 'approved' | 'rejected'): Promise<void> {
    const [first, ...others] = this.#waiting;
    if (first === undefined) return;
    await decideImport(this.#warehouse.database, first.importId, { state, ...WHO });
    this.#waiting = [];
    if (state === 'approved') await this.#judge(first.file, { was: first, isApproved: true });
    else
      await this.#expectRefused(
        () => this.#send({ type: 'RESET_INVENTORY', ...first.file }),
        'FEED_REJECTED',
      );
    for (const was of others) await this.#judge(was.file, { was });
  }

  async #order({ product, status, units: ordered, old, dies: how, isSentAgain }: OrderStep): Promise<void> {
    const at = this.#instant(old);
    const text =
      'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate,updatedAt\n' +
      `O-${this.skuOf(product)},1,${this.skuOf(product)},${ordered},BROADWAY,${status},2026-11-01T10:00:00Z,${at.toISOString()}\n`;
    const file = { type: 'ORDER_ITEMS', text, name: this.#name(), writtenAt: this.#instant(0) } as const;
    for (const claim of isSentAgain ? ['first', 'again'] : ['first']) {
      const outcome = await this.#send({ ...file, claim, dies: claim === 'first' ? how : 'not' });
      const line = this.#lines.get(product) ?? new OrderLine(product);
      this.#lines.set(product, line);
      const lastCount = this.events.findLast(
        ({ kind, units: all }) => kind === 'count' && all[product] !== undefined,
      );
      const standing = lastCount === undefined || lastCount.isUndone ? null : lastCount;
      const taken = line.take({ status, units: ordered, at: at.getTime() }, standing, this.events);
      if (taken === 'refused')
        expect(codesOf(outcome)).toMatchObject({ 2: expect.stringMatching(/^ORDER_ITEM_/) as string });
      else expect(outcome.failed).toBe(0);
      const warned = outcome.warnings?.map(({ code }) => code) ?? [];
      expect(warned.includes('ORDER_STATE_OLD')).toBe(taken === 'old');
      expect(warned.includes('ORDER_SHIPPED_COUNTED')).toBe(taken === 'seen');
      if (taken === 'old') this.tally.old += 1;
      if (taken === 'seen') this.tally.seen += 1;
    }
  }

  async #undo(which: number): Promise<void> {
    const event = this.events.filter(({ importId }) => importId > 0).at(-1 - which);
    if (event === undefined || event.isUndone) return;
    const undo = (importId: number) => undoImport(this.#warehouse.database, importId, WHO);
    try {
      await undo(event.importId).catch(async (error: unknown) => {
        if (!isCoded(error, 'IMPORT_CONTINUED')) throw error;
        // The sending of the refused row alone, which has posted nothing.
        expect(await undo(Number(error.detail['rest']))).toMatchObject({ postings: 0 });
        await undo(event.importId);
      });
      event.isUndone = true;
      this.tally.undone += 1;
    } catch (error) {
      if (!isCoded(error, 'IMPORT_UNDO_INEXACT')) throw error;
      this.tally.refusedUndos += 1;
    }
  }
}
