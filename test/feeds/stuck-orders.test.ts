/** A large feed of order lines that cannot be applied whole, and how a person ends it. */
import { beforeEach, expect, test } from 'vitest';
import { findImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { listRefusedFeeds } from '../../src/postgres/feeds/refused-feeds.ts';
import { atpWith, type Atp } from '../cli/atp.ts';
import { SHOP, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
let atp: Atp;

beforeEach(async () => {
  warehouse = await Warehouse.open();
  atp = await atpWith({ DATABASE_URL: warehouse.url });
});

const HEADER = 'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate';
const ORDERS = ['A,1,SHIRT,2', 'B,1,HAT,5', 'C,1,SHIRT,4'];
/** An order may say since when its line is so. */
function toLine(order: string): string {
  const [id, seq, sku, units, updatedAt] = order.split(',');
  const line = `${id},${seq},${sku},${units},SOHO,ITEM_APPROVED,2026-11-24T10:00:00Z`;
  return updatedAt === undefined ? line : `${line},${updatedAt}`;
}

function send(orders: readonly string[], name: string, killedAfter?: number) {
  let chunks = 0;
  const header = orders.some((order) => order.split(',').length > 4) ? `${HEADER},updatedAt` : HEADER;
  const text = [header, ...orders.map(toLine), ''].join('\n');
  return warehouse.importText('ORDER_ITEMS', text, name, {
    claimed: { path: `claimed/x-1/${name}`, sizeBytes: text.length },
    chunkRows: 1,
    chunksAtOnce: 1,
    onChunk: () => {
      if (killedAfter !== undefined && (chunks += 1) >= killedAfter) throw new Error('killed');
    },
  });
}

async function lastImport(): Promise<number> {
  const [last] = await listImports(warehouse.database, { limit: 1 });
  return last?.importId ?? 0;
}

/** Reservations of the hat leave the range of a level by what the feed has still to reserve. */
async function getStuck(orders: readonly string[] = ORDERS): Promise<number> {
  await expect(send(orders, 'orders.csv', 1)).rejects.toThrow('killed');
  await reserveHat(2_147_483_646);
  await expect(send(orders, 'orders.csv')).rejects.toMatchObject({
    code: 'IMPORT_STUCK',
    hint: expect.stringContaining('atp import reject') as string,
  });
  return lastImport();
}

function reserveHat(units: number) {
  return warehouse.database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('10001', 'SOHO', 0, $1, 'ORDER_RESERVED', 'a person')`,
    [units],
  );
}

const freeHat = () => reserveHat(-2_147_483_646);

const reserved = async (sku: string) => (await warehouse.readLevels(sku, 'SOHO')).reserved;

test('rejected by a person, what is applied stays, and the other rows go back to their sender', async () => {
  const stuck = await getStuck();

  const { stdout } = await atp.run(
    'import',
    'reject',
    `${stuck}`,
    '--reason',
    'the hat is wrong',
    '--by',
    'Ann',
  );

  expect(stdout).toContain(`The rest of import ${stuck} of orders.csv is rejected: 2 of 3 rows are refused`);
  expect(await findImport(warehouse.database, stuck)).toMatchObject({
    ...{ state: 'applied', rows: 3, refused: 2, done: 1, pending: 0 },
    ...{ decidedBy: 'Ann', decisionReason: 'the hat is wrong' },
  });
  expect(await atp.json(['audit', 'log', '--limit', '1'])).toMatchObject({
    acts: [{ act: 'import.reject', actor: 'Ann', outcome: 'DONE' }],
  });
  // The next run finds it done, and puts the file away with its refused rows.
  const found = await send(ORDERS, 'orders.csv');
  expect(found).toMatchObject({ rows: 3, applied: 1, failed: 2 });
  expect(found.refused).toMatchObject([
    {
      rowNumber: 3,
      code: 'ORDER_ROW_REJECTED',
      values: ['B', '1', 'HAT', '5', 'SOHO', 'ITEM_APPROVED', '2026-11-24T10:00:00Z'],
    },
    { rowNumber: 4, code: 'ORDER_ROW_REJECTED' },
  ]);
  expect(found.refused[0]?.message).toContain('Ann has ended import');
  expect(await listRefusedFeeds(warehouse.database, 9)).toMatchObject([
    { fileName: 'orders.csv', refusedRows: 2 },
  ]);
  // Its sales that are not known stay kept back.
  expect(await warehouse.database.query('SELECT FROM shop_orders')).toEqual([]);

  await send(['C,1,SHIRT,4'], 'again.csv');
  expect(await reserved('SHIRT')).toBe(6);
});

test('a feed of stock that is posted in part is undone, and not rejected; one that is whole is neither held nor in part', async () => {
  const stuck = await getStuck();
  const text = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,1\nHAT,BROADWAY,1\n';
  const options = { chunkRows: 1, chunksAtOnce: 1, onChunk: () => Promise.reject(new Error('killed')) };
  await expect(warehouse.importText('MDM_INV_VARIANCE', text, 'v.csv', options)).rejects.toThrow('killed');
  const inPart = await lastImport();
  const reject = (importId: number) => atp.failure('import', 'reject', `${importId}`, '--reason', 'a test');

  expect(await reject(inPart)).toBe('IMPORT_NOT_REJECTABLE 2');
  expect(await findImport(warehouse.database, inPart)).toMatchObject({ state: 'applying', pending: 1 });
  expect(await atp.run('import', 'reject', `${stuck}`, '--reason', 'a test')).toMatchObject({ exitCode: 0 });
  expect(await reject(stuck)).toBe('IMPORT_NOT_HELD 2');
});

test('finished after a later feed, it does not set back what that one has told', async () => {
  const stuck = await getStuck();

  await send(['C,1,SHIRT,6', 'C,2,SHIRT,1'], 'later.csv');
  expect(await findImport(warehouse.database, stuck)).toMatchObject({ done: 2, pending: 1 });
  await freeHat();

  expect(await send(ORDERS, 'orders.csv')).toMatchObject({
    ...{ rows: 3, applied: 3, failed: 0 },
    warnings: [{ code: 'ORDER_OVERTAKEN', rows: 1 }],
  });
  expect([await reserved('SHIRT'), await reserved('HAT')]).toEqual([2 + 6 + 1, 5]);
});

test('where both say since when a line is so, the newer state counts, whichever comes first', async () => {
  const [tenOClock, noon] = ['2026-11-24T10:00:00Z', '2026-11-24T12:00:00Z'];
  const others = ORDERS.slice(0, 2).map((order) => `${order},${tenOClock}`);
  await getStuck([...others, `C,1,SHIRT,4,${noon}`, `D,1,SHIRT,20,${tenOClock}`]);

  await send([`C,1,SHIRT,6,${tenOClock}`, `D,1,SHIRT,30,${noon}`], 'later.csv');
  await freeHat();
  await finishBrokenOff(warehouse.database);

  expect(await reserved('SHIRT')).toBe(2 + 4 + 30);
});

test('while its orders wait, neither a later feed nor a statement says that all orders have come', async () => {
  const state = () => warehouse.import('ORDER_WATERMARK', [`${SHOP},2026-11-24T12:00:00Z`]);
  await getStuck();
  await send(['D,1,SHIRT,1'], 'later.csv');
  expect(await state()).toMatchObject({ warnings: [{ code: 'ORDER_WATERMARK_WAITS', rows: 1 }] });
  expect(await comeIn()).toBeUndefined();

  await freeHat();
  await finishBrokenOff(warehouse.database);

  expect((await state()).warnings).toBeUndefined();
  expect(await comeIn()).toEqual({ isFed: true, stated: new Date('2026-11-24T12:00:00Z') });
});

async function comeIn(): Promise<unknown> {
  const [orders] = await warehouse.database.query(
    'SELECT fed_until IS NOT NULL AS "isFed", imported_until AS stated FROM shop_orders',
  );
  return orders;
}
