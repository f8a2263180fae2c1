import { expect, test } from 'vitest';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { openDatabaseOf } from './database-of-release.ts';

test('large imports that are half done when the database is upgraded are finished afterwards', async () => {
  const database = await openDatabaseOf('0058-user-account');
  await database.query(`INSERT INTO product (product_id, sku) VALUES ('P1', 'HAT'), ('P2', 'SHIRT')`);
  await database.query(
    `INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ('SOHO', 'Soho', 'RETAIL_STORE')`,
  );
  const begin = async (type: string, rows: number): Promise<number> => {
    const [begun] = await database.query<{ importId: number }>(
      `INSERT INTO feed_import (import_key, file_name, feed_type, sent_at, state, after_entry, row_count, refused_count, done_count, pending_count)
       VALUES ($1, $1 || '.csv', $1, now(), 'applying', 0, $2, 0, 0, $2) RETURNING import_id AS "importId"`,
      [type, rows],
    );
    return begun?.importId ?? 0;
  };
  await database.query(
    `INSERT INTO pending_posting (import_id, chunk, product_id, facility_id, units, reason, row_number, happened_at)
     VALUES ($1, 0, 'P1', 'SOHO', 5, 'VAR_FOUND', 3, NULL), ($1, 0, 'P1', 'SOHO', 1, 'VAR_FOUND', 2, now()),
       ($1, 7, 'P2', 'SOHO', 4, 'VAR_FOUND', 4, NULL)`,
    [await begin('MDM_INV_VARIANCE', 3)],
  );
  await database.query(
    `INSERT INTO pending_order_row (import_id, chunk, row_number, row_values, id_type, id_value, order_id, order_item_seq_id,
       quantity, cancel_quantity, facility_id, status_id, order_date)
     VALUES ($1, 0, 2, '["A"]', 'SKU', 'HAT', 'A', '1', 2, 0, 'SOHO', 'ITEM_APPROVED', now()),
       ($1, 1, 3, '["B"]', 'SKU', 'NO-SUCH', 'B', '1', 2, 0, 'SOHO', 'ITEM_APPROVED', now())`,
    [await begin('ORDER_ITEMS', 2)],
  );
  await database.query(
    `INSERT INTO import_file (sha256, file_name, feed_type, row_count, applied_count, failed_count)
     VALUES ('ORDER_ITEMS', 'ORDER_ITEMS.csv', 'ORDER_ITEMS', 2, 0, 0)`,
  );

  await migrate(database);
  await finishBrokenOff(database);

  expect(
    await database.query(
      `SELECT product_id AS product, quantity_on_hand AS "onHand", reserved FROM product_facility ORDER BY 1`,
    ),
  ).toEqual([
    { product: 'P1', onHand: 6, reserved: 2 },
    { product: 'P2', onHand: 4, reserved: 0 },
  ]);
  expect(
    await database.query(
      `SELECT source FROM inventory_item_detail WHERE reason_enum_id = 'VAR_FOUND' ORDER BY source`,
    ),
  ).toEqual([2, 3, 4].map((row) => ({ source: `MDM_INV_VARIANCE.csv:${row}` })));
  expect(
    await database.query('SELECT row_number AS row, row_values AS values FROM import_file_error'),
  ).toEqual([{ row: 3, values: ['B'] }]);
  expect(
    await database.query(
      'SELECT state, done_count AS done, pending_count AS pending FROM feed_import ORDER BY import_id',
    ),
  ).toEqual([
    { state: 'applied', done: 3, pending: 0 },
    { state: 'applied', done: 2, pending: 0 },
  ]);
});
