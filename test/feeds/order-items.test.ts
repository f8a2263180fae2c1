import { beforeEach, describe, expect, test } from 'vitest';
import { codesOf, SHOP, Warehouse, type ImportOutcome } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
  await warehouse.count('SHIRT', 'BROADWAY', 10);
  await warehouse.count('SHIRT', 'SOHO', 10);
});

interface Line {
  readonly order?: string;
  readonly seq?: string;
  readonly shop?: string;
  readonly external?: string;
  readonly sku?: string;
  readonly quantity?: number;
  readonly cancelled?: number | '';
  readonly facility?: string;
  readonly status?: 'CREATED' | 'APPROVED' | 'COMPLETED' | 'CANCELLED';
}

function line(told: Line): string {
  const { order = 'O1', seq = '1', shop = '', external = '', sku = 'SHIRT', quantity = 3 } = told;
  const { cancelled = '', facility = 'BROADWAY', status = 'APPROVED' } = told;
  return `${order},${seq},${shop},${external},${sku},,${quantity},${cancelled},${facility},ITEM_${status},2026-11-24T10:00:00Z`;
}

async function tell(...lines: Line[]): Promise<ImportOutcome> {
  return warehouse.import('ORDER_ITEMS', lines.map(line));
}

const broadway = () => warehouse.levels('SHIRT', 'BROADWAY');
const soho = () => warehouse.levels('SHIRT', 'SOHO');

async function queued(): Promise<number> {
  const [row] = await warehouse.database.query<{ units: number }>(
    `SELECT coalesce(sum(open_quantity), 0)::int AS units FROM order_item
     LEFT JOIN facility USING (facility_id) LEFT JOIN facility_type USING (facility_type_id)
     WHERE is_virtual IS NOT FALSE`,
  );
  return row?.units ?? 0;
}

describe('a line’s life', () => {
  test('queue → allocated → moved → shipped: reserved where it is, and taken from the stock once', async () => {
    await tell({ facility: '' });
    expect([await broadway(), await queued()]).toEqual([{ qoh: 10, reserved: 0 }, 3]);
    await tell({ facility: 'BROADWAY' });
    expect([await broadway(), await queued()]).toEqual([{ qoh: 10, reserved: 3 }, 0]);
    await tell({ facility: 'SOHO', cancelled: 1 });
    expect([await broadway(), await soho()]).toEqual([
      { qoh: 10, reserved: 0 },
      { qoh: 10, reserved: 2 },
    ]);
    await tell({ facility: 'SOHO', cancelled: 1, status: 'COMPLETED' });
    expect(await soho()).toEqual({ qoh: 8, reserved: 0 });
    expect((await warehouse.ledger()).slice(2)).toEqual([
      'SHIRT BROADWAY 0 3 ORDER_RESERVED ORDER_ITEMS__4.csv:2',
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED ORDER_ITEMS__5.csv:2',
      'SHIRT SOHO 0 2 ORDER_RESERVED ORDER_ITEMS__5.csv:2',
      'SHIRT SOHO -2 -2 ORDER_SHIPPED ORDER_ITEMS__6.csv:2',
    ]);
  });

  test('a parking place is the brokering queue', async () => {
    await tell({ facility: 'PARKING' });
    expect([await broadway(), await queued()]).toEqual([{ qoh: 10, reserved: 0 }, 3]);
  });

  test('a place that becomes a parking place, and a store again, keeps what is reserved there until it is released', async () => {
    const become = (type: string) =>
      warehouse.database.query(`UPDATE facility SET facility_type_id = $1 WHERE facility_id = 'BROADWAY'`, [
        type,
      ]);
    await tell({ facility: 'BROADWAY' });
    await become('NA');
    expect([await broadway(), await queued()]).toEqual([{ qoh: 10, reserved: 3 }, 3]);
    await tell({ facility: 'BROADWAY', status: 'CANCELLED' });
    await become('RETAIL_STORE');
    expect([await broadway(), await queued()]).toEqual([{ qoh: 10, reserved: 0 }, 0]);
  });

  test('sending the same state again changes nothing, not even the log of changes', async () => {
    await tell({}, { order: 'O2', facility: '' }, { order: 'O3', status: 'COMPLETED' });
    const [changes, ledger] = [await warehouse.changes(), await warehouse.ledger()];
    const outcome = await tell(
      { order: 'O3', status: 'COMPLETED', facility: '' },
      { order: 'O2', facility: '' },
      {},
    );
    expect(outcome).toMatchObject({ rows: 3, applied: 3, failed: 0 });
    expect(await warehouse.changes()).toBe(changes);
    expect(await warehouse.ledger()).toEqual(ledger);
  });

  test('a completed line without a facility ships from where it was reserved', async () => {
    await tell({ facility: 'SOHO' });
    await tell({ facility: '', status: 'COMPLETED' });
    expect(await soho()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('a line that comes in completed is a sale in the store', async () => {
    await tell({ status: 'COMPLETED' });
    expect(await broadway()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('two lines of one order are two lines', async () => {
    await tell({ seq: '1' }, { seq: '2', quantity: 4 });
    expect(await broadway()).toEqual({ qoh: 10, reserved: 7 });
  });
});

describe('several rows of one line in a file', () => {
  test('the last state wins', async () => {
    const outcome = await tell({ quantity: 1 }, { quantity: 5, facility: 'SOHO' }, { quantity: 2 });
    expect(outcome).toMatchObject({ rows: 3, applied: 3 });
    expect([await broadway(), await soho()]).toEqual([
      { qoh: 10, reserved: 2 },
      { qoh: 10, reserved: 0 },
    ]);
  });

  test('reserved and completed in one file ships from the facility of the earlier row', async () => {
    await tell({ facility: 'SOHO' }, { facility: '', status: 'COMPLETED' });
    expect(await soho()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('what comes after its completion is refused, unless it is the same', async () => {
    const outcome = await tell(
      { status: 'COMPLETED' },
      { status: 'COMPLETED', facility: '' },
      { status: 'APPROVED' },
      { status: 'COMPLETED', quantity: 9 },
    );
    expect(codesOf(outcome)).toEqual({ 4: 'ORDER_ITEM_COMPLETED', 5: 'ORDER_ITEM_COMPLETED' });
    expect(await broadway()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('a refused last row leaves the state before it', async () => {
    const outcome = await tell({ quantity: 2 }, { quantity: 3, facility: 'NOWHERE' });
    expect(codesOf(outcome)).toEqual({ 3: 'FACILITY_UNKNOWN' });
    expect(await broadway()).toEqual({ qoh: 10, reserved: 2 });
  });
});

describe('what is refused', () => {
  test('unknown products, facilities and shops, and shipments from nowhere', async () => {
    const outcome = await tell(
      { order: 'A', sku: 'TIE' },
      { order: 'B', facility: 'NOWHERE' },
      { order: 'C', shop: 'no-shop' },
      { order: 'D', facility: '', status: 'COMPLETED' },
      { order: 'E', facility: 'PARKING', status: 'COMPLETED' },
      { order: 'F' },
    );
    expect(outcome.refused.map(({ rowNumber, column, code }) => `${rowNumber} ${column} ${code}`)).toEqual([
      '2 idValue PRODUCT_UNKNOWN',
      '3 facilityId FACILITY_UNKNOWN',
      '4 shopId SHOP_UNKNOWN',
      '5 facilityId ORDER_ITEM_FACILITY_REQUIRED',
      '6 facilityId ORDER_ITEM_FACILITY_REQUIRED',
    ]);
    expect(await broadway()).toEqual({ qoh: 10, reserved: 3 });
  });

  test('a completed line is not opened again, and not shipped twice', async () => {
    await tell({ status: 'COMPLETED' });
    const outcome = await tell(
      { status: 'APPROVED' },
      { status: 'CANCELLED' },
      { status: 'COMPLETED', quantity: 4 },
      { status: 'COMPLETED', facility: 'SOHO' },
    );
    expect(Object.values(codesOf(outcome))).toEqual(Array.from({ length: 4 }, () => 'ORDER_ITEM_COMPLETED'));
    expect(outcome.refused[0]?.message).toBe(
      'Line 1 of order "O1" is completed, so it cannot change any more.',
    );
    expect([await broadway(), await soho()]).toEqual([
      { qoh: 7, reserved: 0 },
      { qoh: 10, reserved: 0 },
    ]);
  });

  test('a shop’s order line is counted under one order id: the first', async () => {
    const shop = { shop: SHOP, external: '#1001' };
    await tell({ order: 'O1', ...shop });
    const outcome = await tell(
      { order: 'WEBHOOK-1', ...shop },
      { order: 'O1', ...shop, quantity: 4 },
      { order: 'WEBHOOK-2', shop: SHOP, external: '#1002' },
      { order: 'O2', shop: SHOP, external: '#1002' },
      { order: 'O3', seq: '2', ...shop },
    );
    expect(codesOf(outcome)).toEqual({ 2: 'ORDER_LINE_DUPLICATE', 5: 'ORDER_LINE_DUPLICATE' });
    expect(outcome.refused[1]?.message).toBe(
      'Line 1 of the shop\'s order "#1002" is known as order "WEBHOOK-2".',
    );
    expect(await broadway()).toEqual({ qoh: 10, reserved: 4 + 3 + 3 });
  });

  test('orders that are not from a shop may have the same external id', async () => {
    const outcome = await tell({ order: 'O1', external: '#1' }, { order: 'O2', external: '#1' });
    expect(outcome.failed).toBe(0);
  });
});

describe('at once', () => {
  test('the same new line from several imports is reserved once', async () => {
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => tell({ order: 'O1' }, { order: `X${index}`, quantity: 0 })),
    );
    expect(await broadway()).toEqual({ qoh: 10, reserved: 3 });
  });

  test('one line completed by several imports is shipped once', async () => {
    await tell({});
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        tell({ status: 'COMPLETED' }, { order: `X${index}`, quantity: 0 }),
      ),
    );
    expect(outcomes.map(({ failed }) => failed)).toEqual([0, 0, 0, 0]);
    expect(await broadway()).toEqual({ qoh: 7, reserved: 0 });
  });
});

describe('what a shop’s orders have taken from Shopify, as far as they are imported', () => {
  async function imported(): Promise<Record<string, number>> {
    const rows = await warehouse.database.query<{ sku: string; units: number }>(
      `SELECT sku, units FROM shop_imported_units JOIN product USING (product_id) WHERE shop_id = $1 ORDER BY sku`,
      [SHOP],
    );
    return Object.fromEntries(rows.map(({ sku, units }) => [sku, units]));
  }

  test('are the units of its lines, shipped or not, less what was cancelled; orders of others do not count', async () => {
    await tell(
      { order: 'O1', shop: SHOP, quantity: 3 },
      { order: 'O2', shop: SHOP, quantity: 2, cancelled: 2, status: 'CANCELLED' },
      { order: 'O3', shop: SHOP, quantity: 4, sku: 'HAT' },
      { order: 'O4', quantity: 9 },
    );
    expect(await imported()).toEqual({ HAT: 4, SHIRT: 3 });

    await tell({ order: 'O1', shop: SHOP, quantity: 3, cancelled: 1 });
    expect(await imported()).toEqual({ HAT: 4, SHIRT: 2 });

    await tell(
      { order: 'O1', shop: SHOP, quantity: 3, cancelled: 1, status: 'COMPLETED' },
      { order: 'O3', shop: SHOP, quantity: 4, sku: 'HAT', status: 'CANCELLED' },
    );
    expect(await imported()).toEqual({ HAT: 0, SHIRT: 2 });
  });

  test('are known up to the newest order, and never beyond now', async () => {
    const until = async () =>
      warehouse.database.query(
        'SELECT imported_until AS until, imported_until <= now() AS "isPast" FROM shop_orders',
      );
    await tell({ shop: SHOP });
    expect(await until()).toEqual([{ until: new Date('2026-11-24T10:00:00Z'), isPast: true }]);

    await warehouse.import('ORDER_ITEMS', [
      `O9,1,${SHOP},,SHIRT,,1,,BROADWAY,ITEM_APPROVED,2126-11-24T10:00:00Z`,
      `O8,1,${SHOP},,SHIRT,,1,,BROADWAY,ITEM_APPROVED,2020-11-24T10:00:00Z`,
    ]);
    expect(await until()).toEqual([{ until: expect.any(Date) as Date, isPast: true }]);
  });
});
