/**
 * How one chunk of a file is applied while its rows sell: at so many sales a second, spread evenly or over a few rows
 * (Zipf), with a Shopify that takes 400 ms for each call. The work was done right when every row is applied or owed, and
 * Shopify shows what was sent.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { applyWindows } from '../../activities/apply-windows.ts';
import { ROWS_PER_CALL } from '../../src/domain/limits.ts';
import type { Database } from '../../src/postgres/database.ts';
import { enterLane } from '../../src/postgres/lane/lane.ts';
import { findShop } from '../../src/postgres/master-data/shops.ts';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { openAdminApi, type AdminApi } from '../../src/shopify/admin-api.ts';
import type { StackAddresses } from '../../src/stand-ins/stack.ts';
import { addBenchShop, controlTwin, SHOP_ID } from './bench-shop.ts';
import { onOwnStack } from './own-stack.ts';
import { randomOf, type Random } from './random.ts';

const SKUS = Array.from({ length: ROWS_PER_CALL }, (_, index) => `SKU-${String(index).padStart(3, '0')}`);
/** More than are sold. */
const UNITS = 100_000;

interface Scenario {
  readonly salesPerSecond: number;
  readonly spread: 'uniform' | 'Zipf';
}

const SCENARIOS: readonly Scenario[] = [
  { salesPerSecond: 0, spread: 'uniform' },
  { salesPerSecond: 4, spread: 'uniform' },
  { salesPerSecond: 4, spread: 'Zipf' },
  { salesPerSecond: 10, spread: 'uniform' },
  { salesPerSecond: 10, spread: 'Zipf' },
];

interface Figures extends Scenario {
  readonly seconds: number;
  readonly reads: number;
  readonly calls: number;
  readonly refused: number;
  readonly owed: number;
  readonly attempts: number;
  readonly isRight: boolean;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      latency: { type: 'string' },
      runs: { type: 'string' },
      small: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
    },
  });
  const latencyMs = Number(values.latency ?? (values.small ? 50 : 400));
  const runs = Number(values.runs ?? (values.small ? 1 : 3));
  return onOwnStack(
    async ({ addresses, database }) => {
      await prepare(database, addresses, latencyMs);
      const figures: Figures[] = [];
      let sequence = 0;
      for (const scenario of values.small ? SCENARIOS.slice(-1) : SCENARIOS) {
        for (let run = 0; run < runs; run += 1) {
          sequence += 1;
          const random = randomOf(Number(values.seed) + run);
          figures.push(await measure(database, addresses, { scenario, sequence, random }));
        }
      }
      return report(figures, latencyMs);
    },
    { durable: true },
  );
}

async function prepare(database: Database, { shopify }: StackAddresses, latencyMs: number): Promise<void> {
  await database.query(
    'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku',
    [SKUS],
  );
  await controlTwin(
    shopify,
    'POST',
    `/shops/${shopify.domain}/products`,
    SKUS.map((sku) => ({ sku, title: sku, available: UNITS })),
  );
  await addBenchShop(database, shopify);
  await createMapShop({ database, adminApi: (shop) => openAdminApi(shop) })(SHOP_ID);
  await controlTwin(shopify, 'PATCH', `/shops/${shopify.domain}/economy`, { latencyMs, plan: 'plus' });
}

async function measure(
  database: Database,
  { shopify }: StackAddresses,
  { scenario, sequence, random }: { scenario: Scenario; sequence: number; random: Random },
): Promise<Figures> {
  await addFile(database, sequence);
  const shop = await findShop(database, SHOP_ID);
  const counted = countReads(openAdminApi(shop));
  const selling = new AbortController();
  const sales = sell(shopify, scenario, random, selling.signal);
  const begun = performance.now();
  let attempts = 0;
  for (let isDone = false; !isDone;) {
    attempts += 1;
    const holder = { shopId: SHOP_ID, holder: 'bench', workflowId: 'bench' };
    const pass = await enterLane(database, holder);
    if (!pass) throw new Error('The lane is busy.');
    // As Temporal repeats an activity that fails: a second later.
    isDone = await applyWindows(
      { database, api: counted.api, shop, pass },
      [{ sequence, window: 0 }],
      ROWS_PER_CALL,
    ).then(
      () => true,
      () => pause(1_000, false),
    );
  }
  const seconds = (performance.now() - begun) / 1000;
  selling.abort();
  await sales;
  const [found] = await database.query<{ calls: number; refused: number; owed: number; settled: number }>(
    `SELECT (SELECT count(*)::int FROM shopify_call WHERE sequence = $1) AS calls,
       (SELECT count(*)::int FROM shopify_call WHERE sequence = $1 AND state = 'REFUSED') AS refused,
       (SELECT count(*)::int FROM applied_row WHERE sequence = $1 AND outcome = 'OWED') AS owed,
       (SELECT count(*)::int FROM applied_row WHERE sequence = $1) AS settled`,
    [sequence],
  );
  const { calls = 0, refused = 0, owed = 0, settled = 0 } = found ?? {};
  const isRight = settled === ROWS_PER_CALL;
  return { ...scenario, seconds, reads: counted.reads(), calls, refused, owed, attempts, isRight };
}

function countReads(api: AdminApi): { readonly api: AdminApi; readonly reads: () => number } {
  let reads = 0;
  const readItemsToWrite: AdminApi['readItemsToWrite'] = (ids) => {
    reads += 1;
    return api.readItemsToWrite(ids);
  };
  return { api: { ...api, readItemsToWrite }, reads: () => reads };
}

/** A file with one chunk: each row another quantity than the file before. */
async function addFile(database: Database, sequence: number): Promise<void> {
  await database.query(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       snapshot, effective_at, row_count)
     SELECT shop_id, $2, 'recent-changes', 'APPLYING', $3, facility_group_id, location_id, pg_current_snapshot(),
       now(), $4
     FROM shop WHERE shop_id = $1`,
    [SHOP_ID, sequence, `bench ${sequence}`, ROWS_PER_CALL],
  );
  await database.query(
    `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity)
     SELECT $1, $2, row_number() OVER (ORDER BY product_id) - 1, product_id, product_id, inventory_item_id, $3
     FROM shop_product WHERE shop_id = $1`,
    [SHOP_ID, sequence, UNITS + 1_000 * sequence],
  );
}

/** Sells one unit at a time, at random moments, until the signal. A sale that takes long does not delay the next. */
async function sell(
  shopify: StackAddresses['shopify'],
  { salesPerSecond, spread }: Scenario,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  if (salesPerSecond === 0) return;
  const fraction = () => (random.below(1_000_000) + 1) / 1_000_001;
  const sales: Promise<unknown>[] = [];
  for (let at = performance.now(); !signal.aborted;) {
    at += (-Math.log(fraction()) * 1000) / salesPerSecond;
    await pause(Math.max(0, at - performance.now()));
    const sku = SKUS[spread === 'Zipf' ? zipfBelow(SKUS.length, fraction()) : random.below(SKUS.length)];
    sales.push(
      controlTwin(shopify, 'POST', `/shops/${shopify.domain}/orders`, { lines: [{ sku, quantity: 1 }] }),
    );
  }
  await Promise.all(sales);
}

/** The n-th of the numbers is drawn 1/n times as often as the first. */
function zipfBelow(limit: number, fraction: number): number {
  const weights = Array.from({ length: limit }, (_, index) => 1 / (index + 1));
  let left = fraction * weights.reduce((sum, weight) => sum + weight, 0);
  const drawn = weights.findIndex((weight) => (left -= weight) <= 0);
  return drawn < 0 ? limit - 1 : drawn;
}

function report(figures: readonly Figures[], latencyMs: number): boolean {
  const table = new Table({
    head: ['sales/s', 'spread', 'seconds', 'reads', 'calls', 'refused', 'owed', 'attempts'],
    colAligns: ['right', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of figures) {
    const { salesPerSecond, spread, seconds, reads, calls, refused, owed, attempts } = row;
    table.push([salesPerSecond, spread, seconds.toFixed(1), reads, calls, refused, owed, attempts]);
  }
  process.stdout.write(
    `One chunk of ${ROWS_PER_CALL} rows, ${latencyMs} ms a call\n\n${table.toString()}\n\n`,
  );
  const isRight = figures.every((row) => row.isRight);
  process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: every row was applied or is owed\n`);
  return isRight;
}
