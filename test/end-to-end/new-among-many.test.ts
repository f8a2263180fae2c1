/**
 * A shop is added to an installation that the planner knows, and that is so large that the server does not look at its tables again:
 * of the new shop the planner expects a single row. What is looked for is found by its key all the same, and not among all rows of the shop.
 */
import { expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Installation, SHOP } from './installation.ts';

/** To look once for each among all is as many reads of a product. */
const PRODUCTS = 4_000;
const OF_NEIGHBOURS = 30_000;
const NEIGHBOURS = ['east', 'north', 'west'];
/** Entries that are read of an index for each product of the shop, in its whole first day. */
const BY_INDEX_MAX = 100;
/** Rows that are read of a table one after the other: some passes over the neighbours' rows as well. */
const IN_TURN_MAX = 1_000;

async function addNeighbours(database: Database): Promise<void> {
  await database.query(
    `INSERT INTO product (product_id, sku) SELECT 'N-' || n, 'N-' || n FROM generate_series(1, $1::int) AS n`,
    [OF_NEIGHBOURS],
  );
  for (const shopId of NEIGHBOURS) await addNeighbour(database, shopId);
  // What the server finds out by itself within a day is found out now; and then no more, as if the tables were a hundred times as large.
  const tables = await database.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  for (const { name } of tables) {
    await database.query(`ALTER TABLE ${name} SET (autovacuum_enabled = false)`);
  }
  await database.query('VACUUM ANALYZE');
}

/** All its products were brought to it by a thousand files. */
async function addNeighbour(database: Database, shopId: string): Promise<void> {
  await database.query(
    `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version)
     VALUES ($1, $1 || '.myshopify.com', 'gid://shopify/Location/1', 'FAC_GRP', 'env:NO_TOKEN', '2026-10')`,
    [shopId],
  );
  await database.query(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id, snapshot,
       effective_at, closed_at, archived_at, rows_purged_at)
     SELECT $1, n, 'recent-changes', 'APPLIED', $1 || n, 'FAC_GRP', 'gid://shopify/Location/1', pg_current_snapshot(),
       now(), now(), now(), now() FROM generate_series(1, 1000) AS n`,
    [shopId],
  );
  const item = `'gid://shopify/InventoryItem/' || product_id`;
  for (const [table, columns, values] of [
    ['shop_product', 'inventory_item_id, variant_id', `${item}, product_id`],
    ['published_row', 'sequence, inventory_item_id, quantity', `1, ${item}, 1`],
    ['applied_row', 'sequence, outcome, target', `1, 'APPLIED', 1`],
  ] as const) {
    await database.query(
      `INSERT INTO ${table} (shop_id, product_id, ${columns}) SELECT $1, product_id, ${values} FROM product`,
      [shopId],
    );
  }
  await database.query(
    `INSERT INTO unmanaged_variant (shop_id, inventory_item_id)
     SELECT $1, 'gid://shopify/InventoryItem/U' || n FROM generate_series(1, $2::int) AS n`,
    [shopId, OF_NEIGHBOURS],
  );
}

/** Of each index and table: how many times as many of its rows were read as the shop has products. */
async function readTimes(database: Database): Promise<Record<'byIndex' | 'inTurn', Map<string, number>>> {
  const rows = await database.query<{ name: string; isIndex: boolean; reads: number }>(
    `SELECT indexrelname AS name, true AS "isIndex", idx_tup_read::float8 AS reads FROM pg_stat_user_indexes
     UNION ALL SELECT relname, false, seq_tup_read::float8 FROM pg_stat_user_tables`,
  );
  const of = (wanted: boolean) =>
    new Map(
      rows.filter(({ isIndex }) => isIndex === wanted).map(({ name, reads }) => [name, reads / PRODUCTS]),
    );
  return { byIndex: of(true), inTurn: of(false) };
}

function beyond(before: Map<string, number>, after: Map<string, number>, max: number): [string, number][] {
  return [...after]
    .map(([name, times]): [string, number] => [name, times - (before.get(name) ?? 0)])
    .filter(([, times]) => times > max);
}

test('on the first day of a new shop no row is looked for among all others of the shop', async () => {
  const fresh = await freshDatabase();
  const { database } = fresh;
  await addNeighbours(database);
  const skus = Array.from({ length: PRODUCTS }, (_, index) => `SKU-${index}`);
  const shop = await Installation.open(skus, { database: fresh });
  const worker = await shop.startWorker();
  const before = await readTimes(database);
  const unitsOfAll = (units: number) => Object.fromEntries(skus.map((sku) => [sku, units]));

  await shop.importCount('RESET_INVENTORY__first.csv', 'BROADWAY', unitsOfAll(5));
  await shop.hardSync();
  await shop.processUploads();
  // Variants that nobody knows.
  await shop.twin.seed(skus.map((sku) => ({ sku: `OTHER-${sku}`, title: sku, available: 1 })));
  await shop.run({ job: 'map-shop', shopId: SHOP });
  await shop.importCount('RESET_INVENTORY__second.csv', 'BROADWAY', unitsOfAll(6));
  await shop.recentChanges();
  await shop.processUploads();
  await shop.hardSync();
  await shop.processUploads();
  await shop.run({ job: 'map-shop', shopId: SHOP });
  expect(await shop.verify()).toMatchObject({ checked: PRODUCTS, equal: PRODUCTS });
  await shop.atp('doctor');

  // A session reports its last reads when it ends.
  await worker.kill();
  await shop.until(async () => {
    const others = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`,
    );
    return others.length === 0;
  });
  const after = await readTimes(database);
  expect({
    byIndex: beyond(before.byIndex, after.byIndex, BY_INDEX_MAX),
    inTurn: beyond(before.inTurn, after.inTurn, IN_TURN_MAX),
  }).toEqual({ byIndex: [], inTurn: [] });
});
