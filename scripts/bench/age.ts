/**
 * What the age of the oldest change costs: for all shops in one statement, as every list and metric asks for it. The
 * floor, in the same run, is what cannot be saved: to look at the same indexes once for each shop, and nothing else.
 * The work was done right when each shop's figure is the one that the scene was made with.
 *
 * Half of the shops sell the first half of the products, the others the second: so half of them look through the log of
 * the others.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { WaitingCause } from '../../src/domain/oldest-change.ts';
import { listOldestChanges } from '../../src/postgres/age/oldest-changes.ts';
import type { Database } from '../../src/postgres/database.ts';
import { onOwnDatabase } from './own-database.ts';
import { spreadCells, spreadOf } from './spread.ts';

interface Size {
  readonly products: number;
  readonly shops: number;
}

interface Scene {
  readonly name: string;
  readonly make: (database: Database, size: Size) => Promise<unknown>;
  /** What each shop of the first and of the second half waits for; null: nothing. */
  readonly expected: readonly [WaitingCause | null, WaitingCause | null];
}

const LARGE = { products: 1_000_000, shops: 100, mapped: 20_000, runs: 10 };
/** No fewer: a scene takes 600 mapped products of each shop. */
const SMALL = { products: 1_200, shops: 4, mapped: 600, runs: 1 };

const FIRST_HALF = `shop_id IN (SELECT shop_id FROM shop ORDER BY shop_id LIMIT (SELECT count(*) / 2 FROM shop))`;

const SCENES: readonly Scene[] = [
  { name: 'nothing waits', make: () => Promise.resolve(), expected: [null, null] },
  {
    name: 'every product of the first half is in the log',
    make: (database, { products }) =>
      database.query(
        `INSERT INTO change_log (product_id) SELECT 'P' || n FROM generate_series(1, $1::int / 2) AS n`,
        [products],
      ),
    expected: ['WAITS_FOR_DELTA', 'WAITS_FOR_DELTA'],
  },
  {
    name: 'and 20 files wait in each lane',
    make: (database) =>
      database.query(
        `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id, snapshot,
           effective_at, row_count, oldest_change_at)
         SELECT shop_id, n, 'recent-changes', 'READY', shop_id || ' ' || n, facility_group_id, location_id,
           pg_current_snapshot(), now(), 250, now() - interval '1 hour'
         FROM shop, generate_series(1, 20) AS n`,
      ),
    expected: ['IN_LANE', 'IN_LANE'],
  },
  {
    name: 'and 200 quarantined, 200 owed, 200 kept back each',
    make: async (database) => {
      await database.query(
        `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, error_code, debt, drops)
         SELECT shop_id, product_id, 1, CASE WHEN n <= 200 THEN 'QUARANTINED' ELSE 'APPLIED' END, 1, 'ITEM_NOT_TRACKED',
           CASE WHEN n > 200 THEN 1 ELSE 0 END,
           CASE WHEN n > 200 THEN jsonb_build_array(jsonb_build_object('at', now() - interval '7 hours', 'units', 1)) END
         FROM (SELECT shop_id, product_id, row_number() OVER (PARTITION BY shop_id) AS n FROM shop_product) AS mapped
         WHERE n <= 400`,
      );
      await database.query(
        `INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
         SELECT shop_id, product_id, 'SKIPPED', now() - interval '2 hours' FROM (
           SELECT shop_id, product_id, row_number() OVER (PARTITION BY shop_id) AS n FROM shop_product) AS mapped
         WHERE n > 400 AND n <= 600`,
      );
    },
    expected: ['OWED', 'OWED'],
  },
];

/** To look once for each shop at each index that the figure is read by. */
const FLOOR = `
  SELECT shop.shop_id,
    (SELECT logged_at FROM change_log WHERE txid >= pg_snapshot_xmax(base.snapshot) ORDER BY txid LIMIT 1),
    (SELECT min(oldest_change_at) FROM upload_file WHERE upload_file.shop_id = shop.shop_id
       AND state IN ('WRITING', 'READY', 'APPLYING', 'BLOCKED')),
    (SELECT min(changed_at) FROM owed_row WHERE owed_row.shop_id = shop.shop_id),
    (SELECT min(changed_at) FROM applied_row WHERE applied_row.shop_id = shop.shop_id
       AND outcome IN ('QUARANTINED', 'OWED')),
    (SELECT count(*) FROM applied_row WHERE applied_row.shop_id = shop.shop_id AND debt > 0)
  FROM shop LEFT JOIN shop_baseline AS base USING (shop_id)`;

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      shops: { type: 'string' },
      mapped: { type: 'string' },
      runs: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const usual = values.small ? SMALL : LARGE;
  const size = {
    products: Number(values.products ?? usual.products),
    shops: Number(values.shops ?? usual.shops),
  };
  const mapped = Number(values.mapped ?? usual.mapped);
  const runs = Number(values.runs ?? usual.runs);
  return onOwnDatabase(async (database) => {
    await prepare(database, size, mapped);
    const table = new Table({
      head: ['scene', 'floor ms: min', 'median', 'max', 'figure ms: min', 'median', 'max', 'times'],
      style: { head: [], border: [], compact: true },
    });
    let isRight = true;
    for (const scene of SCENES) {
      await scene.make(database, size);
      for (const name of ['change_log', 'upload_file', 'applied_row', 'owed_row'])
        await database.query(`ANALYZE ${name}`);
      isRight = (await isAsMade(database, scene)) && isRight;
      const floor = spreadOf(await measure(runs, () => database.query(FLOOR)));
      const figure = spreadOf(await measure(runs, () => listOldestChanges(database)));
      table.push([
        scene.name,
        ...spreadCells(floor),
        ...spreadCells(figure),
        (figure.median / floor.median).toFixed(1),
      ]);
    }
    process.stdout.write(
      `${size.products} products, ${size.shops} shops with ${mapped} mapped products each, in one statement\n\n${table.toString()}\n\n`,
    );
    process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: each shop waits for what the scene was made with\n`);
    return isRight;
  });
}

/** Shops with a baseline; whatever happened before it is on Shopify. */
async function prepare(database: Database, { products, shops }: Size, mapped: number): Promise<void> {
  await database.query(
    "INSERT INTO product (product_id, sku) SELECT id, id FROM (SELECT 'P' || n AS id FROM generate_series(1, $1::int) AS n) AS made",
    [products],
  );
  await database.query(
    `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, api_version,
       hard_sync_needed_since)
     SELECT 'shop-' || lpad(n::text, 4, '0'), 'shop-' || n || '.myshopify.com', 'gid://shopify/Location/1', 'FAC_GRP',
       'env:NONE', '2026-10', NULL
     FROM generate_series(1, $1::int) AS n`,
    [shops],
  );
  await database.session(async (connection) => {
    await connection.query(
      `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
       SELECT shop_id, 'P' || n, 'item ' || n, 'variant ' || n
       FROM (SELECT shop_id, CASE WHEN ${FIRST_HALF} THEN 1 ELSE $1::int / 2 + 1 END AS first FROM shop) AS half,
         generate_series(first, first + $2::int - 1) AS n`,
      [products, mapped],
    );
    await connection.query('VACUUM ANALYZE shop_product');
    await connection.query('VACUUM ANALYZE change_log');
  });
  await database.query(
    'INSERT INTO shop_baseline SELECT shop_id, pg_current_snapshot(), clock_timestamp() FROM shop',
  );
}

async function isAsMade(database: Database, { expected }: Scene): Promise<boolean> {
  const figures = await listOldestChanges(database);
  const half = Math.floor(figures.length / 2);
  return figures.every(({ onItsWay }, at) => (onItsWay?.cause ?? null) === expected[at < half ? 0 : 1]);
}

async function measure(runs: number, work: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  // The first run reads from the disk what the others have in memory.
  for (let run = 0; run <= runs; run += 1) {
    const begun = performance.now();
    await work();
    if (run > 0) took.push(performance.now() - begun);
  }
  return took;
}
