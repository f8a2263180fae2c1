/**
 * Large feeds on the embedded stack: a count of many rows, order lines, and settings, each imported by a worker from SFTP, beside the
 * floor in the same rounds. Meanwhile an order posts to levels that are being counted, and the memory of the worker and of its
 * backends is looked at. The work was done right when every level is what the feed says plus what was posted meanwhile, and
 * the sum of its ledger.
 *
 * The floor is what somebody would type who has the same files and only wants the numbers in tables: sftp get, COPY, and set-wise
 * upserts into tables with the same keys, without a check, a reason, a record or a way back (import-floor.ts).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { isCoded } from '../../src/domain/errors.ts';
import type { Database } from '../../src/postgres/database.ts';
import { fileDrop } from '../../src/sftp/file-drop.ts';
import { stackEnvironment } from '../../src/stand-ins/stack-files.ts';
import { runJob } from '../../src/temporal/run-job.ts';
import { createFloor } from './import-floor.ts';
import {
  FACILITIES,
  prepareCatalogue,
  sendCount,
  sendOrders,
  sendSettings,
  type SentFeed,
} from './import-feeds.ts';
import { watchBackends } from './backend-memory.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';
import { WorkerUnderTest } from './worker-under-test.ts';

/** Memory is compared with that of an import of so many rows of its type. */
const FEW_ROWS = 10_000;

const LARGE = { rows: 1_000_000, orders: 200_000, settings: 200_000, runs: 2 };
const SMALL = { rows: 1_000, orders: 1_000, settings: 1_000, runs: 1 };

/** Pauses between postings of the order beside an import. */
const POSTING_EVERY_MS = 20;

interface Figures {
  readonly type: string;
  readonly name: string;
  readonly seconds: number;
  /** Null: only its memory is of interest. */
  readonly floorSeconds: number | null;
  /** Of the processors, for the backend and its client: by these a machine that others use as well tells something, too. */
  readonly cpuSeconds: number;
  readonly floorCpuSeconds: number | null;
  readonly waitsMs: readonly number[];
  readonly workerBytes: number;
  readonly backendBytes: number;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string' },
      orders: { type: 'string' },
      settings: { type: 'string' },
      memory: { type: 'string', default: '0' },
      runs: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const usual = values.small ? SMALL : LARGE;
  const rows = Number(values.rows ?? usual.rows);
  const orders = Number(values.orders ?? usual.orders);
  const settings = Number(values.settings ?? usual.settings);
  const memory = Number(values.memory);
  const runs = Number(values.runs ?? usual.runs);
  return onOwnStack(
    async (stack) => {
      const products = Math.ceil(
        Math.max(rows, settings, memory, values.small ? 0 : FEW_ROWS) / FACILITIES.length,
      );
      await prepareCatalogue(stack.database, products);
      const floor = await createFloor(stack);
      const types = [
        { name: 'count', rows, most: Math.max(rows, memory), send: sendCount },
        { name: 'order lines', rows: orders, most: orders, send: sendOrders },
        { name: 'settings', rows: settings, most: settings, send: sendSettings },
      ].filter(({ most }) => most > 0);
      const figures: Figures[] = [];
      // Of a handful of rows there is nothing to compare, and each measure starts a worker.
      if (!values.small)
        for (const type of types) figures.push(await measure(stack, floor, { ...type, rows: FEW_ROWS }));
      for (let round = 0; round < runs; round += 1)
        for (const type of types) if (type.rows > 0) figures.push(await measure(stack, floor, type));
      if (memory > 0)
        figures.push(await measure(stack, null, { name: 'count', rows: memory, send: sendCount }));
      return report(figures, await areLevelsRight(stack.database));
    },
    { durable: true },
  );
}

async function measure(
  stack: OwnStack,
  floor: ((feed: SentFeed) => Promise<void>) | null,
  {
    name,
    rows,
    send,
  }: {
    readonly name: string;
    readonly rows: number;
    readonly send: (drop: ReturnType<typeof fileDrop>, rows: number) => Promise<SentFeed>;
  },
): Promise<Figures> {
  const { addresses, database, temporal } = stack;
  const sent = await send(fileDrop({ ...addresses.sftp, password: null }), rows);
  const floorTook = floor === null ? null : await measureFloor(database, () => floor(sent));
  const worker = new WorkerUnderTest(stackEnvironment(addresses));
  try {
    await worker.start();
    worker.forgetPeak();
    const posting = new AbortController();
    const waiting = postOrders(database, sent, posting.signal);
    const backends = watchBackends(database, posting.signal);
    const workerCpuBefore = worker.cpuSeconds;
    const seconds = await timed(() => runJob(temporal, { job: 'import' }, { wait: true }));
    const workerCpuSeconds = worker.cpuSeconds - workerCpuBefore;
    posting.abort();
    const waitsMs = await waiting;
    const { ownBytes: backendBytes, cpuSeconds: backendCpuSeconds } = await backends;
    const { seconds: floorSeconds = null, cpuSeconds: floorCpuSeconds = null } = floorTook ?? {};
    const figures = {
      ...{
        type: name,
        name: `${name}, ${rows} rows`,
        seconds,
        floorSeconds,
        floorCpuSeconds,
        waitsMs,
        backendBytes,
      },
      cpuSeconds: backendCpuSeconds + workerCpuSeconds,
      workerBytes: worker.peakMemoryBytes,
    };
    process.stdout.write(
      `  ${figures.name}: ${seconds.toFixed(1)} s, floor ${floorSeconds?.toFixed(1) ?? '-'} s; CPU ${backendCpuSeconds.toFixed(1)} s and ${workerCpuSeconds.toFixed(1)} s of the worker, floor ${floorCpuSeconds?.toFixed(1) ?? '-'} s\n`,
    );
    return figures;
  } finally {
    await worker.kill();
  }
}

async function measureFloor(
  database: Database,
  work: () => Promise<unknown>,
): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
  const working = new AbortController();
  const backends = watchBackends(database, working.signal);
  const before = process.cpuUsage();
  const seconds = await timed(work);
  const client = process.cpuUsage(before);
  working.abort();
  const { cpuSeconds } = await backends;
  return { seconds, cpuSeconds: cpuSeconds + (client.user + client.system) / 1_000_000 };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** As an order system posts, one unit at a time, to levels that the feed is about. Returns how long each posting took. */
async function postOrders(
  database: Database,
  { products }: SentFeed,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const waitsMs: number[] = [];
  for (let n = 0; !signal.aborted; n += 1) {
    const productId = `P${String(1 + ((n * 7_919) % products)).padStart(8, '0')}`;
    const started = performance.now();
    try {
      await database.query(
        `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
         VALUES ($1, $2, -1, 0, 'ORDER_SHIPPED', 'bench')`,
        [productId, FACILITIES[n % FACILITIES.length]],
      );
    } catch (error) {
      // It has waited for as long as anybody does.
      if (!isCoded(error, 'DATABASE_BUSY')) throw error;
    }
    waitsMs.push(performance.now() - started);
    await pause(POSTING_EVERY_MS);
  }
  return waitsMs;
}

async function areLevelsRight(database: Database): Promise<boolean> {
  const [found] = await database.query<{ areRight: boolean }>(
    `SELECT NOT EXISTS (
       SELECT FROM product_facility AS level
       FULL JOIN (SELECT product_id, facility_id, sum(quantity_on_hand_diff) AS on_hand, sum(reserved_diff) AS reserved
         FROM inventory_item_detail GROUP BY 1, 2) AS ledger USING (product_id, facility_id)
       WHERE level.quantity_on_hand IS DISTINCT FROM coalesce(ledger.on_hand, 0)
         OR level.reserved IS DISTINCT FROM coalesce(ledger.reserved, 0)) AS "areRight"`,
  );
  return found?.areRight === true;
}

function report(figures: readonly Figures[], areRight: boolean): boolean {
  const table = new Table({
    head: [
      'import',
      's',
      'floor s',
      '× floor',
      'CPU s',
      '× floor',
      'posting p99 ms',
      'max',
      'worker MiB',
      '×',
      'backend MiB',
      '×',
    ],
    colAligns: ['left', ...Array<'right'>(11).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  for (const figure of figures) {
    const { name, seconds, floorSeconds, cpuSeconds, floorCpuSeconds, waitsMs, workerBytes, backendBytes } =
      figure;
    const few = figures.find(({ type }) => type === figure.type) ?? figure;
    const sorted = waitsMs.toSorted((one, other) => one - other);
    table.push([
      name,
      seconds.toFixed(1),
      floorSeconds?.toFixed(1) ?? '-',
      floorSeconds === null ? '-' : (seconds / floorSeconds).toFixed(2),
      cpuSeconds.toFixed(1),
      floorCpuSeconds === null ? '-' : (cpuSeconds / floorCpuSeconds).toFixed(2),
      (sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN).toFixed(0),
      (sorted.at(-1) ?? NaN).toFixed(0),
      Math.round(workerBytes / 2 ** 20),
      (workerBytes / few.workerBytes).toFixed(2),
      (backendBytes / 2 ** 20).toFixed(1),
      (backendBytes / few.backendBytes).toFixed(2),
    ]);
  }
  process.stdout.write(`\n${table.toString()}\n\n`);
  process.stdout.write(`${areRight ? 'ok' : 'WRONG'}: every level is the sum of its ledger\n`);
  return areRight;
}
