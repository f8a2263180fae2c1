/** Feeds as ERP, WMS and POS write them: what comes of them in the stock. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import { codesOf, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

/** One installation for the whole file: each test begins with empty levels. */
beforeEach(async () => {
  await warehouse.database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, facility_id, -quantity_on_hand, -reserved, 'VAR_MANUAL', 'a new start' FROM product_facility`,
  );
  await warehouse.database.query('DELETE FROM order_item');
});

const readBroadway = () => warehouse.readLevels('SHIRT', 'BROADWAY');
let files = 0;
const nextName = (type: string) => `${type}__w${(files += 1)}.csv`;

describe('counts of one product at one facility in one file', () => {
  const count = (rows: readonly string[], rule: 'last' | 'sum' | null = null) =>
    warehouse.importText(
      'RESET_INVENTORY',
      `facilityId,idValue,locationSeqId,resetByAtp,availableQty,file\n${rows.map((row) => `${row},${files}\n`).join('')}`,
      nextName('RESET_INVENTORY'),
      { settings: { ...NO_SETTINGS, rows: rule } },
    );

  test('are one when they are equal', async () => {
    expect(await count(['BROADWAY,SHIRT,,N,7', 'BROADWAY,SHIRT,,N,7'])).toMatchObject({
      applied: 2,
      failed: 0,
    });
    expect(await readBroadway()).toMatchObject({ qoh: 7 });
  });

  test('are all refused when they differ, and name each other', async () => {
    const outcome = await count(['BROADWAY,SHIRT,,N,7', 'SOHO,SHIRT,,N,3', 'BROADWAY,SHIRT,,N,8']);
    expect(codesOf(outcome)).toEqual({ 2: 'FEED_ROW_DUPLICATE', 4: 'FEED_ROW_DUPLICATE' });
    expect(outcome.refused.map(({ message }) => /Row (\d)/.exec(message)?.[1])).toEqual(['4', '2']);
    expect(await readBroadway()).toMatchObject({ qoh: 0 });
    expect(await warehouse.readLevels('SHIRT', 'SOHO')).toMatchObject({ qoh: 3 });
  });

  test('add up when they are of different bins', async () => {
    const outcome = await count([
      'BROADWAY,SHIRT,A-1,N,7',
      'BROADWAY,SHIRT,A-2,N,8',
      'BROADWAY,SHIRT,A-2,N,8',
    ]);
    expect(outcome).toMatchObject({ applied: 3, failed: 0 });
    expect(await readBroadway()).toMatchObject({ qoh: 15 });
  });

  test('are refused when a count on hand and one of what is available would be added', async () => {
    const outcome = await count(['BROADWAY,SHIRT,A-1,N,7', 'BROADWAY,SHIRT,A-2,Y,8'], 'sum');
    expect(Object.keys(codesOf(outcome))).toEqual(['2', '3']);
  });

  test('are the last of them, or their sum, where the source says so', async () => {
    await count(['BROADWAY,SHIRT,,N,7', 'BROADWAY,SHIRT,,N,3'], 'last');
    expect(await readBroadway()).toMatchObject({ qoh: 3 });
    await count(['BROADWAY,SHIRT,,N,7', 'BROADWAY,SHIRT,,N,3'], 'sum');
    expect(await readBroadway()).toMatchObject({ qoh: 10 });
  });

  test('are refused with all their rows when their sum is beyond the range of a level', async () => {
    const outcome = await count(['BROADWAY,SHIRT,A-1,N,900000000', 'BROADWAY,SHIRT,A-2,N,900000000']);
    expect(codesOf(outcome)).toEqual({ 2: 'LEVEL_OUT_OF_RANGE', 3: 'LEVEL_OUT_OF_RANGE' });
  });
});

describe('order lines', () => {
  const orders = (rows: readonly string[], settings = {}, writtenAt = new Date('2026-11-25T20:00:00Z')) =>
    warehouse.importText(
      'ORDER_ITEMS',
      `orderId,orderItemSeqId,idValue,quantity,facilityId,externalFacilityId,statusId,orderDate,file\n${rows.map((row) => `${row},${files}\n`).join('')}`,
      nextName('ORDER_ITEMS'),
      { settings: { ...NO_SETTINGS, ...settings }, writtenAt },
    );
  const readDates = () =>
    warehouse.database.query<{ order_id: string; order_date: Date }>(
      'SELECT order_id, order_date FROM order_item ORDER BY order_id',
    );

  test('hold their units back whatever their dates look like', async () => {
    const outcome = await orders([
      'D1,1,SHIRT,1,BROADWAY,,ITEM_CREATED,2026-11-25 14:00:00',
      'D2,1,SHIRT,1,BROADWAY,,ITEM_CREATED,11/25/2026 2:00 PM',
      'D3,1,SHIRT,1,BROADWAY,,ITEM_CREATED,soon',
      'D4,1,SHIRT,1,BROADWAY,,ITEM_CREATED,2026-11-25T14:00:00Z',
    ]);
    expect(outcome).toMatchObject({ applied: 4, warnings: [{ code: 'ORDER_DATE_UNKNOWN', rows: 3 }] });
    expect(await readBroadway()).toEqual({ qoh: 0, reserved: 4 });
    expect((await readDates()).map(({ order_date }) => order_date.toISOString())).toEqual([
      ...Array.from({ length: 3 }, () => '2026-11-25T20:00:00.000Z'),
      '2026-11-25T14:00:00.000Z',
    ]);
  });

  test('have the time of their file when their date is still to come, or is a program’s first day', async () => {
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const soon = inMinutes(2);
    const outcome = await orders([
      `D1,1,SHIRT,1,BROADWAY,,ITEM_CREATED,${inMinutes(60)}`,
      'D2,1,SHIRT,1,BROADWAY,,ITEM_CREATED,2199-12-31T00:00:00Z',
      'D3,1,SHIRT,1,BROADWAY,,ITEM_CREATED,1970-01-01T00:00:00Z',
      'D4,1,SHIRT,1,BROADWAY,,ITEM_CREATED,1980-01-01T00:00:00Z',
      // Clocks may be so far apart.
      `D5,1,SHIRT,1,BROADWAY,,ITEM_CREATED,${soon}`,
    ]);
    expect(outcome).toMatchObject({ applied: 5, warnings: [{ code: 'ORDER_DATE_UNKNOWN', rows: 4 }] });
    expect(await readBroadway()).toEqual({ qoh: 0, reserved: 5 });
    expect((await readDates()).map(({ order_date }) => order_date.toISOString())).toEqual([
      ...Array.from({ length: 4 }, () => '2026-11-25T20:00:00.000Z'),
      soon,
    ]);
  });

  test('keep the date that they had when a later state has one that is still to come', async () => {
    await orders(['D1,1,SHIRT,1,BROADWAY,,ITEM_CREATED,2026-11-25T14:00:00Z']);
    await orders(['D1,1,SHIRT,1,BROADWAY,,ITEM_CANCELLED,2126-11-25T14:00:00Z']);
    expect((await readDates())[0]?.order_date.toISOString()).toBe('2026-11-25T14:00:00.000Z');
    expect(await readBroadway()).toEqual({ qoh: 0, reserved: 0 });
  });

  test('of a file whose own time is still to come are of now', async () => {
    await orders(['D1,1,SHIRT,1,BROADWAY,,ITEM_CREATED,soon'], {}, new Date(Date.now() + 3_600_000));
    const [line] = await readDates();
    expect(Math.abs((line?.order_date.getTime() ?? 0) - Date.now())).toBeLessThan(600_000);
  });

  test('have the dates of their source’s zone', async () => {
    const outcome = await orders(
      [
        'D1,1,SHIRT,1,BROADWAY,,ITEM_CREATED,2026-11-25 14:00:00',
        'D2,1,SHIRT,1,BROADWAY,,ITEM_CREATED,11/25/2026 2:00 PM',
      ],
      { timeZone: 'America/New_York' },
    );
    expect(outcome).not.toHaveProperty('warnings');
    expect((await readDates()).map(({ order_date }) => order_date.toISOString())).toEqual(
      Array.from({ length: 2 }, () => '2026-11-25T19:00:00.000Z'),
    );
  });

  test('have the statuses that their source calls otherwise, in any case; an unknown one is refused by its name', async () => {
    const rows = [
      'D1,1,SHIRT,1,BROADWAY,,item_created,2026-11-25T14:00:00Z',
      'D2,1,SHIRT,1,BROADWAY,,Approved,2026-11-25T14:00:00Z',
      'D3,1,SHIRT,1,BROADWAY,,ITEM_HOLD,2026-11-25T14:00:00Z',
    ];
    const refused = await orders(rows);
    expect(refused.refused.map(({ rowNumber, message }) => `${rowNumber} ${message}`)).toEqual([
      expect.stringMatching(/^4 Column statusId: .*--status ITEM_HOLD=ITEM_CREATED/),
    ]);
    expect(await orders(rows, { statuses: { item_hold: 'ITEM_CREATED' } })).toMatchObject({ applied: 3 });
    expect(await readBroadway()).toEqual({ qoh: 0, reserved: 3 });
  });

  test('are at the facility that they name by its external id', async () => {
    await orders([
      'D1,1,SHIRT,2,,S-1,ITEM_APPROVED,2026-11-25T14:00:00Z',
      'D2,1,SHIRT,1,101,S-1,ITEM_APPROVED,2026-11-25T14:00:00Z',
    ]);
    expect(await readBroadway()).toEqual({ qoh: 0, reserved: 3 });
  });

  test('that somebody else has sent leave the queue, and take no stock', async () => {
    await orders(['D1,1,SHIRT,2,,,ITEM_CREATED,2026-11-25T14:00:00Z']);
    const outcome = await orders(['D1,1,SHIRT,2,,,ITEM_COMPLETED,2026-11-25T14:00:00Z']);
    expect(outcome).toMatchObject({ failed: 0, warnings: [{ code: 'ORDER_SHIPPED_ELSEWHERE', rows: 1 }] });
    const lines = await warehouse.database.query('SELECT status_id, open_quantity FROM order_item');
    expect(lines).toEqual([{ status_id: 'ITEM_COMPLETED', open_quantity: 0 }]);
    expect(await readBroadway()).toEqual({ qoh: 0, reserved: 0 });
  });
});

test('a reason that nobody knows is kept as it came, one that is said has its name, and the units count', async () => {
  const outcome = await warehouse.importText(
    'MDM_INV_VARIANCE',
    'facilityId;idValue;availableDelta;reasonEnumId\nBROADWAY;SHIRT;-1;Bruch (Lager 2)\nBROADWAY;SHIRT;-2;Verkauf\n',
    nextName('MDM_INV_VARIANCE'),
    { settings: { ...NO_SETTINGS, reasons: { Verkauf: 'POS_SALE' } } },
  );
  expect(outcome).toMatchObject({ applied: 2, failed: 0 });
  expect(await readBroadway()).toMatchObject({ qoh: -3 });
  const ledger = await warehouse.readLedger();
  expect(ledger.slice(-2).map((line) => line.replace(/ \S+$/, ''))).toEqual([
    'SHIRT BROADWAY -1 0 Bruch (Lager 2)',
    'SHIRT BROADWAY -2 0 POS_SALE',
  ]);
});

describe('products', () => {
  const count = (rows: readonly string[]) =>
    warehouse.importText(
      'RESET_INVENTORY',
      `facilityId,idType,idValue,availableQty\n${rows.map((row) => `BROADWAY,${row}\n`).join('')}`,
      nextName('RESET_INVENTORY'),
    );

  beforeAll(async () => {
    await warehouse.database.query(
      `INSERT INTO product (product_id, sku, upc) VALUES ('20000', '00123456', '00012345678905'),
         ('20001', 'SKU-T38', '036000291452')`,
    );
  });

  test('are found by a UPC whose zeros a spreadsheet has taken, or that is padded', async () => {
    expect(await count(['UPC,12345678905,9', 'EAN,0036000291452,8'])).toMatchObject({
      applied: 2,
      failed: 0,
    });
    expect(await warehouse.readLevels('00123456', 'BROADWAY')).toMatchObject({ qoh: 9 });
    expect(await warehouse.readLevels('SKU-T38', 'BROADWAY')).toMatchObject({ qoh: 8 });
  });

  test('that are unknown come with the SKU that is likely meant, and with what is odd about theirs', async () => {
    const { refused } = await count([
      'SKU,123456,1',
      'SKU,sku-t38,1',
      'SKU,SKU-\u042238,1',
      'SKU,1.23E+11,1',
      'SKU,NOPE,1',
    ]);
    expect(refused.map(({ message }) => message)).toEqual([
      'There is no product with SKU "123456". Likely meant: 00123456.',
      'There is no product with SKU "sku-t38". Likely meant: SKU-T38.',
      'There is no product with SKU "SKU-\u042238": its "\u0422" is U+0422, which looks like the Latin letter T. Likely meant: SKU-T38.',
      'There is no product with SKU "1.23E+11": a spreadsheet has rounded it: format the column as text and export it again.',
      'There is no product with SKU "NOPE".',
    ]);
  });
});

test('REC_INV_COUNT sets the quantity on hand beside what is reserved, and names its own column', async () => {
  const counts = (rows: readonly string[]) =>
    warehouse.importText(
      'REC_INV_COUNT',
      `facilityId;idValue;locationSeqId;quantity;comments\n${rows.map((row) => `${row};${files}\n`).join('')}`,
      nextName('REC_INV_COUNT'),
    );
  await warehouse.import('ORDER_ITEMS', ['R1,1,,,SHIRT,,2,,BROADWAY,ITEM_APPROVED,2026-11-24T10:00:00Z']);
  expect(await counts(['BROADWAY;SHIRT;A;12', 'BROADWAY;SHIRT;B;3'])).toMatchObject({
    applied: 2,
    failed: 0,
  });
  expect(await readBroadway()).toEqual({ qoh: 15, reserved: 2 });

  const outcome = await counts(['BROADWAY;SHIRT;A;900000000', 'BROADWAY;SHIRT;B;900000000', 'SOHO;SHIRT;;x']);
  expect(outcome.refused.map(({ column, code }) => `${column} ${code}`)).toEqual([
    'quantity LEVEL_OUT_OF_RANGE',
    'quantity LEVEL_OUT_OF_RANGE',
    'quantity FEED_VALUE_INVALID',
  ]);
});
