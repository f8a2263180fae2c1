/** Orders whose shop or facility is not known: their units are sold, so they claim stock all the same. */
import { beforeEach, expect, test } from 'vitest';
import { removeShop } from '../../src/postgres/remove-shop.ts';
import { SHOP, Warehouse, codesOf } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
  await warehouse.count('SHIRT', 'BROADWAY', 10);
});

function importLine(line: {
  readonly order: string;
  readonly shop?: string;
  readonly quantity: number;
  readonly cancelled?: number;
  readonly facility?: string;
  readonly status?: 'APPROVED' | 'CANCELLED' | 'COMPLETED';
  readonly date?: string;
}) {
  const { date = '2026-11-24T10:00:00Z', ...rest } = line;
  const { order, shop = SHOP, quantity, cancelled = 0, facility = 'BROADWAY', status = 'APPROVED' } = rest;
  return warehouse.import('ORDER_ITEMS', [
    `${order},1,${shop},E-${order},SHIRT,,${quantity},${cancelled},${facility},ITEM_${status},${date}`,
  ]);
}

const readBroadway = () => warehouse.readLevels('SHIRT', 'BROADWAY');

async function readQueue(): Promise<string[]> {
  const rows = await warehouse.database.query<{ line: string }>(
    `SELECT order_id || ' ' || open_quantity AS line FROM order_item
     WHERE open_quantity > 0 AND facility_id IS NULL ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

test('an order of a removed shop is cancelled and completed, and its last orders still claim stock', async () => {
  await importLine({ order: 'O1', quantity: 4 });
  await importLine({ order: 'O2', quantity: 2 });
  await removeShop(warehouse.database, SHOP);

  const cancelled = await importLine({ order: 'O1', quantity: 4, cancelled: 4, status: 'CANCELLED' });
  expect(cancelled).toMatchObject({
    applied: 1,
    failed: 0,
    warnings: [{ code: 'ORDER_SHOP_REMOVED', rows: 1 }],
  });
  expect(await readBroadway()).toEqual({ qoh: 10, reserved: 2 });

  await importLine({ order: 'O2', quantity: 2, status: 'COMPLETED' });
  expect(await readBroadway()).toEqual({ qoh: 8, reserved: 0 });

  // It was made before the shop was closed, and comes in afterwards.
  await importLine({ order: 'O3', quantity: 3 });
  expect(await readBroadway()).toEqual({ qoh: 8, reserved: 3 });
  expect(await warehouse.database.query('SELECT DISTINCT shop_id FROM order_item')).toEqual([
    { shop_id: null },
  ]);
});

test('of a shop that was removed and added again, only orders of after its removal pay for its sales', async () => {
  const { database } = warehouse;
  await importLine({ order: 'OLD', quantity: 4 });
  await removeShop(database, SHOP);
  await warehouse.addShop();
  const readImported = () =>
    database.query('SELECT units FROM shop_imported_units WHERE shop_id = $1 AND units <> 0', [SHOP]);

  // Known since before, and one that comes in late.
  const completed = await importLine({ order: 'OLD', quantity: 4, status: 'COMPLETED' });
  expect(completed).toMatchObject({ warnings: [{ code: 'ORDER_SHOP_REMOVED', rows: 1 }] });
  await importLine({ order: 'LATE', quantity: 1 });
  expect(await readImported()).toEqual([]);
  expect(await readBroadway()).toEqual({ qoh: 6, reserved: 1 });

  const date = new Date().toISOString();
  expect(await importLine({ order: 'NEW', quantity: 2, date })).not.toHaveProperty('warnings');
  expect(await readImported()).toEqual([{ units: 2 }]);
  // Its own by now, whatever date it is given.
  await importLine({ order: 'NEW', quantity: 3 });
  expect(await readImported()).toEqual([{ units: 3 }]);
});

test('a shop that never was is a slip of the pen: its order is refused', async () => {
  expect(codesOf(await importLine({ order: 'O1', shop: 'no-shop', quantity: 1 }))).toEqual({
    2: 'SHOP_UNKNOWN',
  });
});

test('an order at an unknown facility waits in the brokering queue until it is allocated', async () => {
  const imported = await importLine({ order: 'O1', quantity: 3, facility: 'NOWHERE' });
  expect(imported).toMatchObject({
    applied: 1,
    failed: 0,
    warnings: [{ code: 'ORDER_FACILITY_UNKNOWN', rows: 1 }],
  });
  expect([await readBroadway(), await readQueue()]).toEqual([{ qoh: 10, reserved: 0 }, ['O1 3']]);

  expect(await importLine({ order: 'O1', quantity: 3 })).not.toHaveProperty('warnings');
  expect([await readBroadway(), await readQueue()]).toEqual([{ qoh: 10, reserved: 3 }, []]);
});

test('a line that moves to an unknown facility is released where it was, and waits', async () => {
  await importLine({ order: 'O1', quantity: 3 });
  await importLine({ order: 'O1', quantity: 3, facility: 'NOWHERE' });
  expect([await readBroadway(), await readQueue()]).toEqual([{ qoh: 10, reserved: 0 }, ['O1 3']]);
});

test('units that were shipped from an unknown facility are refused: nobody knows whose stock they were', async () => {
  await importLine({ order: 'O1', quantity: 3 });
  const shipped = await importLine({ order: 'O1', quantity: 3, facility: 'NOWHERE', status: 'COMPLETED' });
  expect(codesOf(shipped)).toEqual({ 2: 'FACILITY_UNKNOWN' });
  expect(await readBroadway()).toEqual({ qoh: 10, reserved: 3 });
});
