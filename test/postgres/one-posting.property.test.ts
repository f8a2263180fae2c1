/** A posting that comes alone says the same of levels and sales as one of many in a statement. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

const REASONS = ['POS_SALE', 'ORDER_SHIPPED', 'VAR_EXT_RESET', 'IMPORT_UNDONE', 'VAR_MANUAL', 'RESERVED'];

const postings = fc.array(
  fc.record({
    onHand: fc.integer({ min: -5, max: 5 }),
    reserved: fc.integer({ min: -5, max: 5 }),
    reason: fc.constantFrom(...REASONS),
  }),
  { minLength: 1, maxLength: 12 },
);

type Posting = Readonly<Record<'onHand' | 'reserved', number>> & { readonly reason: string };

/** Of each reason one that sells, and one that gives back: whatever chance draws, the two ways have something to agree on. */
const OF_EACH_REASON: Posting[] = REASONS.flatMap((reason) => [
  { onHand: -3, reserved: 2, reason },
  { onHand: 3, reserved: -1, reason },
]);

test('alone or together, postings give the same levels, log the same sales, and log that the product has changed', async () => {
  const { database } = await freshDatabase();
  await database.query(
    `INSERT INTO facility (facility_id, facility_name, facility_type_id, default_safety_stock) VALUES ('F', 'F', 'RETAIL_STORE', 7)`,
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(postings, async (of) => {
      run += 1;
      const [alone, together] = [`alone-${run}`, `together-${run}`];
      await database.query('INSERT INTO product (product_id, sku) VALUES ($1, $1), ($2, $2)', [
        alone,
        together,
      ]);
      for (const posting of of) await post(database, alone, [posting]);
      await post(database, together, of);

      const found = await read(database, alone);
      expect(found).toEqual(await read(database, together));
      expect(found.changes).toBe(true);
    }),
    { numRuns: 25, examples: [[OF_EACH_REASON]] },
  );
  const [sold] = await read(database, 'alone-1').then(({ sales }) => sales);
  // 2 − 1 reserved of each of six reasons; 3 sold of POS_SALE, VAR_MANUAL and RESERVED; ORDER_SHIPPED takes back what came back.
  expect(sold).toEqual({ facilityId: 'F', units: 6 + 3 * 3 });
});

test('of many clients at once that post one unit of the same product each, none is lost', async () => {
  const { database } = await freshDatabase();
  await database.query(`
    INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ('F', 'F', 'RETAIL_STORE');
    INSERT INTO product (product_id, sku) VALUES ('SHIRT', 'SHIRT')`);

  // The level is not there yet: one of them makes it.
  await Promise.all(
    Array.from({ length: 24 }, () =>
      post(database, 'SHIRT', [{ onHand: 1, reserved: 1, reason: 'VAR_MANUAL' }]),
    ),
  );

  expect(await read(database, 'SHIRT')).toEqual({
    levels: [{ facilityId: 'F', onHand: 24, reserved: 24, minimum: 0 }],
    sales: [{ facilityId: 'F', units: 24 }],
    changes: true,
  });
});

test('a posting alone to a level beyond an integer, or of a product that nobody knows, is refused as a whole', async () => {
  const { database } = await freshDatabase();
  await database.query(`
    INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ('F', 'F', 'RETAIL_STORE');
    INSERT INTO product (product_id, sku) VALUES ('SHIRT', 'SHIRT')`);
  await post(database, 'SHIRT', [{ onHand: 2_147_483_647, reserved: 0, reason: 'VAR_MANUAL' }]);
  const before = await read(database, 'SHIRT');

  await expect(post(database, 'SHIRT', [{ onHand: 1, reserved: 1, reason: 'VAR_MANUAL' }])).rejects.toThrow(
    'integer out of range',
  );
  await expect(post(database, 'NOBODY', [{ onHand: 1, reserved: 0, reason: 'VAR_MANUAL' }])).rejects.toThrow(
    'product_facility_product_id_fkey',
  );

  expect(await read(database, 'SHIRT')).toEqual(before);
  expect(await database.query('SELECT FROM inventory_item_detail')).toHaveLength(1);
});

async function post(database: Database, productId: string, of: readonly Posting[]): Promise<void> {
  await database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT $1, 'F', "onHand", reserved, reason, 'test'
     FROM jsonb_to_recordset($2) AS posting ("onHand" integer, reserved integer, reason text)`,
    [productId, JSON.stringify(of)],
  );
}

async function read(database: Database, productId: string) {
  const levels = await database.query(
    `SELECT facility_id AS "facilityId", quantity_on_hand AS "onHand", reserved, minimum_stock AS minimum
     FROM product_facility WHERE product_id = $1`,
    [productId],
  );
  const sales = await database.query(
    `SELECT facility_id AS "facilityId", sum(units)::int AS units FROM sale_log
     WHERE product_id = $1 GROUP BY facility_id HAVING sum(units) <> 0`,
    [productId],
  );
  const changes = await database.query('SELECT FROM change_log WHERE product_id = $1', [productId]);
  return { levels, sales, changes: changes.length > 0 };
}
