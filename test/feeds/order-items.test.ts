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
  readonly ordered?: string;
  readonly status?: 'CREATED' | 'APPROVED' | 'COMPLETED' | 'CANCELLED';
}

function toCsvLine(line: Line): string {
  const { order = 'O1', seq = '1', shop = '', external = '', sku = 'SHIRT', quantity = 3 } = line;
  const { cancelled = '', facility = 'BROADWAY', status = 'APPROVED' } = line;
  const { ordered = '2026-11-24T10:00:00Z' } = line;
  return `${order},${seq},${shop},${external},${sku},,${quantity},${cancelled},${facility},ITEM_${status},${ordered}`;
}

async function importLines(...lines: Line[]): Promise<ImportOutcome> {
  return warehouse.import('ORDER_ITEMS', lines.map(toCsvLine));
}

const readBroadway = () => warehouse.readLevels('SHIRT', 'BROADWAY');
const readSoho = () => warehouse.readLevels('SHIRT', 'SOHO');

async function countQueuedUnits(): Promise<number> {
  const [row] = await warehouse.database.query<{ units: number }>(
    `SELECT coalesce(sum(open_quantity), 0)::int AS units FROM order_item
     LEFT JOIN facility USING (facility_id) LEFT JOIN facility_type USING (facility_type_id)
     WHERE is_virtual IS NOT FALSE`,
  );
  return row?.units ?? 0;
}

describe('an order line', () => {
  test('is reserved where it is allocated, takes its reservation along, and leaves the stock once when it ships', async () => {
    await importLines({ facility: '' });
    expect([await readBroadway(), await countQueuedUnits()]).toEqual([{ qoh: 10, reserved: 0 }, 3]);
    await importLines({ facility: 'BROADWAY' });
    expect([await readBroadway(), await countQueuedUnits()]).toEqual([{ qoh: 10, reserved: 3 }, 0]);
    await importLines({ facility: 'SOHO', cancelled: 1 });
    expect([await readBroadway(), await readSoho()]).toEqual([
      { qoh: 10, reserved: 0 },
      { qoh: 10, reserved: 2 },
    ]);
    await importLines({ facility: 'SOHO', cancelled: 1, status: 'COMPLETED' });
    expect(await readSoho()).toEqual({ qoh: 8, reserved: 0 });
    expect((await warehouse.readLedger()).slice(2)).toEqual([
      'SHIRT BROADWAY 0 3 ORDER_RESERVED ORDER_ITEMS__4.csv:2',
      'SHIRT BROADWAY 0 -3 ORDER_RELEASED ORDER_ITEMS__5.csv:2',
      'SHIRT SOHO 0 2 ORDER_RESERVED ORDER_ITEMS__5.csv:2',
      'SHIRT SOHO -2 -2 ORDER_SHIPPED ORDER_ITEMS__6.csv:2',
    ]);
  });

  test('waits in the brokering queue while it is at a virtual facility', async () => {
    await importLines({ facility: 'PARKING' });
    expect([await readBroadway(), await countQueuedUnits()]).toEqual([{ qoh: 10, reserved: 0 }, 3]);
  });

  test('stays reserved at a store that becomes virtual until it is cancelled', async () => {
    const become = (type: string) =>
      warehouse.database.query(`UPDATE facility SET facility_type_id = $1 WHERE facility_id = 'BROADWAY'`, [
        type,
      ]);
    await importLines({ facility: 'BROADWAY' });
    await become('NA');
    expect([await readBroadway(), await countQueuedUnits()]).toEqual([{ qoh: 10, reserved: 3 }, 3]);
    await importLines({ facility: 'BROADWAY', status: 'CANCELLED' });
    await become('RETAIL_STORE');
    expect([await readBroadway(), await countQueuedUnits()]).toEqual([{ qoh: 10, reserved: 0 }, 0]);
  });

  test('changes nothing when its state is sent again, not even the change log', async () => {
    await importLines({}, { order: 'O2', facility: '' }, { order: 'O3', status: 'COMPLETED' });
    const [changes, ledger] = [await warehouse.countChanges(), await warehouse.readLedger()];
    const outcome = await importLines(
      { order: 'O3', status: 'COMPLETED', facility: '' },
      { order: 'O2', facility: '' },
      {},
    );
    expect(outcome).toMatchObject({ rows: 3, applied: 3, failed: 0 });
    expect(await warehouse.countChanges()).toBe(changes);
    expect(await warehouse.readLedger()).toEqual(ledger);
  });

  test('ships from where it was reserved when it is completed without a facility', async () => {
    await importLines({ facility: 'SOHO' });
    await importLines({ facility: '', status: 'COMPLETED' });
    expect(await readSoho()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('is a sale in the store when it comes in completed', async () => {
    await importLines({ status: 'COMPLETED' });
    expect(await readBroadway()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('is counted beside another line of the same order', async () => {
    await importLines({ seq: '1' }, { seq: '2', quantity: 4 });
    expect(await readBroadway()).toEqual({ qoh: 10, reserved: 7 });
  });
});

test('an order line that a clean-up may have removed takes no stock again in any state, and one that is known keeps its claim', async () => {
  const ordered = '2024-01-05T10:00:00Z';

  const outcome = await importLines(
    { order: 'OLD-1', status: 'COMPLETED', ordered },
    { order: 'OLD-2', status: 'CREATED', ordered },
    { order: 'OLD-3', status: 'CANCELLED', ordered },
  );

  expect(Object.values(codesOf(outcome))).toEqual(Array(3).fill('ORDER_LINE_TOO_OLD'));
  expect(await readBroadway()).toEqual({ qoh: 10, reserved: 0 });
  // Still open: with a date of now it is taken, and then known with its own.
  await importLines({ order: 'OLD-2', status: 'CREATED', ordered: new Date().toISOString() });
  await importLines({ order: 'OLD-2', status: 'APPROVED', ordered });
  expect(await readBroadway()).toEqual({ qoh: 10, reserved: 3 });
  expect(await importLines({ order: 'OLD-2', status: 'COMPLETED', ordered })).toMatchObject({ applied: 1 });
  expect(await readBroadway()).toEqual({ qoh: 7, reserved: 0 });
});

describe('several rows of one order line in a feed', () => {
  test('leave the line in the state of the last row', async () => {
    const outcome = await importLines({ quantity: 1 }, { quantity: 5, facility: 'SOHO' }, { quantity: 2 });
    expect(outcome).toMatchObject({ rows: 3, applied: 3 });
    expect([await readBroadway(), await readSoho()]).toEqual([
      { qoh: 10, reserved: 2 },
      { qoh: 10, reserved: 0 },
    ]);
  });

  test('ship the line from the facility of the earlier row when the last one completes it without a facility', async () => {
    await importLines({ facility: 'SOHO' }, { facility: '', status: 'COMPLETED' });
    expect(await readSoho()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('are refused after the completion, unless they say the same', async () => {
    const outcome = await importLines(
      { status: 'COMPLETED' },
      { status: 'COMPLETED', facility: '' },
      { status: 'APPROVED' },
      { status: 'COMPLETED', quantity: 9 },
    );
    expect(codesOf(outcome)).toEqual({ 4: 'ORDER_ITEM_COMPLETED', 5: 'ORDER_ITEM_COMPLETED' });
    expect(await readBroadway()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('leave the line in the state of the last good row when the last one is refused', async () => {
    const outcome = await importLines({ quantity: 2 }, { quantity: 3, shop: 'no-shop' });
    expect(codesOf(outcome)).toEqual({ 3: 'SHOP_UNKNOWN' });
    expect(await readBroadway()).toEqual({ qoh: 10, reserved: 2 });
  });
});

describe('an order feed', () => {
  test('is refused row by row for unknown products and shops, and for shipments from an unknown facility', async () => {
    const outcome = await importLines(
      { order: 'A', sku: 'TIE' },
      { order: 'B', facility: 'NOWHERE', status: 'COMPLETED' },
      { order: 'C', shop: 'no-shop' },
      { order: 'D', facility: '', status: 'COMPLETED' },
      { order: 'E', facility: 'PARKING', status: 'COMPLETED' },
      { order: 'F' },
    );
    expect(outcome.refused.map(({ rowNumber, column, code }) => `${rowNumber} ${column} ${code}`)).toEqual([
      '2 idValue PRODUCT_UNKNOWN',
      '3 facilityId FACILITY_UNKNOWN',
      '4 shopId SHOP_UNKNOWN',
    ]);
    expect(outcome.warnings).toEqual([{ code: 'ORDER_SHIPPED_ELSEWHERE', rows: 2 }]);
    expect(await readBroadway()).toEqual({ qoh: 10, reserved: 3 });
  });

  test('does not open a cancelled line again, whether the old state comes in the same file or in a later one', async () => {
    const sent = await importLines(
      { status: 'CREATED' },
      { status: 'CANCELLED' },
      { status: 'CREATED', quantity: 4, facility: 'SOHO' },
    );
    expect(codesOf(sent)).toEqual({ 4: 'ORDER_ITEM_CANCELLED' });
    expect(codesOf(await importLines({ status: 'APPROVED' }))).toEqual({ 2: 'ORDER_ITEM_CANCELLED' });
    expect([await readBroadway(), await readSoho()]).toEqual([
      { qoh: 10, reserved: 0 },
      { qoh: 10, reserved: 0 },
    ]);
    // Whoever ships it after all has the last word; it leaves from where it was cancelled.
    await importLines({ status: 'COMPLETED', facility: '' });
    expect(await readBroadway()).toEqual({ qoh: 7, reserved: 0 });
  });

  test('neither opens a completed line again nor ships it twice', async () => {
    await importLines({ status: 'COMPLETED' });
    const outcome = await importLines(
      { status: 'APPROVED' },
      { status: 'CANCELLED' },
      { status: 'COMPLETED', quantity: 4 },
      { status: 'COMPLETED', facility: 'SOHO' },
    );
    expect(Object.values(codesOf(outcome))).toEqual(Array.from({ length: 4 }, () => 'ORDER_ITEM_COMPLETED'));
    expect(outcome.refused[0]?.message).toBe(
      'Line 1 of order "O1" is completed, so it cannot change any more.',
    );
    expect([await readBroadway(), await readSoho()]).toEqual([
      { qoh: 7, reserved: 0 },
      { qoh: 10, reserved: 0 },
    ]);
  });

  test('counts a line of a shop’s order under the first order id only', async () => {
    const shop = { shop: SHOP, external: '#1001' };
    await importLines({ order: 'O1', ...shop });
    const outcome = await importLines(
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
    expect(await readBroadway()).toEqual({ qoh: 10, reserved: 4 + 3 + 3 });
  });

  test('may give two orders the same external id when they are not from a shop', async () => {
    const outcome = await importLines({ order: 'O1', external: '#1' }, { order: 'O2', external: '#1' });
    expect(outcome.failed).toBe(0);
  });
});

describe('several imports at once', () => {
  test('reserve the same new line once', async () => {
    await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        importLines({ order: 'O1' }, { order: `X${index}`, quantity: 0 }),
      ),
    );
    expect(await readBroadway()).toEqual({ qoh: 10, reserved: 3 });
  });

  test('ship the same completed line once', async () => {
    await importLines({});
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        importLines({ status: 'COMPLETED' }, { order: `X${index}`, quantity: 0 }),
      ),
    );
    expect(outcomes.map(({ failed }) => failed)).toEqual([0, 0, 0, 0]);
    expect(await readBroadway()).toEqual({ qoh: 7, reserved: 0 });
  });
});

describe('the imported units of a shop', () => {
  async function readImportedUnits(): Promise<Record<string, number>> {
    const rows = await warehouse.database.query<{ sku: string; units: number }>(
      `SELECT sku, units FROM shop_imported_units JOIN product USING (product_id) WHERE shop_id = $1 ORDER BY sku`,
      [SHOP],
    );
    return Object.fromEntries(rows.map(({ sku, units }) => [sku, units]));
  }

  test('are those of its own order lines, shipped or not, less what was cancelled', async () => {
    await importLines(
      { order: 'O1', shop: SHOP, quantity: 3 },
      { order: 'O2', shop: SHOP, quantity: 2, cancelled: 2, status: 'CANCELLED' },
      { order: 'O3', shop: SHOP, quantity: 4, sku: 'HAT' },
      { order: 'O4', quantity: 9 },
    );
    expect(await readImportedUnits()).toEqual({ HAT: 4, SHIRT: 3 });

    await importLines({ order: 'O1', shop: SHOP, quantity: 3, cancelled: 1 });
    expect(await readImportedUnits()).toEqual({ HAT: 4, SHIRT: 2 });

    await importLines(
      { order: 'O1', shop: SHOP, quantity: 3, cancelled: 1, status: 'COMPLETED' },
      { order: 'O3', shop: SHOP, quantity: 4, sku: 'HAT', status: 'CANCELLED' },
    );
    expect(await readImportedUnits()).toEqual({ HAT: 0, SHIRT: 2 });
  });
});

describe('a row with an externalOrderId and no shopId', () => {
  test('is imported and counted, since a sale of a shop would be kept back from it as well', async () => {
    const outcome = await importLines(
      { order: 'O1', external: 'X1' },
      { order: 'O2', external: 'X2', quantity: 2 },
      { order: 'O3', external: 'X3', shop: SHOP },
      { order: 'O4' },
      { order: 'O5', external: 'X5', sku: 'GLOVES' },
    );

    expect(outcome).toMatchObject({
      rows: 5,
      applied: 4,
      failed: 1,
      warnings: [{ code: 'ORDER_WITHOUT_SHOP', rows: 2 }],
    });
    expect(await readBroadway()).toEqual({ qoh: 10, reserved: 11 });
  });

  test('counts as the shop’s sale once it is sent again with shopId, and is not told of any more', async () => {
    await importLines({ order: 'O1', external: 'X1' });

    expect(await importLines({ order: 'O1', external: 'X1', shop: SHOP })).not.toHaveProperty('warnings');

    expect(await warehouse.database.query('SELECT shop_id, units FROM shop_imported_units')).toEqual([
      { shop_id: SHOP, units: 3 },
    ]);
    expect(await readBroadway()).toEqual({ qoh: 10, reserved: 3 });
  });
});
