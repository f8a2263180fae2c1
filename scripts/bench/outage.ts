/**
 * An hour without Shopify, in less time: products of a live shop change all the while, and the schedule makes deltas beside the live run.
 * How long the backlog takes to Shopify after that, beside the least that the shop's plan allows for the products that have changed,
 * each read and written once. A product changes several times, and only its last value is wanted. The work was done right when
 * Shopify shows what the database promises.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { VerifyResult } from '../../src/domain/jobs/verify.ts';
import { LIVE_AT_LEAST_EVERY_DEFAULT_MS, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { listOldestChanges } from '../../src/postgres/age/oldest-changes.ts';
import { addFacility } from '../../src/postgres/master-data/facilities.ts';
import { addGroupMember, DEFAULT_FACILITY_GROUP_ID } from '../../src/postgres/master-data/facility-groups.ts';
import { endLive, setLive } from '../../src/postgres/producing/live-shops.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { ensureLiveRun } from '../../src/temporal/live-run.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import {
  addBenchShop,
  addMappedProducts,
  controlTwin,
  setPlan,
  SHOP_ID,
  type AskedOfTwin,
} from './bench-shop.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';

const FACILITY = 'NEW_YORK';
/** More than are ever sold. */
const UNITS = 100_000;
/** Products change in batches, so often. */
const CHANGES_EVERY_MS = 250;
/** So often it is looked whether all has arrived. */
const LOOK_EVERY_MS = 100;
/** Deltas that the schedule makes in the hour, and seconds that it has. */
const SCHEDULED = 4;
const SECONDS_AWAY = 3_600;
/** More requests than a worker makes in the time. */
const FAULTS = 100_000;
/** The one mutation of a lane that writes quantities. */
const WRITE = 'SetOnlineAtp';

interface Size {
  readonly products: number;
  /** How often each product changes. */
  readonly times: number;
  readonly seconds: number;
  readonly rate: number;
  readonly latencyMs: number;
}

interface Asked extends AskedOfTwin {
  readonly at: string;
  readonly fault: string | null;
  readonly applied: readonly unknown[];
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      times: { type: 'string', default: '3' },
      seconds: { type: 'string' },
      rate: { type: 'string' },
      latency: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const size = {
    products: Number(values.products ?? (values.small ? 500 : 100_000)),
    times: Number(values.times),
    seconds: Number(values.seconds ?? (values.small ? 1 : 60)),
    rate: Number(values.rate ?? (values.small ? 1_000 : 100)),
    latencyMs: Number(values.latency ?? (values.small ? 50 : 300)),
  };
  return onOwnStack(
    async (stack) => {
      await prepare(stack, size);
      const { shopify } = stack.addresses;
      await controlTwin(shopify, 'POST', '/faults', { kind: 'http-500-before', times: FAULTS });
      await changeFirst(stack, size);
      await changeAll(stack, size);
      await controlTwin(shopify, 'DELETE', '/faults');
      await controlTwin(shopify, 'DELETE', '/requests');
      await setPlan(shopify, size);
      const isBack = Date.now();
      const { files } = await countFiles(stack.database);
      await untilAllHasArrived(stack.database);
      const seconds = (Date.now() - isBack) / 1000;
      const requests = await controlTwin<readonly Asked[]>(shopify, 'GET', '/requests');
      await endLive(stack.database, SHOP_ID);
      report({ seconds, isBack, requests, files }, size);
      return judge(stack, size);
    },
    { durable: true },
  );
}

/** The shop has had its first Hard Sync, and is live. */
async function prepare(
  { database, addresses, temporal, worker }: OwnStack,
  { products }: Size,
): Promise<void> {
  await addBenchShop(database, addresses.shopify);
  await addFacility(database, {
    ...{ facilityId: FACILITY, facilityName: FACILITY },
    facilityTypeId: 'RETAIL_STORE',
  });
  await addGroupMember(database, {
    facilityGroupId: DEFAULT_FACILITY_GROUP_ID,
    facilityId: FACILITY,
    fromDate: new Date('2020-01-01T00:00:00Z'),
  });
  await addMappedProducts(database, addresses.shopify, products, () => UNITS);
  await post(database, { from: 0, products, units: UNITS });
  await database.query('ANALYZE');
  await worker.start();
  const { result } = await runJob(temporal, { job: 'hard-sync', shopId: SHOP_ID }, { wait: true });
  const { plan } = result as { readonly plan?: number | null };
  if (typeof plan !== 'number') throw new Error('The first Hard Sync of a shop is held.');
  await decideLane(temporal, SHOP_ID, { decision: 'approve', plan, by: 'bench', reason: 'bench' });
  await runJob(temporal, { job: 'process-uploads', shopId: SHOP_ID }, { wait: true });
  await setLive(database, SHOP_ID, { atLeastEveryMs: LIVE_AT_LEAST_EVERY_DEFAULT_MS, isPaused: false });
  await ensureLiveRun(temporal, SHOP_ID);
  // A worker looks seldom while no shop is live, and the first file of the outage would be a large one.
  await post(database, { from: 0, products: 1, units: 1 });
  await untilAllHasArrived(database);
}

/** Of so many products from the number `from` on. */
async function post(
  database: OwnStack['database'],
  { from, products, units }: { readonly from: number; readonly products: number; readonly units: number },
): Promise<void> {
  await database.session((session) =>
    session.query(
      `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT 'SKU-' || n, $1, $4, 0, 'VAR_MANUAL', 'bench' FROM generate_series($2::int, $2::int + $3::int - 1) AS n`,
      [FACILITY, from, products, units],
    ),
  );
}

/** What changes within a second of the hour. A live shop makes a file of it, which is the first one that cannot be applied. */
async function changeFirst({ database }: OwnStack, { products, times }: Size): Promise<void> {
  const count = Math.ceil((products * times) / SECONDS_AWAY);
  await post(database, { from: 0, products: count, units: 1 });
  while ((await countFiles(database)).begun === 0) await delay(LOOK_EVERY_MS);
}

/** Of those that the lane is not done with. */
async function countFiles(
  database: OwnStack['database'],
): Promise<{ readonly files: number; readonly begun: number }> {
  const [found] = await database.query<{ files: number; begun: number }>(
    'SELECT count(*)::int AS files, count(started_at)::int AS begun FROM upload_file WHERE closed_at IS NULL',
  );
  return found ?? { files: 0, begun: 0 };
}

/** All products one after the other, as often as they change, over the time that Shopify is away. */
async function changeAll(
  { database, temporal }: OwnStack,
  { products, times, seconds }: Size,
): Promise<void> {
  const batches = Math.ceil((seconds * 1000) / CHANGES_EVERY_MS);
  const total = products * times;
  const begun = performance.now();
  let done = 0;
  for (let batch = 1; batch <= batches; batch += 1) {
    const until = Math.round((total * batch) / batches);
    while (done < until) {
      const from = done % products;
      const count = Math.min(until - done, products - from);
      await post(database, { from, products: count, units: 1 });
      done += count;
    }
    if (scheduledBy(batch / batches) > scheduledBy((batch - 1) / batches))
      await runJob(temporal, { job: 'recent-changes', shopId: SHOP_ID }, { wait: true });
    await delay(Math.max(0, begun + batch * CHANGES_EVERY_MS - performance.now()));
  }
}

/** How many deltas the schedule has made by then; what changes after the last one, none has. */
function scheduledBy(part: number): number {
  return Math.floor(part * SCHEDULED + 0.5);
}

async function untilAllHasArrived(database: OwnStack['database']): Promise<void> {
  for (;;) {
    const shops = await listOldestChanges(database);
    if (shops.every(({ onItsWay }) => onItsWay === null)) return;
    await delay(LOOK_EVERY_MS);
  }
}

function report(
  measured: {
    readonly seconds: number;
    readonly isBack: number;
    readonly requests: readonly Asked[];
    /** That wait when Shopify is back. */
    readonly files: number;
  },
  { products, times, seconds: away, rate, latencyMs }: Size,
): void {
  const { seconds, isBack, requests, files } = measured;
  const answered = requests.filter(({ fault, errors }) => fault === null && errors.length === 0);
  const until = ((Date.parse(answered[0]?.at ?? '') || NaN) - isBack) / 1000;
  const writes = answered.filter(({ operation }) => operation === WRITE);
  const reads = answered.filter(({ operation }) => operation !== WRITE);
  const calls = Math.ceil(products / ROWS_PER_CALL);
  const floor = (calls * (dearest(reads) + dearest(writes))) / rate;
  const written = writes.reduce((sum, { applied }) => sum + applied.length, 0);
  const throttled = requests.filter(({ errors }) => errors.includes('THROTTLED')).length;
  const table = new Table({ style: { head: [], border: [], compact: true } });
  table.push(
    ['files that wait by then', files],
    ['seconds until the first call is answered', until.toFixed(1)],
    ['seconds from there until all has arrived', (seconds - until).toFixed(1)],
    ['floor, seconds', floor.toFixed(2)],
    ['× the floor', ((seconds - until) / floor).toFixed(2)],
    ['× the floor, from the end of the outage', (seconds / floor).toFixed(2)],
    ['writes of a product', (written / products).toFixed(2)],
    ['calls throttled', `${throttled} of ${requests.length}`],
  );
  process.stdout.write(
    `${products} products change ${times} times in ${away} s without Shopify; ${rate} points a second, ${latencyMs} ms a call\n\n${table.toString()}\n\n`,
  );
}

/** Points of a call that is full. */
function dearest(requests: readonly AskedOfTwin[]): number {
  return Math.max(0, ...requests.map(({ cost }) => cost?.actual ?? 0));
}

async function judge({ addresses, temporal }: OwnStack, { products }: Size): Promise<boolean> {
  await setPlan(addresses.shopify, { rate: 2_000, latencyMs: 0 });
  const { result } = await runJob(temporal, { job: 'verify', shopId: SHOP_ID }, { wait: true });
  const { checked, differentCount } = result as VerifyResult;
  const isRight = checked === products && differentCount === 0;
  process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: Shopify shows what the database promises\n`);
  return isRight;
}
