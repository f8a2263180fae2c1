/** A retailer as large as wanted, with a past: what `npm run bench console` looks at. */
import type { Database } from '../../src/postgres/database.ts';
import { endVerification } from '../../src/postgres/lane/verification-history.ts';

export interface Size {
  readonly products: number;
  readonly shops: number;
  readonly rowsPerFile: number;
}

export const FACILITIES = 5;
const FILES_PER_SHOP = 1_000;
const QUARANTINED = 2_000;
const DIFFERENCES = 2_000;
const WITHHELD = 2_000;
const IMPORTS = 10_000;
const ACTS = 20_000;

/** Products with stock at each facility, each level posted to the ledger; all facilities sell in the default group. */
export async function addStock(database: Database, products: number): Promise<void> {
  await database.session(async (session) => {
    const make = (sql: string, values: readonly unknown[] = []) => session.query(sql, [...values]);
    await make(
      `INSERT INTO facility (facility_id, facility_name, facility_type_id)
       SELECT 'F' || n, 'Facility ' || n, 'RETAIL_STORE' FROM generate_series(1, $1::int) AS n`,
      [FACILITIES],
    );
    await make(`INSERT INTO facility_group_member SELECT 'FAC_GRP', facility_id, '2020-01-01' FROM facility`);
    await make(
      `INSERT INTO product (product_id, sku) SELECT 'P' || n, 'P' || n FROM generate_series(1, $1::int) AS n`,
      [products],
    );
    await make(
      `INSERT INTO inventory_item_detail
         (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT product_id, facility_id, 1 + abs(hashtext(product_id || facility_id)) % 20, 0, 'VAR_MANUAL', 'bench'
       FROM product CROSS JOIN facility`,
    );
    await make('VACUUM ANALYZE product');
    await make('VACUUM ANALYZE product_facility');
  });
}

/** Shops that are mapped to all products they can be, each with files; the first one has trouble to look at. */
export async function addShops(database: Database, size: Size): Promise<readonly string[]> {
  const shopIds = await makeShops(database, size);
  await endVerification(
    database,
    { shopId: shopIds[0] ?? '', verification: 'run 0' },
    {
      ...{ beganAt: new Date().toISOString(), isSample: false, checked: size.products },
      ...{ different: DIFFERENCES, causes: { CHANGED_ON_SHOPIFY: DIFFERENCES } },
    },
  );
  return shopIds;
}

async function makeShops(
  database: Database,
  { products, shops, rowsPerFile }: Size,
): Promise<readonly string[]> {
  return database.session(async (session) => {
    const make = (sql: string, values: readonly unknown[] = []) => session.query(sql, [...values]);
    await make(
      `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version)
       SELECT 'shop-' || lpad(n::text, 4, '0'), 'shop-' || n || '.myshopify.com', 'gid://shopify/Location/1', 'FAC_GRP',
         'env:NONE', '2026-10' FROM generate_series(1, $1::int) AS n`,
      [shops],
    );
    const { rows } = await make('SELECT shop_id AS "shopId" FROM shop ORDER BY 1');
    const shopIds = (rows as readonly { readonly shopId: string }[]).map(({ shopId }) => shopId);
    const first = shopIds[0] ?? '';
    await make(
      `INSERT INTO shop_product SELECT $1, product_id, 'item ' || product_id, 'variant ' || product_id FROM product`,
      [first],
    );
    await make(
      `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id, snapshot,
         effective_at, row_count, applied_count, created_at, closed_at, oldest_change_at)
       SELECT shop_id, n, 'recent-changes', 'APPLIED', shop_id || ' ' || n, 'FAC_GRP', location_id, pg_current_snapshot(),
         made, $2, $2, made, made + interval '40 s', made - interval '5 minutes'
       FROM shop, generate_series(1, $1::int) AS n,
         LATERAL (SELECT now() - ($1::int - n) * interval '15 minutes' AS made) AS at`,
      [FILES_PER_SHOP, rowsPerFile],
    );
    await make(
      `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity)
       SELECT $1, sequence, row_number() OVER (PARTITION BY sequence ORDER BY id COLLATE "C") - 1, id, id, 'item ' || id, 5
       FROM generate_series(1, $2::int) AS sequence, generate_series(1, $3::int) AS n,
         LATERAL (SELECT 'P' || (1 + (sequence * $3::int + n) % $4::int) AS id) AS product`,
      [first, FILES_PER_SHOP, rowsPerFile, products],
    );
    await make(
      `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state, row_count,
         answered_at)
       SELECT $1, n, 0, 0, gen_random_uuid(), '{"input":{"quantities":[]}}', 1, 'APPLIED', $3, now()
       FROM generate_series(1, $2::int) AS n`,
      [first, FILES_PER_SHOP, rowsPerFile],
    );
    await make(
      `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, error_code, error_message)
       SELECT $1, 'P' || n, 900, CASE WHEN n <= $2 THEN 'QUARANTINED' ELSE 'APPLIED' END, 5, 'ITEM_NOT_TRACKED', 'not tracked'
       FROM generate_series(1, $3::int) AS n`,
      [first, QUARANTINED, products],
    );
    await make(
      `INSERT INTO verification_history (shop_id, verification, began_at, verified_at, is_sample, checked, different, causes)
       SELECT $1, 'run ' || n, now() - n * interval '1 day', now() - n * interval '1 day', false, $2, $3,
         '{"CHANGED_ON_SHOPIFY": 5}' FROM generate_series(0, 89) AS n`,
      [first, products, DIFFERENCES],
    );
    await make(
      `INSERT INTO verification_difference (shop_id, verification, sku, product_id, online_atp, shopify, cause)
       SELECT $1, 'run 0', 'P' || n, 'P' || n, 5, 6, 'CHANGED_ON_SHOPIFY' FROM generate_series(1, $2::int) AS n`,
      [first, DIFFERENCES],
    );
    await make(
      `INSERT INTO sync_plan (shop_id, plan, kind, state, producer_key, counts)
       VALUES ($1, 1, 'recent-changes', 'HELD', 'bench', '{"COLLAPSE": 2000}')`,
      [first],
    );
    await make(
      `INSERT INTO sync_plan_row (shop_id, plan, product_id, quantity_before, quantity)
       SELECT $1, 1, 'P' || n, 100 + n % 50, 1 FROM generate_series(1, $2::int) AS n`,
      [first, WITHHELD],
    );
    await make(
      `INSERT INTO feed_import (import_key, file_name, feed_type, sent_at, state)
       SELECT 'key ' || n, 'RESET_INVENTORY__' || n, 'RESET_INVENTORY', now(), 'applied' FROM generate_series(1, $1::int) AS n`,
      [IMPORTS],
    );
    await make(
      `INSERT INTO audit_log (act, actor, via, started_at, ended_at, outcome, input)
       SELECT 'group.set', 'Ann', 'cli', now() - n * interval '1 minute', now(), 'DONE', '{"threshold": 1}'
       FROM generate_series(1, $1::int) AS n`,
      [ACTS],
    );
    for (const table of [
      'shop_product',
      'upload_file',
      'upload_file_row',
      'applied_row',
      'feed_import',
      'audit_log',
    ])
      await make(`VACUUM ANALYZE ${table}`);
    return shopIds;
  });
}
