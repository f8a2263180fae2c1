/**
 * How long Verify takes for a whole catalogue, beside the least that the shop's plan allows: the points of its calls at the
 * plan's rate, from a bucket that is nearly empty. The work was done right when every product was compared, and each difference found.
 *
 * On a large plan the points of 100,000 products are there in a second or two, and half of what is measured is the start of the job and
 * the time of one call. `--products 1000000 --plans 1000,2000` shows the pace.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { VerifyResult } from '../../src/domain/jobs/verify.ts';
import type { Database } from '../../src/postgres/database.ts';
import type { StackAddresses } from '../../src/stand-ins/stack.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import {
  addBenchShop,
  addMappedProducts,
  controlTwin,
  PLAN_RATES,
  SHOP_ID,
  type AskedOfTwin,
} from './bench-shop.ts';
import { emptyBucket, readPointsLeft } from './nearly-empty-bucket.ts';
import { onOwnStack } from './own-stack.ts';
import type { WorkerUnderTest } from './worker-under-test.ts';

/** So many products apart, Shopify shows a unit that is not promised. */
const DIFFERENT_EVERY = 1_000;

interface Measured {
  readonly rate: number;
  readonly seconds: number;
  readonly calls: number;
  readonly throttled: number;
  readonly points: number;
  readonly floorSeconds: number;
  readonly peakBytes: number;
  readonly isRight: boolean;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      latency: { type: 'string' },
      plans: { type: 'string', default: PLAN_RATES.join(',') },
      small: { type: 'boolean', default: false },
    },
  });
  const products = Number(values.products ?? (values.small ? 1_000 : 100_000));
  const latencyMs = Number(values.latency ?? (values.small ? 50 : 300));
  const plans = values.plans.split(',').map(Number);
  return onOwnStack(
    async ({ addresses, database, temporal, worker }) => {
      await prepare(database, addresses.shopify, products);
      await worker.start();
      const measured: Measured[] = [];
      for (const rate of values.small ? plans.slice(-1) : plans) {
        const forgets = !values.small;
        await emptyBucket(temporal, addresses.shopify, { rate, latencyMs, forgets });
        measured.push(await measure({ temporal, worker, shopify: addresses.shopify, products, rate }));
      }
      return report(measured, { products, latencyMs });
    },
    { durable: true },
  );
}

async function prepare(
  database: Database,
  shopify: StackAddresses['shopify'],
  products: number,
): Promise<void> {
  await addBenchShop(database, shopify);
  await addMappedProducts(database, shopify, products, (index) => (index % DIFFERENT_EVERY === 0 ? 1 : 0));
  await database.query('ANALYZE');
}

async function measure({
  temporal,
  worker,
  shopify,
  products,
  rate,
}: {
  readonly temporal: TemporalClient;
  readonly worker: WorkerUnderTest;
  readonly shopify: StackAddresses['shopify'];
  readonly products: number;
  readonly rate: number;
}): Promise<Measured> {
  await controlTwin(shopify, 'DELETE', '/requests');
  worker.forgetPeak();
  const pointsLeft = await readPointsLeft(shopify);
  const begun = performance.now();
  const { result } = await runJob(temporal, { job: 'verify', shopId: SHOP_ID }, { wait: true });
  const seconds = (performance.now() - begun) / 1000;
  const requests = await controlTwin<readonly AskedOfTwin[]>(shopify, 'GET', '/requests');
  const { checked, differentCount } = result as VerifyResult;
  const points = requests.reduce((sum, { cost }) => sum + (cost?.actual ?? 0), 0);
  return {
    ...{ rate, seconds, points, calls: requests.length, floorSeconds: (points - pointsLeft) / rate },
    throttled: requests.filter(({ errors }) => errors.includes('THROTTLED')).length,
    peakBytes: worker.peakMemoryBytes,
    isRight: checked === products && differentCount === Math.ceil(products / DIFFERENT_EVERY),
  };
}

function report(
  measured: readonly Measured[],
  { products, latencyMs }: { readonly products: number; readonly latencyMs: number },
): boolean {
  const table = new Table({
    head: ['points/s', 'seconds', 'floor', '×', 'calls', 'points', 'throttled', 'worker MiB'],
    colAligns: Array.from({ length: 8 }, () => 'right' as const),
    style: { head: [], border: [], compact: true },
  });
  for (const { rate, seconds, calls, points, throttled, peakBytes, floorSeconds: floor } of measured) {
    const figures = [rate, seconds.toFixed(1), floor.toFixed(1), (seconds / floor).toFixed(2)];
    table.push([...figures, calls, points, throttled, Math.round(peakBytes / 2 ** 20)]);
  }
  process.stdout.write(`${products} products, ${latencyMs} ms a call\n\n${table.toString()}\n\n`);
  const isRight = measured.every((each) => each.isRight);
  process.stdout.write(
    `${isRight ? 'ok' : 'WRONG'}: every product was compared, and each difference found\n`,
  );
  return isRight;
}
