/**
 * From a sale's commit to Shopify: in a live shop, and beside it, in the same run, with deltas that are made by hand, one
 * right after the other. One sale at a time, then many a second. The work was done right when Shopify shows in the end what
 * the database promises.
 */
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import Table from 'cli-table3';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { LEDGER_REASONS } from '../../src/domain/feed.ts';
import { LIVE_AT_LEAST_EVERY_DEFAULT_MS } from '../../src/domain/limits.ts';
import type { Database } from '../../src/postgres/database.ts';
import { addFacility } from '../../src/postgres/master-data/facilities.ts';
import { addGroupMember, DEFAULT_FACILITY_GROUP_ID } from '../../src/postgres/master-data/facility-groups.ts';
import { endLive, setLive } from '../../src/postgres/producing/live-shops.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { ensureLiveRun } from '../../src/temporal/live-run.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { addBenchShop, controlTwin, SHOP_ID } from './bench-shop.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';
import { percentileOf, spreadOf } from './spread.ts';

const FACILITY_ID = 'WAREHOUSE';
/** More than are sold of any product. */
const UNITS = 100_000;
/** So long a sale is waited for after the last of them; one that takes longer is told as endless. */
const ARRIVAL_MAX_MS = 60_000;
/** Products of one request to the stand-in. */
const PRODUCTS_PER_REQUEST = 1_000;

interface Scene extends OwnStack {
  readonly skus: readonly string[];
  readonly latencyMs: number;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      small: { type: 'boolean', default: false },
      products: { type: 'string' },
      sales: { type: 'string' },
      seconds: { type: 'string' },
      rate: { type: 'string', default: '50' },
      latency: { type: 'string' },
    },
  });
  const products = Number(values.products ?? (values.small ? 100 : 20_000));
  const sales = Number(values.sales ?? (values.small ? 1 : 30));
  const seconds = Number(values.seconds ?? (values.small ? 1 : 60));
  const rate = Number(values.rate);
  const latencyMs = Number(values.latency ?? (values.small ? 50 : 300));
  return onOwnStack(
    async (stack) => {
      const skus = Array.from({ length: products }, (_, index) => `SHIRT-${index}`);
      const scene: Scene = { ...stack, skus, latencyMs };
      await prepare(scene);
      const rows: (readonly [string, readonly number[]])[] = [];
      const stages: (readonly [string, readonly string[]])[] = [];
      // Deltas by hand come faster than the lane applies them, and would leave it behind for what comes after.
      for (const way of ['live', 'by hand'] as const) {
        const stop = await begin(way, scene);
        // Not counted: a worker looks seldom while no shop is live.
        await sellOneByOne(scene, 1);
        const since = new Date();
        rows.push([`${way}: one sale at a time`, await sellOneByOne(scene, sales)]);
        stages.push([way, await stagesOf(scene.database, since)]);
        rows.push([`${way}: ${rate} sales/s for ${seconds} s`, await sellAtRate(scene, rate, seconds)]);
        await stop();
      }
      return report(scene, rows, stages);
    },
    { durable: true },
  );
}

async function prepare({ database, addresses, temporal, worker, skus, latencyMs }: Scene): Promise<void> {
  const { shopify } = addresses;
  await addFacility(database, {
    facilityId: FACILITY_ID,
    facilityName: FACILITY_ID,
    facilityTypeId: 'WAREHOUSE',
  });
  await addGroupMember(database, {
    facilityGroupId: DEFAULT_FACILITY_GROUP_ID,
    facilityId: FACILITY_ID,
    fromDate: new Date('2020-01-01T00:00:00Z'),
  });
  await database.query(
    'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku',
    [skus],
  );
  await post(database, skus, UNITS, LEDGER_REASONS.reset);
  for (let first = 0; first < skus.length; first += PRODUCTS_PER_REQUEST) {
    const products = skus.slice(first, first + PRODUCTS_PER_REQUEST).map((sku) => ({ sku, title: sku }));
    await controlTwin(shopify, 'POST', `/shops/${shopify.domain}/products`, products);
  }
  await addBenchShop(database, shopify);
  await createMapShop({ database, adminApi: (shop) => openAdminApi(shop) })(SHOP_ID);
  await worker.start();
  const { result } = await runJob(temporal, { job: 'hard-sync', shopId: SHOP_ID }, { wait: true });
  const { plan } = result as { readonly plan: number };
  await decideLane(temporal, SHOP_ID, { decision: 'approve', plan, by: 'bench', reason: 'bench' });
  await runJob(temporal, { job: 'process-uploads', shopId: SHOP_ID }, { wait: true });
  await controlTwin(shopify, 'PATCH', `/shops/${shopify.domain}/economy`, { latencyMs, plan: 'plus' });
}

/** Begins to make deltas this way, and returns what ends it. */
async function begin(
  way: 'by hand' | 'live',
  { database, temporal }: { readonly database: Database; readonly temporal: TemporalClient },
): Promise<() => Promise<void>> {
  if (way === 'live') {
    await setLive(database, SHOP_ID, { atLeastEveryMs: LIVE_AT_LEAST_EVERY_DEFAULT_MS, isPaused: false });
    await ensureLiveRun(temporal, SHOP_ID);
    return () => endLive(database, SHOP_ID);
  }
  let isOver = false;
  const making = (async () => {
    while (!isOver) await runJob(temporal, { job: 'recent-changes', shopId: SHOP_ID }, { wait: true });
  })();
  return async () => {
    isOver = true;
    await making;
  };
}

/** Sells units, in a transaction of its own. */
async function post(
  database: Database,
  skus: readonly string[],
  units: number,
  reason: string,
): Promise<void> {
  await database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT sku, $2, $3, 0, $4, 'bench' FROM unnest($1::text[]) AS sku`,
    [skus, FACILITY_ID, units, reason],
  );
}

/** A sale of a product that is sold once, so that its arrival is that of this sale. In milliseconds since its commit. */
async function sellOneByOne(scene: Scene, sales: number): Promise<readonly number[]> {
  const waited: number[] = [];
  for (let sale = 0; sale < sales; sale += 1) {
    const [sku = ''] = scene.skus.slice(sale % scene.skus.length);
    await post(scene.database, [sku], -1, 'POS_SALE');
    waited.push(...(await arrivalsOf(scene, [{ sku, committedAt: Date.now() }])));
  }
  return waited;
}

/** The product of each sale is another one for as long as there are others. */
async function sellAtRate(scene: Scene, rate: number, seconds: number): Promise<readonly number[]> {
  const sold: Sale[] = [];
  const begunAt = Date.now();
  const all: Promise<void>[] = [];
  for (let sale = 0; sale < rate * seconds; sale += 1) {
    await delay(Math.max(0, begunAt + (sale * 1000) / rate - Date.now()));
    const [sku = ''] = scene.skus.slice((sale * 7) % scene.skus.length);
    all.push(
      post(scene.database, [sku], -1, 'POS_SALE').then(() => {
        sold.push({ sku, committedAt: Date.now() });
      }),
    );
  }
  await Promise.all(all);
  return arrivalsOf(scene, sold);
}

interface Sale {
  readonly sku: string;
  readonly committedAt: number;
}

/**
 * How long each sale took: until the first file that has its product, made after its commit, is on Shopify. The lane
 * records when Shopify has answered; the database and this process have one clock.
 */
async function arrivalsOf({ database }: Scene, sales: readonly Sale[]): Promise<readonly number[]> {
  const deadline = Date.now() + ARRIVAL_MAX_MS;
  for (;;) {
    const found = await database.query<{ waitedMs: number | null }>(
      `SELECT (extract(epoch FROM arrived.at) * 1000 - sale.at)::float8 AS "waitedMs"
       FROM unnest($1::text[], $2::float8[]) AS sale (sku, at)
       LEFT JOIN LATERAL (
         SELECT file.closed_at AS at FROM upload_file AS file
         JOIN snapshot_step AS step USING (shop_id, sequence)
         JOIN LATERAL upload_file_rows(shop_id, sequence) AS row USING (shop_id, sequence)
         WHERE row.product_id = sale.sku AND file.closed_at IS NOT NULL
           AND extract(epoch FROM step.effective_at) * 1000 >= sale.at - ${CLOCK_SLACK_MS}
         ORDER BY file.sequence LIMIT 1
       ) AS arrived ON true`,
      [sales.map(({ sku }) => sku), sales.map(({ committedAt }) => committedAt)],
    );
    const waited = found.flatMap(({ waitedMs }) => waitedMs ?? []);
    const missing = sales.length - waited.length;
    if (missing === 0) return waited;
    if (Date.now() > deadline) return [...waited, ...Array<number>(missing).fill(Infinity)];
    // Of many, the look itself would take the processor from what is measured.
    await delay(sales.length <= FEW_SALES ? 20 : 1_000);
  }
}

const FEW_SALES = 100;

/** A sale's commit is known here some milliseconds after it, and a delta may have seen it by then. */
const CLOCK_SLACK_MS = 50;

/** Where the time of a file goes, in words: medians of the files since an instant. */
async function stagesOf(database: Database, since: Date): Promise<readonly string[]> {
  const files = await database.query<Record<(typeof STAGES)[number], number>>(
    `SELECT (extract(epoch FROM step.effective_at - file.oldest_change_at) * 1000)::float8 AS "commit → snapshot",
       (extract(epoch FROM file.ready_at - step.effective_at) * 1000)::float8 AS "snapshot → on SFTP",
       (extract(epoch FROM file.started_at - file.ready_at) * 1000)::float8 AS "on SFTP → opened",
       (extract(epoch FROM file.closed_at - file.started_at) * 1000)::float8 AS "opened → applied"
     FROM upload_file AS file JOIN snapshot_step AS step USING (shop_id, sequence)
     WHERE file.kind = 'recent-changes' AND file.created_at >= $1 AND file.closed_at IS NOT NULL`,
    [since],
  );
  return STAGES.map((stage) => `${stage} ${spreadOf(files.map((file) => file[stage])).median.toFixed(0)} ms`);
}

const STAGES = ['commit → snapshot', 'snapshot → on SFTP', 'on SFTP → opened', 'opened → applied'] as const;

async function report(
  { database, addresses, temporal, skus, latencyMs }: Scene,
  rows: readonly (readonly [string, readonly number[]])[],
  stages: readonly (readonly [string, readonly string[]])[],
): Promise<boolean> {
  const table = new Table({
    head: ['milliseconds', 'sales', 'p50', 'p95', 'max'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, waited] of rows) {
    const figures = [0.5, 0.95, 1].map((share) => percentileOf(waited, share).toFixed(0));
    table.push([name, waited.length, ...figures]);
  }
  process.stdout.write(
    `${skus.length} products, ${latencyMs} ms a call of Shopify\n\n${table.toString()}\n\n`,
  );
  for (const [way, of] of stages)
    process.stdout.write(`${way}, one sale at a time, medians: ${of.join(', ')}\n`);
  const [files] = await database.query<{ files: number }>(
    `SELECT count(*)::int AS files FROM upload_file WHERE kind = 'recent-changes'`,
  );
  process.stdout.write(`${files?.files ?? 0} files\n`);
  const { domain } = addresses.shopify;
  await controlTwin(addresses.shopify, 'PATCH', `/shops/${domain}/economy`, { latencyMs: 0 });
  await runJob(temporal, { job: 'process-uploads', shopId: SHOP_ID }, { wait: true });
  const { result } = await runJob(temporal, { job: 'verify', shopId: SHOP_ID }, { wait: true });
  const isRight = result !== null && result.equal === result.checked;
  process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: Shopify shows what the database promises\n`);
  return isRight;
}
