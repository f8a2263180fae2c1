/**
 * How long Process uploads takes for a file with a change of every product, beside the least that the shop's plan allows: the points of
 * its calls at the plan's rate, from an empty bucket. The work was done right when Shopify shows every product's new quantity, and each
 * was written once.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { VerifyResult } from '../../src/domain/jobs/verify.ts';
import type { Database } from '../../src/postgres/database.ts';
import { DEFAULT_FACILITY_GROUP_ID } from '../../src/postgres/master-data/facility-groups.ts';
import { pauseLane, resumeLane } from '../../src/postgres/lane/lane-pause.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import {
  addBenchShop,
  addMappedProducts,
  controlTwin,
  PLAN_RATES,
  setPlan,
  SHOP_ID,
  type AskedOfTwin,
} from './bench-shop.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';

const FACILITY = 'NEW_YORK';
const WHO = { by: 'bench', reason: 'bench' };

interface Measured {
  readonly rate: number;
  readonly seconds: number;
  readonly rows: number;
  readonly calls: number;
  readonly throttled: number;
  readonly points: number;
  readonly isRight: boolean;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      latency: { type: 'string', default: '300' },
      small: { type: 'boolean', default: false },
    },
  });
  const products = Number(values.products ?? (values.small ? 2_000 : 100_000));
  const latencyMs = Number(values.latency);
  return onOwnStack(
    async (stack) => {
      const { database, addresses, worker } = stack;
      await addBenchShop(database, addresses.shopify);
      await addFacility(database);
      await addMappedProducts(database, addresses.shopify, products, () => 0);
      await database.query('ANALYZE');
      await worker.start();
      const measured: Measured[] = [];
      for (const rate of values.small ? PLAN_RATES.slice(-1) : PLAN_RATES)
        measured.push(await measure(stack, { rate, latencyMs, products }));
      return report(measured, { products, latencyMs });
    },
    { durable: true },
  );
}

async function addFacility(database: Database): Promise<void> {
  await database.query(
    `INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ($1, $1, 'RETAIL_STORE')`,
    [FACILITY],
  );
  await database.query(
    `INSERT INTO facility_group_member (facility_group_id, facility_id, from_date) VALUES ($1, $2, '2020-01-01')`,
    [DEFAULT_FACILITY_GROUP_ID, FACILITY],
  );
}

/** The file is made while the lane is paused; what is measured is from then on. */
async function measure(
  { database, addresses: { shopify }, temporal }: OwnStack,
  {
    rate,
    latencyMs,
    products,
  }: { readonly rate: number; readonly latencyMs: number; readonly products: number },
): Promise<Measured> {
  await database.session((session) =>
    session.query(
      `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT product_id, $1, 7, 0, 'VAR_MANUAL', 'bench' FROM product`,
      [FACILITY],
    ),
  );
  // Making the file asks the shop, too, and must not wait for points.
  await setPlan(shopify, { rate: 2_000, latencyMs: 0 });
  await pauseLane(database, SHOP_ID, WHO);
  const made = await runJob(temporal, { job: 'hard-sync', shopId: SHOP_ID }, { wait: true });
  const { plan } = made.result as { readonly plan?: number | null };
  // A shop's first Hard Sync is held for a person.
  if (typeof plan === 'number') await decideLane(temporal, SHOP_ID, { decision: 'approve', plan, ...WHO });
  await setPlan(shopify, { rate, latencyMs });
  await controlTwin(shopify, 'DELETE', '/requests');
  await resumeLane(database, SHOP_ID);
  const begun = performance.now();
  await runJob(temporal, { job: 'process-uploads', shopId: SHOP_ID }, { wait: true });
  const seconds = (performance.now() - begun) / 1000;
  const requests = await controlTwin<readonly AskedOfTwin[]>(shopify, 'GET', '/requests');
  const [file] = await database.query<{ rows: number; applied: number }>(
    `SELECT row_count AS rows, applied_count AS applied FROM upload_file WHERE shop_id = $1 ORDER BY sequence DESC LIMIT 1`,
    [SHOP_ID],
  );
  await setPlan(shopify, { rate: 2_000, latencyMs: 0 });
  const { result } = await runJob(temporal, { job: 'verify', shopId: SHOP_ID }, { wait: true });
  const { checked, differentCount } = result as VerifyResult;
  return {
    ...{ rate, seconds, calls: requests.length, rows: file?.rows ?? 0 },
    throttled: requests.filter(({ errors }) => errors.includes('THROTTLED')).length,
    points: requests.reduce((sum, { cost }) => sum + (cost?.actual ?? 0), 0),
    isRight:
      checked === products && differentCount === 0 && file?.rows === products && file.applied === products,
  };
}

function report(
  measured: readonly Measured[],
  { products, latencyMs }: { readonly products: number; readonly latencyMs: number },
): boolean {
  const table = new Table({
    head: ['points/s', 'seconds', 'floor', '×', 'rows/s', 'calls', 'points', 'throttled'],
    colAligns: Array.from({ length: 8 }, () => 'right' as const),
    style: { head: [], border: [], compact: true },
  });
  for (const { rate, seconds, rows, calls, points, throttled } of measured) {
    const floor = points / rate;
    const figures = [rate, seconds.toFixed(1), floor.toFixed(1), (seconds / floor).toFixed(2)];
    table.push([...figures, Math.round(rows / seconds), calls, points, throttled]);
  }
  process.stdout.write(`${products} products, ${latencyMs} ms a call\n\n${table.toString()}\n\n`);
  const isRight = measured.every((each) => each.isRight);
  process.stdout.write(
    `${isRight ? 'ok' : 'WRONG'}: Shopify shows every product's quantity, and each was written once\n`,
  );
  return isRight;
}
