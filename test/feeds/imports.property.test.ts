/**
 * Any mix of counts and differences, sent again, held and decided, refused in part, broken off at every step and undone, ends at the quantities
 * that a person would compute from the events: those of the last count that stands, and all differences since.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { isCoded } from '../../src/domain/errors.ts';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

const SKUS = ['SHIRT', 'HAT'] as const;

interface Event {
  readonly kind: 'count' | 'difference';
  readonly units: Partial<Record<(typeof SKUS)[number], number>>;
  readonly importId: number;
  isUndone: boolean;
}

/** What a person computes. */
function byHand(events: readonly Event[], sku: (typeof SKUS)[number]): number {
  return events.reduce((level, { kind, units, isUndone }) => {
    const named = units[sku];
    if (named === undefined || isUndone) return level;
    return kind === 'count' ? named : level + named;
  }, 0);
}

const units = fc.record(
  { SHIRT: fc.integer({ min: 1, max: 40 }), HAT: fc.integer({ min: 1, max: 40 }) },
  { requiredKeys: [] },
);

const step = fc.oneof(
  fc.record({
    act: fc.constantFrom('count' as const, 'difference' as const),
    units,
    /** One more row, of a product that nobody knows. */
    hasBadRow: fc.boolean(),
    /** Where it is broken off first: killed before its commit, left because it still grows, killed before it is filed. */
    dies: fc.constantFrom(
      'before the commit' as const,
      'unsettled' as const,
      'filing' as const,
      'not' as const,
    ),
    isSentAgain: fc.boolean(),
    /** What a person decides about a difference that is sent again and held. */
    decided: fc.constantFrom('approved' as const, 'rejected' as const),
  }),
  fc.record({ act: fc.constant('undo' as const), which: fc.nat(5) }),
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type SentStep = Exclude<Step, { readonly act: 'undo' }>;

class Played {
  readonly events: Event[] = [];
  refusedUndos = 0;
  #feeds = 0;

  async send({ act, units: named, hasBadRow, dies, isSentAgain, decided }: SentStep): Promise<void> {
    this.#feeds += 1;
    const column = act === 'count' ? 'availableQty' : 'availableDelta';
    const rows = Object.entries(named).map(([sku, quantity]) => `${sku},BROADWAY,${quantity}`);
    if (hasBadRow) rows.push('NO-SUCH,BROADWAY,1');
    const text = `idValue,facilityId,${column}\n${rows.join('\n')}\n`;
    const name = `feed-${runs}-${this.#feeds}.csv`;
    const type = act === 'count' ? 'RESET_INVENTORY' : 'MDM_INV_VARIANCE';
    const send = (claim: string, isUnchanged: () => Promise<boolean> = () => Promise.resolve(true)) =>
      warehouse.importText(type, text, name, {
        claimed: { path: `claimed/${runs}-${claim}/${name}`, sizeBytes: text.length },
        isUnchanged,
      });
    if (dies === 'before the commit') {
      await expect(send('first', () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    }
    if (dies === 'unsettled')
      await expect(send('first', () => Promise.resolve(false))).rejects.toMatchObject({
        code: 'FEED_UNSETTLED',
      });
    await send('first');
    if (dies === 'filing') await send('first');
    const record = async (importId?: number) => {
      const [last] = await listImports(warehouse.database, { limit: 1, state: 'applied' });
      this.events.push({
        kind: act,
        units: named,
        importId: importId ?? last?.importId ?? 0,
        isUndone: false,
      });
    };
    await record();
    if (!isSentAgain) return;
    if (act === 'count') {
      await send('again');
      await record();
    } else if (hasBadRow) {
      // Only the row that was refused is tried, and nothing happens twice.
      expect(await send('again')).toMatchObject({ rows: 1, applied: 0 });
    } else if (rows.length > 0) {
      await expect(send('again')).rejects.toMatchObject({ code: 'FEED_HELD' });
      const [held] = await listImports(warehouse.database, { limit: 1, state: 'held' });
      const decision = { state: decided, by: 'Ann', reason: 'a test' } as const;
      await decideImport(warehouse.database, held?.importId ?? 0, decision);
      if (decided === 'rejected') {
        await expect(send('again')).rejects.toMatchObject({ code: 'FEED_REJECTED' });
        return;
      }
      await send('again');
      await record(held?.importId);
    }
  }

  async undo(which: number): Promise<void> {
    const event = this.events.at(-1 - which);
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

let runs = 0;

test('any mix of feeds, crashes, repetitions, decisions and undos ends at the quantities computed by hand', async () => {
  let [undone, refusedUndos] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      runs += 1;
      // From zero, by a count: whatever was before counts no more.
      await warehouse.import(
        'RESET_INVENTORY',
        SKUS.map((sku) => `BROADWAY,,${sku},,,,N,0`),
        { passesGates: true },
      );
      const played = new Played();
      for (const each of steps) {
        if (each.act === 'undo') await played.undo(each.which);
        else await played.send(each);
        for (const sku of SKUS) {
          expect((await warehouse.readLevels(sku, 'BROADWAY')).qoh).toBe(byHand(played.events, sku));
        }
      }
      undone += played.events.filter(({ isUndone }) => isUndone).length;
      refusedUndos += played.refusedUndos;
    }),
    { numRuns: 25 },
  );
  // A refused undo proves nothing.
  expect(undone).toBeGreaterThan(refusedUndos);
  const [{ differs } = { differs: -1 }] = await warehouse.database.query<{ differs: number }>(
    `SELECT count(*)::int AS differs FROM product_facility AS level
     WHERE quantity_on_hand <> (SELECT coalesce(sum(quantity_on_hand_diff), 0) FROM inventory_item_detail AS entry
       WHERE entry.product_id = level.product_id AND entry.facility_id = level.facility_id)`,
  );
  expect(differs).toBe(0);
});
