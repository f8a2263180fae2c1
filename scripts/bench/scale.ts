/**
 * A large catalogue on the embedded stack: import, Hard Sync, Process uploads and verification of many products at five
 * facilities, while the worker is killed at random. The work was done right when every SKU is equal and no call was
 * applied twice.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { dropFeed } from '../../src/main/drop-feed.ts';
import type { Database } from '../../src/postgres/database.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import type { StackAddresses } from '../../src/stand-ins/stack.ts';
import type { LoggedRequest } from '../../src/stand-ins/shopify-twin/index.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import type { JobOrder } from '../../src/domain/jobs/jobs.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { controlTwin } from './bench-shop.ts';
import { randomOf, type Random } from './random.ts';
import { Killer } from './killer.ts';
import { onOwnStack } from './own-stack.ts';
import type { WorkerUnderTest } from './worker-under-test.ts';

const FACILITIES = ['NEW_YORK', 'SAN_FRANCISCO', 'CHICAGO', 'NEW_JERSEY_DC', 'OUTLET'] as const;
/** All but the last one sell online. */
const MEMBERS = FACILITIES.slice(0, -1);
const SHOP_ID = 'blue-shirts';
/** How many products one request to the twin's control endpoint has. */
const SEED_BATCH = 25_000;

interface Step {
  readonly name: string;
  readonly seconds: number;
  readonly events: number;
  readonly result: string;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      kills: { type: 'string', default: '0' },
      small: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const products = Number(values.products ?? (values.small ? 200 : 50_000));
  const kills = Number(values.kills);
  const random = randomOf(Number(values.seed));
  process.stdout.write(
    `${products} products × ${FACILITIES.length} facilities, ${kills} kills, seed ${values.seed}\n`,
  );

  return onOwnStack(
    async ({ addresses, database, temporal, worker }) => {
      await prepare(database, addresses, products, random);
      await worker.start();
      const killer = new Killer(worker, database, { products, kills, random });
      const steps: Step[] = [];
      for (const [name, order] of JOBS) {
        const killing = killer.during(order.job);
        steps.push(await timed(temporal, worker, name, order));
        await killing;
      }
      return report({ database, addresses, steps, worker, products, kills: killer.killed });
    },
    { durable: true },
  );
}

const JOBS: readonly (readonly [string, JobOrder])[] = [
  ['Import inventory', { job: 'import' }],
  ['Hard Sync', { job: 'hard-sync', shopId: SHOP_ID }],
  ['Process uploads', { job: 'process-uploads', shopId: SHOP_ID }],
  ['Verify', { job: 'verify', shopId: SHOP_ID }],
];

async function prepare(
  database: Database,
  { shopify, sftp }: StackAddresses,
  products: number,
  random: Random,
): Promise<void> {
  await database.query(
    `INSERT INTO facility (facility_id, facility_name, facility_type_id)
     SELECT id, id, 'RETAIL_STORE' FROM unnest($1::text[]) AS id`,
    [FACILITIES],
  );
  await database.query(
    `INSERT INTO facility_group_member (facility_group_id, facility_id, from_date)
     SELECT 'FAC_GRP', unnest($1::text[]), '2020-01-01'`,
    [MEMBERS],
  );
  await database.query(
    `INSERT INTO product (product_id, sku) SELECT n::text, 'SKU-' || n FROM generate_series(1, $1::int) AS n`,
    [products],
  );
  await database.query(
    `INSERT INTO shop (shop_id, domain, location_id, facility_group_id, access_token_ref, admin_url, api_version)
     VALUES ($1, $2, $3, 'FAC_GRP', $4, $5, '2026-10')`,
    [SHOP_ID, shopify.domain, shopify.locationId, shopify.accessTokenRef, shopify.adminUrl],
  );
  for (let first = 1; first <= products; first += SEED_BATCH) {
    const count = Math.min(SEED_BATCH, products - first + 1);
    const batch = Array.from({ length: count }, (_, index) => ({
      sku: `SKU-${first + index}`,
      title: `Product ${first + index}`,
    }));
    await controlTwin(shopify, 'POST', `/shops/${shopify.domain}/products`, batch);
  }
  await createMapShop({ database, adminApi: (shop) => openAdminApi(shop) })(SHOP_ID);
  await fileDrop({ ...sftp, password: null })(async (drop) => {
    for (const facilityId of FACILITIES) {
      const rows = Array.from(
        { length: products },
        (_, index) => `${facilityId},,SKU-${index + 1},SKU,,,N,${random.below(40)}`,
      );
      const header =
        'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty';
      await dropFeed(drop, {
        name: `RESET_INVENTORY__${facilityId}.csv`,
        text: `${header}\n${rows.join('\n')}\n`,
      });
    }
  });
}

async function timed(
  temporal: TemporalClient,
  worker: WorkerUnderTest,
  name: string,
  order: JobOrder,
): Promise<Step> {
  const started = performance.now();
  const { workflowId, runId, result } = await runJob(temporal, order, { wait: true });
  const { plan } = result as { readonly plan?: number | null };
  if (typeof plan === 'number') {
    // A shop's first Hard Sync is held for a person: approve it.
    await decideLane(temporal, SHOP_ID, { decision: 'approve', plan, by: 'bench', reason: 'bench' });
  }
  const seconds = (performance.now() - started) / 1000;
  const { historyLength } = await temporal.client.workflow.getHandle(workflowId, runId).describe();
  const memory = Math.round(worker.peakMemoryBytes / 2 ** 20);
  process.stdout.write(`  ${name}: ${seconds.toFixed(1)} s, memory so far at most ${memory} MiB\n`);
  return { name, seconds, events: historyLength, result: JSON.stringify(result) };
}

async function report(outcome: {
  readonly database: Database;
  readonly addresses: StackAddresses;
  readonly steps: readonly Step[];
  readonly worker: WorkerUnderTest;
  readonly products: number;
  readonly kills: number;
}): Promise<boolean> {
  const { database, addresses, steps, worker, products, kills } = outcome;
  const requests = await controlTwin<LoggedRequest[]>(
    addresses.shopify,
    'GET',
    '/requests?operation=SetOnlineAtp',
  );
  const applied = requests.filter((request) => request.applied.length > 0);
  const keys = new Set(applied.map((request) => request.idempotencyKey));
  const [sums] = await database.query<{ areEqual: boolean }>(
    `SELECT NOT EXISTS (
       SELECT FROM product_facility AS level
       LEFT JOIN (SELECT product_id, facility_id, sum(quantity_on_hand_diff) AS total
         FROM inventory_item_detail GROUP BY 1, 2) AS ledger USING (product_id, facility_id)
       WHERE level.quantity_on_hand <> coalesce(ledger.total, 0)) AS "areEqual"`,
  );
  const verified = JSON.parse(steps.at(-1)?.result ?? '{}') as { checked?: number; equal?: number };
  const checks = {
    'every SKU is equal': verified.checked === products && verified.equal === products,
    'no call was applied twice': keys.size === applied.length,
    'the levels are the sums of the ledger': sums?.areEqual === true,
  };

  const table = new Table({
    head: ['Step', 'seconds', 'events'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, seconds, events } of steps) table.push([name, seconds.toFixed(1), events]);
  const total = steps.reduce((sum, step) => sum + step.seconds, 0);
  table.push(['all', total.toFixed(1), '']);
  process.stdout.write(`\n${table.toString()}\n\n`);
  process.stdout.write(`Calls: ${requests.length} writes sent, ${applied.length} applied; kills: ${kills}\n`);
  process.stdout.write(`Worker: peak memory ${Math.round(worker.peakMemoryBytes / 2 ** 20)} MiB\n`);
  for (const [check, holds] of Object.entries(checks))
    process.stdout.write(`${holds ? 'ok' : 'WRONG'}: ${check}\n`);
  return Object.values(checks).every(Boolean);
}
