/** What a clean-up removes changes no quantity, undoes no decision, and lets no file that is sent again happen twice. */
import { beforeEach, expect, test } from 'vitest';
import {
  FEED_DUPLICATE_DAYS_MAX,
  IMPORT_RECORDS_KEPT_DAYS,
  ORDER_LINES_KEPT_DAYS,
  REFUSED_FEEDS_KEPT_DAYS,
  REFUSED_ROWS_KEPT_DAYS,
  TRANSFERS_KEPT_DAYS,
} from '../../src/domain/limits.ts';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import { checkLedger } from '../../src/postgres/online-atp/ledger-rules.ts';
import { listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { purge } from '../../src/postgres/purge.ts';
import { codesOf, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

const onHand = async (sku: string) => (await warehouse.readLevels(sku, 'BROADWAY')).qoh;

/** As if all that is recorded had been recorded so many days before. */
async function letDaysPass(days: number): Promise<void> {
  for (const [table, column] of [
    ['import_file', 'imported_at'],
    ['import_file', 'filed_at'],
    ['feed_import', 'came_at'],
    ['transfer_item', 'told_at'],
    ['order_item', 'order_date'],
    ['last_count', 'counted_at'],
  ] as const) {
    await warehouse.database.query(`UPDATE ${table} SET ${column} = ${column} - make_interval(days => $1)`, [
      days,
    ]);
  }
}

test('a difference whose refused rows were removed, even one of them, is not taken again: nobody knows which rows are left', async () => {
  const { database } = warehouse;
  const text = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,5\nSCARF,BROADWAY,2\nBELT,BROADWAY,4\n';
  const settings = { ...NO_SETTINGS, duplicateDays: FEED_DUPLICATE_DAYS_MAX };
  const send = () =>
    warehouse.importText('MDM_INV_VARIANCE', text, 'MDM_INV_VARIANCE__same.csv', { settings });
  await send();
  await database.query(`INSERT INTO product (product_id, sku) VALUES ('30000', 'SCARF'), ('30001', 'BELT')`);
  await letDaysPass(REFUSED_ROWS_KEPT_DAYS + 1);
  // A clean-up removes page by page, and may be stopped between two.
  await database.query('DELETE FROM import_file_error WHERE row_number = 3');

  const levels = async () => [await onHand('SHIRT'), await onHand('SCARF'), await onHand('BELT')];
  await expect(send()).rejects.toMatchObject({ code: 'FEED_ALREADY_IMPORTED' });
  expect(await levels()).toEqual([5, 0, 0]);
  expect(await purge(database)).toMatchObject({ refusedRows: 1 });
  await expect(send()).rejects.toMatchObject({ code: 'FEED_ALREADY_IMPORTED' });
  expect(await levels()).toEqual([5, 0, 0]);
});

test('after years of everything, a clean-up leaves each level as it is, and old files that come again change none', async () => {
  const { database } = warehouse;
  const oldCount = `facilityId,idValue,availableQty,asOf\nBROADWAY,SHIRT,99,2024-01-01T00:00:00Z\n`;
  const sale = ['APPROVED', 'COMPLETED'].map(
    (state) => `O1,01,,,SHIRT,,2,0,BROADWAY,ITEM_${state},2026-11-24T10:00:00Z`,
  );
  const transfer = ['T1,1,SHIRT,SKU,4,BROADWAY,SOHO,SHIPPED', 'T1,1,SHIRT,SKU,3,BROADWAY,SOHO,RECEIVED'];
  await warehouse.count('SHIRT', 'BROADWAY', 20);
  await warehouse.import('ORDER_ITEMS', sale);
  await warehouse.import('TRANSFER', transfer);
  await warehouse.import('MDM_INV_VARIANCE', ['SHIRT,,5,BROADWAY,,,', 'NOBODY,,5,BROADWAY,,,']);
  await warehouse.import('MDM_INV_VARIANCE', ['HAT,,7,BROADWAY,,,']);
  const [last] = await listImports(database, { limit: 1 });
  await undoImport(database, last?.importId ?? 0, { by: 'Ann', reason: 'wrong file' });
  await letDaysPass(Math.max(ORDER_LINES_KEPT_DAYS, TRANSFERS_KEPT_DAYS, IMPORT_RECORDS_KEPT_DAYS) + 2);
  // What is newest of its type stays, so one of today comes last.
  await warehouse.count('HAT', 'BROADWAY', 1);
  await warehouse.import('MDM_INV_VARIANCE', ['HAT,,1,BROADWAY,,,']);
  const levels = () => database.query('SELECT * FROM product_facility ORDER BY product_id, facility_id');
  const before = await levels();
  const ledger = await warehouse.readLedger();

  expect(await purge(database)).toMatchObject({ orderLines: 1, transferLines: 1, refusedRows: 1 });

  expect(await levels()).toEqual(before);
  expect(await warehouse.readLedger()).toEqual(ledger);
  const daysAgo = new Date(Date.now() - (ORDER_LINES_KEPT_DAYS + 2) * 24 * 60 * 60_000).toISOString();
  const soldThen = sale.map((row) => row.replace('2026-11-24T10:00:00Z', daysAgo));
  for (const state of soldThen)
    expect(codesOf(await warehouse.import('ORDER_ITEMS', [state]))).toEqual({ 2: 'ORDER_LINE_TOO_OLD' });
  expect(codesOf(await warehouse.import('TRANSFER', transfer))).toEqual({
    ...{ 2: 'TRANSFER_REMOVED', 3: 'TRANSFER_REMOVED' },
  });
  const count = await warehouse.importText('RESET_INVENTORY', oldCount, 'RESET_INVENTORY__old.csv');
  expect(codesOf(count)).toEqual({ 2: 'COUNT_OVERTAKEN' });
  expect(await levels()).toEqual(before);
  expect(await checkLedger(database)).toMatchObject({ wrongLevelCount: 0, rulesOff: [] });
});

test('a refused feed of which nobody has decided is told as long as anything is known of it', async () => {
  const { database } = warehouse;
  await database.query(
    `INSERT INTO refused_feed (file_name, sent_at, code, message, refused_at, ended_at)
     SELECT name, now(), 'FEED_TYPE_UNKNOWN', 'none', now() - make_interval(days => age), now() - make_interval(days => over)
     FROM (VALUES ('over for long', 300, ${REFUSED_FEEDS_KEPT_DAYS + 1}), ('just over', 300, 1),
       ('open', ${IMPORT_RECORDS_KEPT_DAYS - 1}, NULL), ('open for years', ${IMPORT_RECORDS_KEPT_DAYS + 1}, NULL)
     ) AS feed (name, age, over)`,
  );
  await purge(database);
  expect(await database.query('SELECT file_name AS name FROM refused_feed ORDER BY 1')).toEqual([
    ...[{ name: 'just over' }, { name: 'open' }],
  ]);
});
