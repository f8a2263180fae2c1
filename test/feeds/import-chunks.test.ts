/** Large imports: posted in chunks, each once, whatever dies in between, and in nobody's way. */
import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { findImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import type { ChunksDone } from '../../src/postgres/feeds/apply-chunks.ts';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { codesOf, SHOP, Warehouse, type ImportOutcome } from './warehouse.ts';

const SKUS = ['HAT', 'SHIRT', 'SOCKS'] as const;
const FACILITIES = ['BROADWAY', 'SOHO'] as const;

let warehouse: Warehouse;
/** The same, in which nothing is large. */
let whole: Warehouse;

beforeAll(async () => {
  [warehouse, whole] = await Promise.all([Warehouse.open(), Warehouse.open()]);
  for (const { database } of [warehouse, whole])
    await database.query(`INSERT INTO product (product_id, sku) VALUES ('10002', 'SOCKS')`);
});

const ZERO = SKUS.flatMap((sku) => FACILITIES.map((facility) => `${sku},${facility},,,0`));

beforeEach(async () => {
  await count(warehouse, ZERO);
});

const dead = () => Promise.reject(new Error('killed'));

/** Kills the import after so many chunks. */
function killedAfter(chunks: number): (progress: ChunksDone) => Promise<void> {
  let seen = 0;
  return () => ((seen += 1) > chunks ? dead() : Promise.resolve());
}

/** On hand, by product and facility. */
async function levels({ database }: Warehouse): Promise<Record<string, number>> {
  const rows = await database.query<{ level: string; units: number }>(
    `SELECT sku || ' ' || facility_id AS level, quantity_on_hand AS units
     FROM product_facility JOIN product USING (product_id) ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ level, units }) => [level, units]));
}

/** Everything that an import leaves, but for numbers and times. */
async function allOf(of: Warehouse, { refused, ...counts }: ImportOutcome): Promise<unknown> {
  const [imported] = await listImports(of.database, { limit: 1 });
  const ledger = await of.database.query<{ line: string }>(
    `SELECT concat_ws(' ', sku, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source) AS line
     FROM inventory_item_detail JOIN product USING (product_id) WHERE import_id = $1 ORDER BY 1`,
    [imported?.importId],
  );
  const lastCounts = await of.database.query<{ level: string }>(
    `SELECT product_id || facility_id AS level FROM last_count WHERE import_id = $1 ORDER BY 1`,
    [imported?.importId],
  );
  const { rows, refused: refusedRows, effect, reasons } = imported ?? {};
  return {
    ...{ counts, refused, ledger, lastCounts, levels: await levels(of) },
    ...{ record: { rows, refusedRows, effect, reasons } },
  };
}

let files = 0;

function count(to: Warehouse, rows: readonly string[], options: Parameters<Warehouse['importText']>[3] = {}) {
  return send(to, 'RESET_INVENTORY', `count-${(files += 1)}.csv`, rows, options);
}

function send(
  to: Warehouse,
  type: FeedType,
  name: string,
  rows: readonly string[],
  options: Parameters<Warehouse['importText']>[3] = {},
): Promise<ImportOutcome> {
  const column = type === 'RESET_INVENTORY' ? 'availableQty' : 'availableDelta';
  const text = `idValue,facilityId,locationSeqId,resetByAtp,${column}\n${rows.join('\n')}\n`;
  return to.importText(type, text, name, { passesGates: true, ...options });
}

/** A feed on SFTP: sent again it is the same one. */
const claimed = (name: string) => ({ claimed: { path: `claimed/x-1/${name}`, sizeBytes: 1 } });

const feed = fc.record({
  type: fc.constantFrom<FeedType[]>('RESET_INVENTORY', 'MDM_INV_VARIANCE'),
  rows: fc.array(
    fc.record({
      sku: fc.constantFrom(...SKUS, ...SKUS, 'NO-SUCH'),
      facility: fc.constantFrom(...FACILITIES, ...FACILITIES, 'PARKING'),
      bin: fc.constantFrom('', 'A', 'B'),
      units: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 0, max: 40 }) },
        { weight: 1, arbitrary: fc.constant(2_000_000_000) },
      ),
      isOwn: fc.constantFrom('N', 'N', 'Y'),
    }),
    // "max": short lists, which are most of what is drawn without it, fit into one chunk.
    { maxLength: 8, size: 'max' },
  ),
  isOlder: fc.boolean(),
  chunkRows: fc.integer({ min: 1, max: 4 }),
});

/** A row of each level in chunks of one: each feed has a chunk for each product. */
const inManyChunks = (['RESET_INVENTORY', 'MDM_INV_VARIANCE'] as const).map((type) => ({
  type,
  rows: SKUS.flatMap((sku) =>
    FACILITIES.map((facility, at) => ({
      sku,
      facility,
      bin: '' as const,
      units: 10 * at + 3,
      isOwn: 'N' as const,
    })),
  ),
  isOlder: false,
  chunkRows: 1,
  chunksAtOnce: 1,
}));

test('the size of chunks changes nothing of what comes of a feed', async () => {
  let chunked = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(feed, { minLength: 1, maxLength: 3 }), async (feeds) => {
      for (const each of [warehouse, whole]) await count(each, ZERO);
      for (const { type, rows, isOlder, chunkRows } of feeds) {
        const lines = rows.map(({ sku, facility, bin, units, isOwn }) =>
          [sku, facility, bin, isOwn, type === 'RESET_INVENTORY' ? units : units - 20].join(','),
        );
        const name = `feed-${(files += 1)}.csv`;
        const writtenAt = new Date(Date.now() - (isOlder ? 60_000 : 0));
        const inChunks = await send(warehouse, type, name, lines, {
          ...{ writtenAt, chunkRows, chunksAtOnce: 2 },
          onChunk: ({ done, total }) => void (chunked += done < total ? 1 : 0),
        });
        const atOnce = await send(whole, type, name, lines, { writtenAt });
        expect(await allOf(warehouse, inChunks)).toEqual(await allOf(whole, atOnce));
      }
    }),
    { numRuns: 25, examples: [[[...inManyChunks, ...inManyChunks, ...inManyChunks]]] },
  );
  // What the example assures, whatever chance gives.
  const assured = inManyChunks.length * (SKUS.length - 1);
  expect(chunked, 'ends of chunks with others behind them').toBeGreaterThanOrEqual(assured);
});

const COUNT = [
  'HAT,BROADWAY,,,7',
  'HAT,SOHO,,,8',
  'SHIRT,BROADWAY,,,9',
  'SOCKS,SOHO,,,4',
  'NO-SUCH,SOHO,,,1',
];
const COUNTED = {
  ...{ 'HAT BROADWAY': 7, 'HAT SOHO': 8, 'SHIRT BROADWAY': 9, 'SHIRT SOHO': 0 },
  ...{ 'SOCKS BROADWAY': 0, 'SOCKS SOHO': 4 },
};

test.each([0, 1, 2])(
  'killed after %d chunks, it goes on where it was, and nothing is posted twice',
  async (chunks) => {
    const name = `killed-${chunks}.csv`;
    const options = { ...claimed(name), chunkRows: 1, chunksAtOnce: 1 };
    const posted = (await warehouse.readLedger()).length;
    await expect(
      send(warehouse, 'RESET_INVENTORY', name, COUNT, { ...options, onChunk: killedAfter(chunks) }),
    ).rejects.toThrow('killed');
    const [imported] = await listImports(warehouse.database, { limit: 1 });
    expect(imported).toMatchObject({ state: 'applying', rows: 5, refused: 1 });
    // A chunk has all rows of a product: the shirt, the hat with two, the socks.
    expect((await warehouse.readLedger()).length - posted).toBe([1, 3, 4][chunks]);

    const again = await send(warehouse, 'RESET_INVENTORY', name, COUNT, options);

    expect(again).toMatchObject({ rows: 5, applied: 4, refused: [{ code: 'PRODUCT_UNKNOWN' }] });
    expect(await levels(warehouse)).toEqual(COUNTED);
    expect((await warehouse.readLedger()).length - posted).toBe(4);
    expect(await findImport(warehouse.database, imported?.importId ?? 0)).toMatchObject({ state: 'applied' });
  },
);

test('before it is judged whole, nothing of it is there', async () => {
  await expect(count(warehouse, COUNT, { chunkRows: 1, chunksAtOnce: 1, isUnchanged: dead })).rejects.toThrow(
    'killed',
  );
  expect(Object.values(await levels(warehouse))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(await warehouse.database.query('SELECT FROM pending_posting')).toEqual([]);
});

test('a dry run tells what would come of it, and leaves nothing', async () => {
  let effect: unknown;
  const options = {
    chunkRows: 1,
    chunksAtOnce: 1,
    dryRun: true,
    onJudged: (judged: { effect: unknown }) => (effect = judged.effect),
  };
  expect(await count(warehouse, COUNT, options)).toMatchObject({ applied: 4, failed: 1 });
  expect(effect).toMatchObject({ levels: 4, unitsBefore: 0, unitsAfter: 28 });
  expect(Object.values(await levels(warehouse))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(await warehouse.database.query('SELECT FROM pending_posting')).toEqual([]);
});

test('one that was broken off is finished without its file, once, and not while somebody works on it', async () => {
  await expect(
    count(warehouse, COUNT, { chunkRows: 1, chunksAtOnce: 1, onChunk: killedAfter(0) }),
  ).rejects.toThrow('killed');
  const told: ChunksDone[] = [];
  const onChunk = (done: ChunksDone) => void told.push(done);
  await finishBrokenOff(warehouse.database, { onChunk }, 'claimed/another');
  expect(told).toEqual([]);

  await finishBrokenOff(warehouse.database, { onChunk, chunksAtOnce: 1 });
  await finishBrokenOff(warehouse.database, { onChunk, chunksAtOnce: 1 });

  expect(await levels(warehouse)).toEqual(COUNTED);
  expect(told).toEqual([
    { done: 3, total: 4 },
    { done: 4, total: 4 },
  ]);

  let during: number | null = null;
  await count(warehouse, ZERO, {
    chunkRows: 1,
    chunksAtOnce: 1,
    onChunk: async () => {
      const before = (await warehouse.readLedger()).length;
      await finishBrokenOff(warehouse.database);
      during ??= (await warehouse.readLedger()).length - before;
    },
  });
  expect(during).toBe(0);
});

/** As an order that ships one unit: it waits for nobody's lock. */
async function sellOne(sku: string, facility: string): Promise<void> {
  await warehouse.database.transaction(async (connection) => {
    await connection.query(`SET LOCAL lock_timeout = '10ms'`);
    await connection.query(
      `INSERT INTO inventory_item_detail
         (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT product_id, $2, -1, 0, 'ORDER_SHIPPED', 'an order' FROM product WHERE sku = $1`,
      [sku, facility],
    );
  });
}

test('a posting to one of its levels waits for nothing, and stays whenever it comes', async () => {
  await count(warehouse, COUNT, {
    chunkRows: 1,
    chunksAtOnce: 1,
    // All is judged, and nothing is committed yet.
    isUnchanged: async () => {
      await sellOne('HAT', 'BROADWAY');
      await sellOne('SOCKS', 'SOHO');
      return true;
    },
    onChunk: () => sellOne('SHIRT', 'BROADWAY'),
  });
  expect(await levels(warehouse)).toEqual({
    ...COUNTED,
    ...{ 'HAT BROADWAY': 6, 'SOCKS SOHO': 3, 'SHIRT BROADWAY': 6 },
  });
});

test('undone half way, it takes back what it has posted, and the rest is never posted', async () => {
  const name = 'half.csv';
  const options = { ...claimed(name), chunkRows: 1, chunksAtOnce: 1 };
  const differences = ['HAT,BROADWAY,,,5', 'SHIRT,BROADWAY,,,6', 'SOCKS,SOHO,,,7'];
  await expect(
    send(warehouse, 'MDM_INV_VARIANCE', name, differences, { ...options, onChunk: killedAfter(1) }),
  ).rejects.toThrow('killed');
  const [imported] = await listImports(warehouse.database, { limit: 1 });
  expect(await levels(warehouse)).toMatchObject({ 'HAT BROADWAY': 5, 'SHIRT BROADWAY': 6, 'SOCKS SOHO': 0 });

  const undone = await undoImport(warehouse.database, imported?.importId ?? 0, {
    by: 'Ann',
    reason: 'a test',
  });
  await finishBrokenOff(warehouse.database);
  await expect(send(warehouse, 'MDM_INV_VARIANCE', name, differences, options)).rejects.toMatchObject({
    code: 'IMPORT_UNDONE',
  });

  expect(undone).toMatchObject({ postings: 2 });
  expect(Object.values(await levels(warehouse))).toEqual([0, 0, 0, 0, 0, 0]);
});

const ORDERS = ['A,1,SHIRT,2', 'A,2,HAT,1', 'B,1,NO-SUCH,1', 'C,1,SOCKS,4'].map(
  (line) => `${line},SOHO,ITEM_APPROVED,2026-11-24T10:00:00Z`,
);

function sendOrders(to: Warehouse, name: string, options: Parameters<Warehouse['importText']>[3]) {
  const header = 'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate';
  return to.importText('ORDER_ITEMS', `${header}\n${ORDERS.join('\n')}\n`, name, options);
}

const ordersCame = ({ database }: Warehouse) => database.query('SELECT FROM shop_orders');

test('order lines: each order is judged in its chunk, and they have come in when the last one is applied', async () => {
  const name = 'orders.csv';
  let effect: unknown;
  const onJudged = (judged: { effect: unknown }) => (effect = judged.effect);
  const options = { ...claimed(name), chunkRows: 1, chunksAtOnce: 1, onJudged };
  await expect(sendOrders(warehouse, name, { ...options, onChunk: killedAfter(1) })).rejects.toThrow(
    'killed',
  );
  expect(await warehouse.database.query('SELECT order_id AS id FROM order_item ORDER BY 1')).toEqual([
    { id: 'A' },
    { id: 'A' },
  ]);
  expect(await ordersCame(warehouse)).toEqual([]);

  const outcome = await sendOrders(warehouse, name, options);

  expect(outcome).toMatchObject({ rows: 4, applied: 3, failed: 1, refused: [{ rowNumber: 4 }] });
  expect(await ordersCame(warehouse)).not.toEqual([]);
  expect(await warehouse.readLevels('SOCKS', 'SOHO')).toMatchObject({ reserved: 4 });
  const again = await sendOrders(whole, name, { ...claimed(name), onJudged });
  expect(outcome).toEqual(again);
  expect(effect).toMatchObject({ levels: 0 });
});

test('orders that are joined by others through orders of a shop are judged together, in the order of the file', async () => {
  const header =
    'orderId,orderItemSeqId,externalOrderId,idValue,quantity,shopId,facilityId,statusId,orderDate';
  // A and C have nothing in common but B, and C has told of line 1 of Y first. D is by itself.
  const rows = ['A,1,X', 'D,1,Z', 'C,1,Y', 'E,1,W', 'B,2,X', 'B,1,Y', 'E,2,Y'];
  const lines = rows.map((row) => `${row},SHIRT,1,${SHOP},SOHO,ITEM_APPROVED,2026-11-24T10:00:00Z`);
  const text = [header, ...lines, ''].join('\n');
  const take = (to: Warehouse, chunkRows: number) =>
    to.importText('ORDER_ITEMS', text, 'joined.csv', { chunkRows });

  const inChunks = await take(warehouse, 1);

  expect(codesOf(inChunks)).toEqual({ 7: 'ORDER_LINE_DUPLICATE' });
  expect(inChunks).toEqual(await take(whole, 100));
});
