/** What an attempt writes to its ledger is the same, whether it waits for other writes of its kind or not. */
import { expect, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { CALLS_IN_FLIGHT_MAX } from '../../src/domain/limits.ts';
import { recordApplied, settleAndStore } from '../../src/postgres/lane/chunk-ledger.ts';
import { LaneWrites } from '../../src/postgres/lane/lane-writes.ts';
import type { StoredCall } from '../../src/postgres/lane/stored-call.ts';
import { ChunkBench } from './chunk-bench.ts';

const SKUS = ['A', 'B', 'C', 'D', 'E', 'F'] as const;

interface Written {
  readonly bench: ChunkBench;
  readonly lane: LaneWrites;
  readonly itemOf: ReadonlyMap<string, string>;
}

/** File 1 says 7 of each product, of which Shopify shows 5. */
async function openFile(): Promise<Written> {
  const bench = await ChunkBench.open(Object.fromEntries(SKUS.map((sku) => [sku, 5])));
  await bench.addFile(1, Object.fromEntries(SKUS.map((sku) => [sku, 7])));
  const { database, pass } = await bench.startAttempt();
  const levels = await bench.twin.levels();
  const itemOf = new Map(levels.map(({ sku, inventoryItemId }) => [sku ?? '', inventoryItemId]));
  return { bench, lane: new LaneWrites(database, pass), itemOf };
}

/** Of two rows, the chunk of that number; it names an item of the next chunk's, too, as a call of no release has done. */
function callOf(chunk: number, itemOf: Written['itemOf']): StoredCall {
  const positions = [2 * chunk, 2 * chunk + 1];
  const named = [...positions, (2 * chunk + 2) % SKUS.length];
  const quantities = named.map((position) => ({
    ...{ inventoryItemId: itemOf.get(SKUS[position] ?? ''), locationId: 'L', quantity: 7 + chunk },
    changeFromQuantity: 5,
  }));
  return {
    ...{ sequence: 1, chunk, positions, generation: 0, rowCount: 2 },
    idempotencyKey: `00000000-0000-4000-8000-00000000000${chunk}`,
    variables: JSON.stringify({ input: { quantities } }),
    debts: chunk === 1 ? { C: { debt: 3, drops: [] } } : {},
  };
}

/** So that all writes of `meanwhile` wait for the same turn. */
async function whileOneIsWritten(
  { lane }: Written,
  meanwhile: () => readonly Promise<void>[],
): Promise<void> {
  const first = Promise.withResolvers<undefined>();
  const writing = lane.write(() => first.promise);
  const all = meanwhile();
  first.resolve(undefined);
  await Promise.all([writing, ...all]);
}

async function countTransactions({ bench }: Written, table: 'applied_row' | 'shopify_call'): Promise<number> {
  const [found] = await bench.database.query<{ count: number }>(
    `SELECT count(DISTINCT xmin::text)::int AS count FROM ${table}`,
  );
  return found?.count ?? 0;
}

test('calls are stored together, and recorded together as applied: each row by its own call', async () => {
  const written = await openFile();
  const { bench, lane, itemOf } = written;
  const calls = [0, 1, 2].map((chunk) => callOf(chunk, itemOf));

  await whileOneIsWritten(written, () =>
    calls.map((call) => settleAndStore(lane, 1, { settled: [], unapplied: [], call })),
  );
  expect(await countTransactions(written, 'shopify_call')).toBe(1);
  await whileOneIsWritten(written, () => calls.map((call) => recordApplied(lane, call)));

  expect(await countTransactions(written, 'applied_row')).toBe(1);
  expect(await bench.readCalls(1)).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
  expect(
    await bench.database.query(
      'SELECT product_id AS sku, outcome, target, sent, observed, debt FROM applied_row ORDER BY product_id',
    ),
  ).toEqual(
    SKUS.map((sku, position) => ({
      ...{ sku, outcome: 'APPLIED', target: 7, sent: 7 + Math.floor(position / 2), observed: 5 },
      debt: sku === 'C' ? 3 : 0,
    })),
  );
});

test('rows that need no write are settled together, each with what was found of it', async () => {
  const written = await openFile();
  const { bench, lane, itemOf } = written;

  await whileOneIsWritten(written, () =>
    SKUS.map((productId, units) => {
      const row = { productId, outcome: 'UNCHANGED', target: 7, observed: units } as const;
      const known = { inventoryItemId: itemOf.get(productId) ?? '', importedUnits: 0 };
      const settled = [{ ...row, ...known, keptBack: { debt: 0, drops: [] } }];
      return settleAndStore(lane, 1, { settled, unapplied: [], call: null });
    }),
  );

  expect(await countTransactions(written, 'applied_row')).toBe(1);
  expect(
    await bench.database.query(
      'SELECT product_id AS sku, outcome, observed FROM applied_row ORDER BY product_id',
    ),
  ).toEqual(SKUS.map((sku, units) => ({ sku, outcome: 'UNCHANGED', observed: units })));
});

test('of all calls that were on their way when Shopify went away, none is forgotten by the next file', async () => {
  const skus = Array.from(
    { length: CALLS_IN_FLIGHT_MAX },
    (_, place) => `S${String(place).padStart(4, '0')}`,
  );
  const each = (units: number) => Object.fromEntries(skus.map((sku) => [sku, units]));
  const apply = async (sequence: number) => {
    await applyWindows(await bench.startAttempt(), [{ sequence, window: 0 }], skus.length);
  };
  const bench = await ChunkBench.open(each(5));
  await bench.addFile(1, each(5));
  await apply(1);
  // Each is written by a call of its own, whose answer is lost for good. Then two of each are sold.
  await bench.addFile(2, each(10));
  await bench.database.query(
    `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, debts, row_count,
       positions, sending_until, state)
     SELECT shop_id, 2, position, 0, gen_random_uuid(), jsonb_build_object('input', jsonb_build_object('quantities',
         jsonb_build_array(jsonb_build_object('inventoryItemId', inventory_item_id, 'locationId', 'L', 'quantity', 10,
           'changeFromQuantity', 5)))), 1, '{}', 1, ARRAY[position], clock_timestamp(), 'EXPIRED_UNKNOWN'
     FROM upload_file_row WHERE sequence = 2`,
  );
  for (const sku of skus) await bench.change('levels', { sku, available: 8 });

  await bench.addFile(3, each(10));
  await apply(3);

  expect(await bench.readShown()).toEqual(each(8));
});
