/**
 * How soon the lane takes a file that became READY: deltas of one product, one after the other, each next to the least
 * that Temporal needs for a signal and a step. The work was done right when every file was applied.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { createMapShop } from '../../src/operations/map-shop.ts';
import { LEDGER_REASONS } from '../../src/domain/feed.ts';
import type { Database } from '../../src/postgres/database.ts';
import { addFacility } from '../../src/postgres/master-data/facilities.ts';
import { addGroupMember, DEFAULT_FACILITY_GROUP_ID } from '../../src/postgres/master-data/facility-groups.ts';
import { addProduct, setProduct } from '../../src/postgres/master-data/products.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import type { StackAddresses } from '../../src/stand-ins/stack.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { addBenchShop, SHOP_ID } from './bench-shop.ts';
import { onOwnStack } from './own-stack.ts';
import { spreadCells, spreadOf } from './spread.ts';
import { openWakeFloor } from './wake-floor.ts';

const SKU = 'BLUE-SHIRT';
const FACILITY_ID = 'WAREHOUSE';
/** More than there are deltas, because each delta raises the safety stock by one unit. */
const UNITS = 10_000;

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { deltas: { type: 'string' }, small: { type: 'boolean', default: false } },
  });
  const deltas = Number(values.deltas ?? (values.small ? 2 : 20));
  return onOwnStack(
    async ({ addresses, database, temporal, worker }) => {
      await prepare(database, addresses);
      await worker.start();
      await firstHardSync(temporal);
      const floor = await openWakeFloor(temporal);
      const floorMs: number[] = [];
      for (let delta = 1; delta <= deltas; delta += 1) {
        floorMs.push(await floor.measureMs());
        await setProduct(database, SKU, { atFacility: { facilityId: FACILITY_ID, safetyStock: delta } });
        await runJob(temporal, { job: 'recent-changes', shopId: SHOP_ID }, { wait: true });
        await runJob(temporal, { job: 'process-uploads', shopId: SHOP_ID }, { wait: true });
      }
      await floor.close();
      return report({ files: await filesOf(database), deltas, floorMs });
    },
    { durable: true },
  );
}

async function prepare(database: Database, { shopify }: StackAddresses): Promise<void> {
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
  await addProduct(database, { productId: SKU, sku: SKU });
  await database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ($1, $2, $3, 0, $4, 'bench')`,
    [SKU, FACILITY_ID, UNITS, LEDGER_REASONS.reset],
  );
  const response = await fetch(`${shopify.controlUrl}/shops/${shopify.domain}/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ sku: SKU, title: SKU }]),
  });
  if (!response.ok) throw new Error(`The twin answered ${response.status}: ${await response.text()}`);
  await addBenchShop(database, shopify);
  await createMapShop({ database, adminApi: (shop) => openAdminApi(shop) })(SHOP_ID);
}

/** It is held for a person, so this approves it. */
async function firstHardSync(temporal: TemporalClient): Promise<void> {
  const { result } = await runJob(temporal, { job: 'hard-sync', shopId: SHOP_ID }, { wait: true });
  const { plan } = result as { readonly plan: number };
  await decideLane(temporal, SHOP_ID, { decision: 'approve', plan, by: 'bench', reason: 'bench' });
  await runJob(temporal, { job: 'process-uploads', shopId: SHOP_ID }, { wait: true });
}

interface TimedFile {
  readonly state: string;
  /** From READY to the lane's start. */
  readonly waitedMs: number;
}

/** The files of the deltas; the Hard Sync before them has warmed everything up. */
async function filesOf(database: Database): Promise<readonly TimedFile[]> {
  return database.query<TimedFile>(
    `SELECT state, (extract(epoch FROM started_at - ready_at) * 1000)::float8 AS "waitedMs"
     FROM upload_file WHERE kind = 'recent-changes' ORDER BY sequence`,
  );
}

function report(measured: {
  readonly files: readonly TimedFile[];
  readonly deltas: number;
  readonly floorMs: readonly number[];
}): boolean {
  const { files, deltas, floorMs } = measured;
  const waited = spreadOf(files.map((file) => file.waitedMs));
  const floor = spreadOf(floorMs);
  const table = new Table({
    head: ['milliseconds', 'min', 'median', 'max'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  table.push(['READY → the lane starts', ...spreadCells(waited)]);
  table.push(['floor: signal with start → activity', ...spreadCells(floor)]);
  process.stdout.write(`${deltas} deltas, one after the other\n\n${table.toString()}\n\n`);
  process.stdout.write(`Medians: ${(waited.median / floor.median).toFixed(1)} × the floor\n`);
  const isRight = files.length === deltas && files.every(({ state }) => state === 'APPLIED');
  process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: every delta was applied\n`);
  return isRight;
}
