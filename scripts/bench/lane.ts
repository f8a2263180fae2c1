/**
 * How long Process uploads takes for a file with a change of every product, beside the least that the shop's plan allows: the points of
 * its calls at the plan's rate, from a bucket that is nearly empty. The work was done right when Shopify shows every product's new quantity, and what
 * differed was written once.
 *
 * Then a Hard Sync of whose products only a share differs on Shopify (`--drift`, 1 of 100): nothing was sold or counted, somebody has
 * changed them there. Its floor is to read all of them once, and to write those that differ in calls that are full.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { ROWS_PER_CALL } from '../../src/domain/limits.ts';
import type { Database } from '../../src/postgres/database.ts';
import { DEFAULT_FACILITY_GROUP_ID } from '../../src/postgres/master-data/facility-groups.ts';
import { addBenchShop, addMappedProducts, controlTwin, PLAN_RATES, type AskedOfTwin } from './bench-shop.ts';
import { applyHardSync, type AppliedFile, type LanePlan } from './lane-file.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';

const FACILITY = 'NEW_YORK';
/** Each round promises so many more of every product. */
const UNITS_PER_ROUND = 7;
/** More than is promised: fewer would look like sales, which are kept back. */
const UNITS_TOO_MANY = 3;
/** The one mutation of a lane that writes quantities. */
const WRITE = 'SetOnlineAtp';

interface Applied extends AppliedFile {
  readonly rate: number;
}

interface Drifted extends Applied {
  readonly differing: number;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      latency: { type: 'string' },
      drift: { type: 'string', default: '0.01' },
      plans: { type: 'string', default: PLAN_RATES.join(',') },
      small: { type: 'boolean', default: false },
    },
  });
  const products = Number(values.products ?? (values.small ? 1_000 : 100_000));
  const latencyMs = Number(values.latency ?? (values.small ? 50 : 300));
  const drift = Number(values.drift);
  const plans = values.plans.split(',').map(Number);
  return onOwnStack(
    async (stack) => {
      const { database, addresses, worker } = stack;
      await addBenchShop(database, addresses.shopify);
      await addFacility(database);
      await addMappedProducts(database, addresses.shopify, products, () => 0);
      await database.query('ANALYZE');
      await worker.start();
      const applied: Applied[] = [];
      const drifted: Drifted[] = [];
      for (const rate of values.small ? plans.slice(-1) : plans) {
        const plan = { rate, latencyMs, products, forgets: !values.small };
        const count = () => countAgain(database);
        applied.push({ rate, ...(await applyHardSync(stack, plan, count)) });
        if (drift > 0) drifted.push(await measureDrift(stack, plan, drift));
      }
      reportApplied(applied, { products, latencyMs });
      if (drift > 0) reportDrifted(drifted, products);
      return judge([
        ...applied.map((file) => file.isRight && file.written === products),
        ...drifted.map((file) => file.isRight && file.written === file.differing),
      ]);
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

/** Every product gets more units. */
async function countAgain(database: Database): Promise<void> {
  await database.session((session) =>
    session.query(
      `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT product_id, $1, $2, 0, 'VAR_MANUAL', 'bench' FROM product`,
      [FACILITY, UNITS_PER_ROUND],
    ),
  );
}

async function measureDrift(stack: OwnStack, plan: LanePlan, drift: number): Promise<Drifted> {
  const { database, addresses } = stack;
  const { shopify } = addresses;
  const apart = Math.round(1 / drift);
  const [promised] = await database.query<{ units: number }>(
    'SELECT max(quantity_on_hand) AS units FROM product_facility',
  );
  const levels = Array.from({ length: Math.ceil(plan.products / apart) }, (_, index) => ({
    sku: `SKU-${index * apart}`,
    available: (promised?.units ?? 0) + UNITS_TOO_MANY,
  }));
  const applied = await applyHardSync(stack, plan, () =>
    controlTwin(shopify, 'PATCH', `/shops/${shopify.domain}/levels`, levels),
  );
  return { rate: plan.rate, ...applied, differing: levels.length };
}

function reportApplied(
  applied: readonly Applied[],
  { products, latencyMs }: { readonly products: number; readonly latencyMs: number },
): void {
  const table = tableOf(['points/s', 'seconds', 'floor', '×', 'rows/s', 'calls', 'points', 'throttled']);
  for (const { rate, seconds, rows, requests, points, floorSeconds: floor } of applied) {
    const throttled = requests.filter(({ errors }) => errors.includes('THROTTLED')).length;
    const figures = [rate, seconds.toFixed(1), floor.toFixed(1), (seconds / floor).toFixed(2)];
    table.push([...figures, Math.round(rows / seconds), requests.length, points, throttled]);
  }
  process.stdout.write(`${products} products, ${latencyMs} ms a call\n\n${table.toString()}\n\n`);
}

function reportDrifted(drifted: readonly Drifted[], products: number): void {
  const table = tableOf(['points/s', 'seconds', 'writes', 'floor', '×', 'points', 'floor', '×']);
  for (const { rate, seconds, requests, points, differing } of drifted) {
    const written = requests.filter(isWrite);
    const [writes, reads] = [Math.ceil(differing / ROWS_PER_CALL), Math.ceil(products / ROWS_PER_CALL)];
    const floor =
      reads * dearest(requests.filter((request) => !isWrite(request))) + writes * dearest(written);
    const ofWrites = [written.length, writes, (written.length / writes).toFixed(2)];
    table.push([rate, seconds.toFixed(1), ...ofWrites, points, floor, (points / floor).toFixed(2)]);
  }
  const [{ differing = 0 } = {}] = drifted;
  process.stdout.write(`A Hard Sync of which ${differing} differ on Shopify\n\n${table.toString()}\n\n`);
}

function isWrite({ operation }: AskedOfTwin): boolean {
  return operation === WRITE;
}

/** Points of a call that is full. */
function dearest(requests: readonly AskedOfTwin[]): number {
  return Math.max(0, ...requests.map(({ cost }) => cost?.actual ?? 0));
}

function tableOf(head: readonly string[]) {
  return new Table({
    head: [...head],
    colAligns: head.map(() => 'right' as const),
    style: { head: [], border: [], compact: true },
  });
}

function judge(files: readonly boolean[]): boolean {
  const isRight = files.every(Boolean);
  process.stdout.write(
    `${isRight ? 'ok' : 'WRONG'}: Shopify shows every product's quantity, and what differed was written once\n`,
  );
  return isRight;
}
