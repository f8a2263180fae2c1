/** What the tables themselves refuse, whoever asks: a level that leaves its ledger, and a record that changes. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { checkLedger } from '../../src/postgres/online-atp/ledger-rules.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, OUTLET, Retailer, SHOP } from './retailer.ts';

let database: Database;

beforeAll(async () => {
  ({ database } = await freshDatabase());
  const retailer = await Retailer.open(database, ['SHIRT', 'SOCKS']);
  await retailer.post('SOCKS', OUTLET, 3, 0);
  await retailer.post('SOCKS', OUTLET, -3, 0);
  await retailer.produce('hard-sync');
  await database.query(
    `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state)
     VALUES ($1, 1, 0, 0, gen_random_uuid(), '{}', 1, 'STORED')`,
    [SHOP],
  );
  await database.query(
    `INSERT INTO upload_file_pack VALUES ('another shop', 1, 0, '{SHIRT}', '{SHIRT}', '{item}', '{9}', '{0}')`,
  );
});

test('no table can be truncated', async () => {
  const open = await database.query(
    `SELECT relname FROM pg_class AS class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'atp_migration%'
       AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = class.oid AND tgname = 'refuse_truncate')`,
  );
  expect(open, 'tables without the trigger refuse_truncate: their migration must make it').toEqual([]);

  for (const table of ['inventory_item_detail', 'change_log', 'upload_file_row', 'shopify_call', 'product']) {
    await expect(database.query(`TRUNCATE ${table} CASCADE`)).rejects.toThrow(/TRUNCATE of .* is refused/);
  }
});

describe('the tables refuse', () => {
  test.each([
    ['to change the ledger', 'UPDATE inventory_item_detail SET quantity_on_hand_diff = 0'],
    ['to delete from the ledger', 'DELETE FROM inventory_item_detail'],
    ['to set a level', 'UPDATE product_facility SET quantity_on_hand = 7'],
    ['to insert a level', `INSERT INTO product_facility VALUES ('SHIRT', '${OUTLET}', 7)`],
    ['to delete a level', `DELETE FROM product_facility WHERE facility_id = '${BROADWAY}'`],
    [
      'to move a level to another facility',
      `UPDATE product_facility SET facility_id = '${OUTLET}' WHERE product_id = 'SHIRT'`,
    ],
    ['to remove a product that was posted', `DELETE FROM product WHERE product_id = 'SOCKS'`],
    [
      'to rename a facility that was posted',
      `UPDATE facility SET facility_id = 'X' WHERE facility_id = '${OUTLET}'`,
    ],
    ['to change a logged change', `UPDATE change_log SET product_id = 'SOCKS'`],
    ['to change a row of a file', 'UPDATE upload_file_row SET quantity = 7'],
    ['to change a packed row of a file', `UPDATE upload_file_pack SET quantities = '{7}'`],
    ['to change a stored request', `UPDATE shopify_call SET variables = '{"quantity":7}'`],
    ['to give a stored request another key', 'UPDATE shopify_call SET idempotency_key = gen_random_uuid()'],
  ])('%s', async (_what, statement) => {
    await expect(database.query(statement)).rejects.toThrow(/is refused/);
  });
});

test.each([
  ['product', `'NOBODY', '${OUTLET}'`],
  ['facility', `'SHIRT', 'NOWHERE'`],
])('nothing is posted of an unknown %s', async (_what, level) => {
  const posting = `INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
    VALUES (${level}, 0, 0, 'VAR_MANUAL', 'test')`;
  await expect(database.query(posting)).rejects.toThrow(/violates foreign key/);
});

const ORDER_LINE = `INSERT INTO order_item (order_id, order_item_seq_id, product_id, quantity, status_id, order_date, facility_id)`;

test('an order line names a product and a facility that are there, and they stay', async () => {
  await database.query(`INSERT INTO product (product_id, sku) VALUES ('CAP', 'CAP')`);
  const lineOf = (product: string, facility: string) =>
    `${ORDER_LINE} VALUES ('${product}', '1', '${product}', 1, 'ITEM_CREATED', now(), ${facility})`;
  await expect(database.query(lineOf('NOBODY', 'NULL'))).rejects.toThrow(
    /is refused: its product or facility/,
  );
  await expect(database.query(lineOf('CAP', `'NOWHERE'`))).rejects.toThrow(
    /is refused: its product or facility/,
  );

  await database.transaction(async (connection) => {
    await connection.query(lineOf('CAP', 'NULL'));
    // Whoever removes it waits for what he cannot see yet.
    await expect(
      database.transaction(async (other) => {
        await other.query(`SET LOCAL lock_timeout = '20ms'`);
        await other.query(`DELETE FROM product WHERE product_id = 'CAP'`);
      }),
    ).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
  });
  await expect(database.query(`DELETE FROM product WHERE product_id = 'CAP'`)).rejects.toThrow(
    /orders name it/,
  );
  await expect(database.query(`UPDATE product SET product_id = 'HAT' WHERE sku = 'CAP'`)).rejects.toThrow(
    /orders name it/,
  );
});

test('a last count goes with its level', async () => {
  await database.query(
    `INSERT INTO product_facility (product_id, facility_id) VALUES ('SHIRT', '${OUTLET}');
     INSERT INTO last_count (product_id, facility_id, counted_at, after_entry, import_id)
     VALUES ('SHIRT', '${OUTLET}', now(), 0, 1), ('SHIRT', '${BROADWAY}', now(), 0, 1)`,
  );
  await database.query(
    `DELETE FROM product_facility WHERE product_id = 'SHIRT' AND facility_id = '${OUTLET}'`,
  );
  expect(await database.query('SELECT facility_id AS at FROM last_count')).toEqual([{ at: BROADWAY }]);
});

test('settings of a product at a facility may change, and a level of 0 may go', async () => {
  await database.query('UPDATE product_facility SET minimum_stock = 2');
  await database.query(
    `DELETE FROM product_facility WHERE product_id = 'SOCKS' AND facility_id = '${OUTLET}'`,
  );

  expect(await auditShop(database, SHOP)).toMatchObject({ wrongLevelCount: 0 });
});

test('the check of the ledger tells of a rule that is switched off, and adds up what is there', async () => {
  const { postings, levels, ...ledger } = await checkLedger(database);
  expect(ledger).toEqual({ rulesOff: [], wrongLevelCount: 0, wrongLevels: [] });
  expect(postings).toBeGreaterThan(0);
  expect(levels).toBeGreaterThan(0);
  const rules = [
    'inventory_item_detail.append_only',
    'inventory_item_detail.post_to_levels',
    'inventory_item_detail.refuse_truncate',
    'product_facility.levels_follow_the_ledger_delete',
    'product_facility.levels_follow_the_ledger_insert',
    'product_facility.levels_follow_the_ledger_update',
    'product_facility.levels_stay_in_place',
  ].map((rule) => ({ rule, alter: `ALTER TABLE ${rule.replace('.', ' % TRIGGER ')}` }));
  for (const { alter } of rules) await database.query(alter.replace('%', 'DISABLE'));
  const { rulesOff } = await checkLedger(database);
  for (const { alter } of rules) await database.query(alter.replace('%', 'ENABLE'));
  expect(rulesOff).toEqual(rules.map(({ rule }) => rule));
});

test('the audit names the levels that somebody has changed past these rules', async () => {
  await database.transaction(async (connection) => {
    await connection.query('SET LOCAL session_replication_role = replica');
    await connection.query(`UPDATE product_facility SET reserved = 1 WHERE product_id = 'SHIRT'`);
    await connection.query(`DELETE FROM product_facility WHERE product_id = 'SOCKS'`);
  });

  const posted = { facilityId: BROADWAY, postedOnHand: 10, postedReserved: 0 };
  expect(await auditShop(database, SHOP)).toMatchObject({
    isSound: false,
    wrongLevelCount: 2,
    wrongLevels: [
      { sku: 'SHIRT', quantityOnHand: 10, reserved: 1, ...posted },
      { sku: 'SOCKS', quantityOnHand: 0, reserved: 0, ...posted },
    ],
  });
});
