/**
 * Two shops of one installation. How long a small delta of one of them takes from its start to Shopify, by itself and while the other
 * brings a Hard Sync of all its products there, with one worker, two and four; or while `--shops 100` others do so, all at the same
 * moment. The two are in turn, in rounds: the deltas of a round that fall into the Hard Sync, and as many right before it. The work was
 * done right when in the end all shops show what the database promises.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { VerifyResult } from '../../src/domain/jobs/verify.ts';
import { addFacility } from '../../src/postgres/master-data/facilities.ts';
import { addGroupMember, DEFAULT_FACILITY_GROUP_ID } from '../../src/postgres/master-data/facility-groups.ts';
import { stackEnvironment } from '../../src/stand-ins/stack-files.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { addBenchShop, addMappedProducts, setPlan, type BenchShop } from './bench-shop.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';
import { spreadOf } from './spread.ts';
import { WorkerUnderTest } from './worker-under-test.ts';

const FACILITY = 'NEW_YORK';
/** So often it is looked whether a delta has arrived. */
const LOOK_EVERY_MS = 20;
/** Deltas of a round before the Hard Sync. */
const ALONE = 3;

interface Scene extends OwnStack {
  readonly large: readonly BenchShop[];
  readonly quick: BenchShop;
  /** Products of each large shop. */
  readonly products: number;
}

/** Products of the other one, and how many of them a delta has. */
const QUICK_PRODUCTS = 1_000;
const QUICK_CHANGED = 50;
/** Of each product, in the beginning. */
const UNITS = 100;

interface Round {
  readonly workers: number;
  readonly aloneMs: readonly number[];
  readonly besideMs: readonly number[];
  /** Of all Hard Syncs, from their start to the last row on Shopify. */
  readonly hardSyncSeconds: number;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      shops: { type: 'string' },
      workers: { type: 'string' },
      rounds: { type: 'string' },
      rate: { type: 'string', default: '100' },
      latency: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const products = Number(values.products ?? (values.small ? 250 : 20_000));
  const rounds = Number(values.rounds ?? (values.small ? 1 : 5));
  const latencyMs = Number(values.latency ?? (values.small ? 50 : 300));
  const rate = Number(values.rate);
  const shops = Number(values.shops ?? (values.small ? 2 : 1));
  const domains = Array.from({ length: shops }, (_, index) => `large-${index}.myshopify.com`);
  const workerCounts = (values.workers ?? (values.small ? '2' : '1,2,4')).split(',').map(Number);
  return onOwnStack(
    async (stack) => {
      const { shopify } = stack.addresses;
      const scene: Scene = {
        ...{ ...stack, products },
        large: domains.map((domain, index) => ({
          ...{ shopId: `large-${index}`, prefix: `LARGE-${index}` },
          twin: { ...shopify, domain, adminUrl: shopify.adminUrl.replace(shopify.domain, domain) },
        })),
        quick: { shopId: 'quick', prefix: 'QUICK', twin: shopify },
      };
      const workers = new Workers(stack);
      try {
        await workers.startUpTo(1);
        await prepare(scene);
        for (const { twin } of [...scene.large, scene.quick]) await setPlan(twin, { rate, latencyMs });
        const done: Round[] = [];
        for (const count of workerCounts) {
          await workers.startUpTo(count);
          for (let round = 0; round < rounds; round += 1) done.push(await measureRound(scene, count));
        }
        report(done, { shops, products, rate, latencyMs });
        return await judge(scene);
      } finally {
        await workers.killAll();
      }
    },
    { durable: true, otherShops: domains },
  );
}

class Workers {
  readonly #stack: OwnStack;
  readonly #started: WorkerUnderTest[] = [];

  constructor(stack: OwnStack) {
    this.#stack = stack;
  }

  async startUpTo(count: number): Promise<void> {
    while (this.#started.length < count) {
      // The port of the metrics is one for the whole machine.
      const environment = { ...stackEnvironment(this.#stack.addresses), ATP_METRICS_ADDRESS: 'off' };
      const worker = new WorkerUnderTest(environment);
      this.#started.push(worker);
      await worker.start();
    }
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#started.map((worker) => worker.kill()));
  }
}

/** All shops have had their first Hard Sync, and Shopify showed what it says. */
async function prepare(scene: Scene): Promise<void> {
  const { database } = scene;
  await addFacility(database, {
    ...{ facilityId: FACILITY, facilityName: FACILITY },
    facilityTypeId: 'RETAIL_STORE',
  });
  await addGroupMember(database, {
    facilityGroupId: DEFAULT_FACILITY_GROUP_ID,
    facilityId: FACILITY,
    fromDate: new Date('2020-01-01T00:00:00Z'),
  });
  for (const shop of [...scene.large, scene.quick]) {
    await addBenchShop(database, shop.twin, shop.shopId);
    const products = productsOf(scene, shop);
    await addMappedProducts(database, shop.twin, products, () => UNITS, shop);
    await count(scene, shop, products, UNITS);
  }
  await database.query('ANALYZE');
  for (const { shopId, twin } of [...scene.large, scene.quick]) {
    await setPlan(twin, { rate: 2_000, latencyMs: 0 });
    const { result } = await runJob(scene.temporal, { job: 'hard-sync', shopId }, { wait: true });
    const { plan } = result as { readonly plan?: number | null };
    if (typeof plan !== 'number') throw new Error('The first Hard Sync of a shop is held.');
    await decideLane(scene.temporal, shopId, { decision: 'approve', plan, by: 'bench', reason: 'bench' });
    await runJob(scene.temporal, { job: 'process-uploads', shopId }, { wait: true });
  }
}

function productsOf({ quick, products }: Scene, shop: BenchShop): number {
  return shop === quick ? QUICK_PRODUCTS : products;
}

/** So many units more of the first so many products of the shop. */
async function count(
  { database }: OwnStack,
  { prefix }: BenchShop,
  products: number,
  units: number,
): Promise<void> {
  await database.session((session) =>
    session.query(
      `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT $1 || '-' || n, $2, $4, 0, 'VAR_MANUAL', 'bench' FROM generate_series(0, $3::int - 1) AS n`,
      [prefix, FACILITY, products, units],
    ),
  );
}

async function measureRound(scene: Scene, workers: number): Promise<Round> {
  const aloneMs: number[] = [];
  for (let delta = 0; delta < ALONE; delta += 1) aloneMs.push(await bringDelta(scene));
  const besideMs: number[] = [];
  const begun = performance.now();
  let hardSyncSeconds: number | null = null;
  const hardSync = bringHardSyncs(scene).finally(() => {
    hardSyncSeconds = (performance.now() - begun) / 1000;
  });
  // Where a delta fails first, that is what is told.
  hardSync.catch(() => undefined);
  while (hardSyncSeconds === null) {
    const tookMs = await bringDelta(scene);
    // The last one was alone for a part of its way.
    if (hardSyncSeconds === null || besideMs.length === 0) besideMs.push(tookMs);
  }
  await hardSync;
  return { workers, aloneMs, besideMs, hardSyncSeconds };
}

/** Every product of the large shops has another quantity. */
async function bringHardSyncs(scene: Scene): Promise<void> {
  const { temporal, large, products } = scene;
  for (const shop of large) await count(scene, shop, products, 1);
  await Promise.all(
    large.map(async ({ shopId }) => {
      await runJob(temporal, { job: 'hard-sync', shopId }, { wait: true });
      await runJob(temporal, { job: 'process-uploads', shopId }, { wait: true });
    }),
  );
}

/** In milliseconds, from the start of the delta until its file is on Shopify. */
async function bringDelta(scene: Scene): Promise<number> {
  const { database, temporal, quick } = scene;
  await count(scene, quick, QUICK_CHANGED, 1);
  const begun = performance.now();
  await runJob(temporal, { job: 'recent-changes', shopId: quick.shopId }, { wait: true });
  for (;;) {
    const open = await database.query(
      'SELECT FROM upload_file WHERE shop_id = $1 AND closed_at IS NULL LIMIT 1',
      [quick.shopId],
    );
    if (open.length === 0) return performance.now() - begun;
    await delay(LOOK_EVERY_MS);
  }
}

function report(
  rounds: readonly Round[],
  size: {
    readonly shops: number;
    readonly products: number;
    readonly rate: number;
    readonly latencyMs: number;
  },
): void {
  const { shops, products, rate, latencyMs } = size;
  const table = new Table({
    head: [
      'workers',
      'alone ms',
      'beside ms',
      'its max',
      '×: min',
      'median',
      'max',
      'deltas beside',
      'Hard Sync s',
      'rows/s',
    ],
    colAligns: Array<'right'>(10).fill('right'),
    style: { head: [], border: [], compact: true },
  });
  for (const [workers, done = []] of Map.groupBy(rounds, (round) => round.workers)) {
    const times = spreadOf(
      done.map(({ aloneMs, besideMs }) => spreadOf(besideMs).median / spreadOf(aloneMs).median),
    );
    const beside = spreadOf(done.flatMap(({ besideMs }) => besideMs));
    const seconds = spreadOf(done.map(({ hardSyncSeconds }) => hardSyncSeconds)).median;
    table.push([
      workers,
      spreadOf(done.flatMap(({ aloneMs }) => aloneMs)).median.toFixed(0),
      beside.median.toFixed(0),
      beside.max.toFixed(0),
      ...[times.min, times.median, times.max].map((value) => value.toFixed(2)),
      done.reduce((sum, { besideMs }) => sum + besideMs.length, 0),
      seconds.toFixed(1),
      ((shops * products) / seconds).toFixed(0),
    ]);
  }
  process.stdout.write(
    `A delta of ${QUICK_CHANGED} products, beside ${shops === 1 ? 'a Hard Sync' : `${shops} Hard Syncs`} of ${products}; ${rate} points a second for each shop, ${latencyMs} ms a call\n\n${table.toString()}\n\n`,
  );
}

async function judge(scene: Scene): Promise<boolean> {
  const { temporal, large, quick } = scene;
  let isRight = true;
  for (const shop of [...large, quick]) {
    const { shopId, twin } = shop;
    await setPlan(twin, { rate: 2_000, latencyMs: 0 });
    const { result } = await runJob(temporal, { job: 'verify', shopId }, { wait: true });
    const { checked, differentCount } = result as VerifyResult;
    isRight = isRight && checked === productsOf(scene, shop) && differentCount === 0;
  }
  process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: all shops show what the database promises\n`);
  return isRight;
}
