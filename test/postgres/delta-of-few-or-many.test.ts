/** Few products are looked up one by one, many in a pass: the rows of a delta are those that differ, either way. */
import { expect, test } from 'vitest';
import { addCatalogue } from '../../scripts/bench/catalogue.ts';
import { addPaperShop, fillShop } from '../../scripts/bench/filled-shop.ts';
import type { Database } from '../../src/postgres/database.ts';
import { planRows, PLANNED } from '../../src/postgres/planning/planned-rows.ts';
import { readNextBaseline } from '../../src/postgres/planning/snapshot-chain.ts';
import { runInTransaction } from '../../src/postgres/transaction.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const PRODUCTS = 500;

const sell = (products: number) => `
  INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
  SELECT 'product-' || lpad(n::text, 8, '0'), 'F1', -1, 0, 'POS_SALE', 'test' FROM generate_series(1, ${products}) AS n`;

const owe = (products: number) => `
  INSERT INTO owed_row (shop_id, product_id, cause)
  SELECT 'shop', product_id, 'ASKED' FROM product ORDER BY product_id LIMIT ${products}`;

test.each([
  { what: 'nothing has changed', change: 'SELECT', rows: 0, units: 0 },
  { what: 'one in a hundred was sold', change: sell(5), rows: 5, units: 5 * 19 },
  { what: 'more than one in a hundred were sold', change: sell(6), rows: 6, units: 6 * 19 },
  { what: 'more than one in a hundred are owed', change: owe(6), rows: 6, units: 6 * 20 },
  {
    what: 'a facility has left the group',
    change: `DELETE FROM facility_group_member WHERE facility_id = 'F1'`,

    rows: PRODUCTS,
    units: PRODUCTS * 10,
  },
  {
    what: 'a facility without stock has left the group',
    change: `DELETE FROM facility_group_member WHERE facility_id = 'EMPTY'`,

    rows: 0,
    units: 0,
  },
  {
    what: 'a facility has closed by the clock',
    change: `SET session_replication_role = replica;
      UPDATE facility SET closed_date = clock_timestamp() WHERE facility_id = 'F1';
      SET session_replication_role = origin`,

    rows: PRODUCTS,
    units: PRODUCTS * 10,
  },
  {
    what: 'the group keeps three units back',
    change: `UPDATE facility_group SET default_threshold = 3 WHERE facility_group_id = 'FAC_GRP'`,

    rows: PRODUCTS,
    units: PRODUCTS * 17,
  },
])('$what', async ({ change, rows, units }) => {
  const { database } = await filledShop();
  await database.session((session) => session.query(change));

  expect(await plan(database)).toEqual({ rows, units });
});

async function filledShop(): Promise<{ readonly database: Database }> {
  const { database } = await freshDatabase();
  await database.session(async (session) => {
    await addCatalogue(session, { products: PRODUCTS, facilities: 2 });
    await session.query(
      `INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ('EMPTY', 'Empty', 'RETAIL_STORE')`,
    );
    await session.query(
      `INSERT INTO facility_group_member SELECT 'FAC_GRP', 'EMPTY', now() - interval '1 day'`,
    );
    await addPaperShop(session, 'shop');
  });
  await fillShop(database, 'shop');
  return { database };
}

/** The rows of a delta and their units. */
function plan(database: Database) {
  const scope = { facilityGroupId: 'FAC_GRP', isRefillDue: false, heldPlan: null, isFirstApproved: false };
  return database.session((session) =>
    runInTransaction(session, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async () => {
      const baseline = await readNextBaseline(session, { shopId: 'shop', kind: 'recent-changes' });
      const planned = await planRows(session, { ...scope, shopId: 'shop', kind: 'recent-changes' }, baseline);
      const found = await session.query<{ rows: number; units: number }>(
        `SELECT count(*)::int AS rows,
           coalesce(sum(quantity), 0)::int AS units FROM ${PLANNED}`,
      );
      expect(planned.rowCount).toBe(found.rows[0]?.rows);
      return found.rows[0];
    }),
  );
}
