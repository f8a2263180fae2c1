import type { Connection } from '../../src/postgres/database.ts';

/** Products, and facilities of the default group, `F1` and so on: each product has ten units at each, also at `others`. */
export async function addCatalogue(
  session: Connection,
  {
    products,
    facilities,
    others = [],
  }: {
    readonly products: number;
    readonly facilities: number;
    /** Facilities that are in no group. */
    readonly others?: readonly string[];
  },
): Promise<void> {
  const ids = Array.from({ length: facilities }, (_, index) => `F${index + 1}`);
  await session.query(
    `INSERT INTO facility (facility_id, facility_name, facility_type_id)
     SELECT id, id, 'RETAIL_STORE' FROM unnest($1::text[]) AS id`,
    [[...ids, ...others]],
  );
  await session.query(
    `INSERT INTO facility_group_member SELECT 'FAC_GRP', id, now() - interval '1 day' FROM unnest($1::text[]) AS id`,
    [ids],
  );
  await session.query(
    `INSERT INTO product (product_id, sku) SELECT id, id
     FROM (SELECT 'product-' || lpad(n::text, 8, '0') AS id FROM generate_series(1, $1::int) AS n) AS made`,
    [products],
  );
  // Levels without their ledger, which would take longest to make: no trigger looks.
  await session.query('SET session_replication_role = replica');
  await session.query(
    `INSERT INTO product_facility (product_id, facility_id, quantity_on_hand)
     SELECT product_id, facility_id, 10 FROM product CROSS JOIN facility ORDER BY product_id, facility_id`,
  );
  await session.query('SET session_replication_role = origin');
}
