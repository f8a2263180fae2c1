/**
 * How long a Hard Sync takes from its start to a file that is READY on SFTP, beside its floor in the same rounds: COPY of the same query
 * to a file, and an upload of that file by our own client. Nothing changes between two of them, so the rounds also tell what a Hard
 * Sync writes that has nothing new to say. The work was done right when the file on SFTP has the query's rows, and no others.
 *
 * The lane is paused, and what it would do is recorded after each file: every row was found equal on Shopify.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { Database } from '../../src/postgres/database.ts';
import { pauseLane } from '../../src/postgres/lane/lane-pause.ts';
import { decideLane } from '../../src/temporal/lane-decisions.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { watchBackends } from './backend-memory.ts';
import { addBenchShop, SHOP_ID } from './bench-shop.ts';
import { addCatalogue } from './catalogue.ts';
import { findReady, isFileRight, makeFloor } from './hard-sync-floor.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';
import { spreadOf } from './spread.ts';
import { readWalPosition } from './wal.ts';

const LOOK_EVERY_MS = 100;
const WHO = { by: 'bench', reason: 'bench' };

interface Size {
  readonly products: number;
  readonly facilities: number;
}

/** Of one round. */
interface Took {
  readonly seconds: number;
  /** Of the processors, for the backend and its client: by these a machine that others use as well tells something, too. */
  readonly cpuSeconds: number;
  readonly backendBytes: number;
}

interface Round {
  readonly floor: Took;
  readonly product: Took;
  readonly workerBytes: number;
  readonly walBytes: number;
  readonly isRight: boolean;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string', default: '1000000' },
      facilities: { type: 'string', default: '5' },
      pairs: { type: 'string', default: '5' },
      small: { type: 'boolean', default: false },
    },
  });
  const size = values.small
    ? { products: 2_000, facilities: 3 }
    : { products: Number(values.products), facilities: Number(values.facilities) };
  return onOwnStack(
    async (stack) => {
      await prepare(stack, size);
      const rounds: Round[] = [];
      for (let pair = 0; pair < (values.small ? 2 : Number(values.pairs)); pair += 1)
        rounds.push(await measureRound(stack, size));
      return report(rounds, size);
    },
    { durable: true },
  );
}

/** The shop's first Hard Sync is approved and applied. */
async function prepare(stack: OwnStack, size: Size): Promise<void> {
  const { database, addresses, temporal, worker } = stack;
  await addBenchShop(database, addresses.shopify);
  await pauseLane(database, SHOP_ID, WHO);
  await database.session(async (session) => {
    await addCatalogue(session, size);
    // One product of ten has a threshold of its own, one of twenty is in an open order that has no facility yet.
    await session.query('SET session_replication_role = replica');
    await session.query(
      `INSERT INTO product_facility_group (product_id, facility_group_id, threshold)
       SELECT product_id, 'FAC_GRP', 3 FROM product WHERE right(product_id, 1) = '0'`,
    );
    await session.query(
      `INSERT INTO order_item (order_id, order_item_seq_id, product_id, quantity, status_id, order_date)
       SELECT product_id, '1', product_id, 2, 'ITEM_CREATED', now() FROM product
       WHERE right(product_id, 2) IN ('05', '25', '45', '65', '85')`,
    );
    await session.query(
      `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
       SELECT $1, product_id, 'gid://shopify/InventoryItem/5' || right(product_id, 8), right(product_id, 8) FROM product`,
      [SHOP_ID],
    );
    await session.query('SET session_replication_role = origin');
    await session.query('VACUUM ANALYZE');
  });
  await worker.start();
  const { result } = await runJob(temporal, { job: 'hard-sync', shopId: SHOP_ID }, { wait: true });
  const { plan } = result as { readonly plan?: number | null };
  if (typeof plan !== 'number') throw new Error('The first Hard Sync of a shop is held.');
  await decideLane(temporal, SHOP_ID, { decision: 'approve', plan, ...WHO });
  while ((await findReady(database)) === null) await pause(LOOK_EVERY_MS);
  await recordApplied(database);
}

/** As the lane leaves a file of which every row is on Shopify already. */
async function recordApplied(database: Database): Promise<void> {
  await database.session(async (session) => {
    await session.query(
      `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, observed, inventory_item_id, last_known,
         pushed_sequence, imported_units)
       SELECT row.shop_id, product_id, row.sequence, 'UNCHANGED', row.quantity, row.quantity, inventory_item_id, row.quantity, row.sequence,
         imported_units
       FROM upload_file CROSS JOIN LATERAL upload_file_rows(shop_id, sequence) AS row WHERE state = 'READY'
       ORDER BY product_id
       ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence, pushed_sequence = excluded.sequence`,
    );
    await session.query(
      `UPDATE upload_file SET state = 'APPLYING', started_at = now() WHERE state = 'READY'`,
    );
    await session.query(
      `UPDATE upload_file SET state = 'APPLIED', closed_at = now(), unchanged_count = row_count WHERE state = 'APPLYING'`,
    );
    await session.query('VACUUM ANALYZE');
    await session.query('CHECKPOINT');
  });
}

async function measureRound(stack: OwnStack, size: Size): Promise<Round> {
  const { database, temporal, worker } = stack;
  const floor = await measure(database, ownCpuSeconds, () => makeFloor(stack));
  worker.forgetPeak();
  const before = await readWalPosition(database);
  const product = await measure(
    database,
    () => worker.cpuSeconds,
    () => runJob(temporal, { job: 'hard-sync', shopId: SHOP_ID }, { wait: true }),
  );
  const walBytes = (await readWalPosition(database)) - before;
  const workerBytes = worker.peakMemoryBytes;
  const isRight = await isFileRight(stack, size.products);
  await recordApplied(database);
  process.stdout.write(
    `  ${product.seconds.toFixed(1)} s, floor ${floor.seconds.toFixed(1)} s; CPU ${product.cpuSeconds.toFixed(1)} s, floor ${floor.cpuSeconds.toFixed(1)} s\n`,
  );
  return { floor, product, workerBytes, walBytes, isRight };
}

async function measure(
  database: Database,
  clientSeconds: () => number,
  work: () => Promise<unknown>,
): Promise<Took> {
  const working = new AbortController();
  const backends = watchBackends(database, working.signal);
  const clientBefore = clientSeconds();
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const cpuOfClient = clientSeconds() - clientBefore;
  working.abort();
  const { ownBytes, cpuSeconds } = await backends;
  return { seconds, cpuSeconds: cpuSeconds + cpuOfClient, backendBytes: ownBytes };
}

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

function report(rounds: readonly Round[], { products, facilities }: Size): boolean {
  const table = new Table({
    head: ['', 'min', 'median', 'max'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const add = (what: string, digits: number, valueOf: (round: Round) => number) => {
    const { min, median, max } = spreadOf(rounds.map(valueOf));
    table.push([what, min.toFixed(digits), median.toFixed(digits), max.toFixed(digits)]);
  };
  add('Hard Sync s', 1, ({ product }) => product.seconds);
  add('floor s', 1, ({ floor }) => floor.seconds);
  add('×', 2, ({ product, floor }) => product.seconds / floor.seconds);
  add('Hard Sync CPU s', 1, ({ product }) => product.cpuSeconds);
  add('floor CPU s', 1, ({ floor }) => floor.cpuSeconds);
  add('× of CPU', 2, ({ product, floor }) => product.cpuSeconds / floor.cpuSeconds);
  add('write-ahead log, bytes a row', 0, ({ walBytes }) => walBytes / products);
  add('backend MiB', 0, ({ product }) => product.backendBytes / 2 ** 20);
  add('floor’s backend MiB', 0, ({ floor }) => floor.backendBytes / 2 ** 20);
  add('worker MiB', 0, ({ workerBytes }) => workerBytes / 2 ** 20);
  process.stdout.write(
    `\n${products} products at ${facilities} facilities, nothing changes\n\n${table.toString()}\n\n`,
  );
  const isRight = rounds.every((round) => round.isRight);
  process.stdout.write(`${isRight ? 'ok' : 'WRONG'}: each file on SFTP has the query's rows\n`);
  return isRight;
}
