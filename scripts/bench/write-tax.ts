/**
 * What a posting to the ledger costs more because of what the product knows of it: one row a transaction, by several clients at once, and
 * many rows in one statement. Beside it, in turn, the same without the log of changes, and the floor: the same rows of
 * ledger and levels written by hand, with no trigger at all. Commits wait for the disk, as they do in an installation.
 *
 * The work was done right when every level is what it was before plus the sum of its ledger, and the log has what was posted while
 * there was one, and nothing else.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { Connection, Database } from '../../src/postgres/database.ts';
import { addCatalogue } from './catalogue.ts';
import { onOwnDatabase } from './own-database.ts';
import { randomOf } from './random.ts';
import { spreadOf } from './spread.ts';
import { readWalPosition } from './wal.ts';

/** As `addCatalogue` makes them. */
const UNITS_BEFORE = 10;

const LOG_TRIGGERS = ['log_insert', 'log_update', 'log_delete'];

type Way = 'product' | 'without a log of changes' | 'floor: no triggers';
const WAYS: readonly Way[] = ['product', 'without a log of changes', 'floor: no triggers'];
const FLOOR = WAYS[2] as Way;

const POST = `INSERT INTO inventory_item_detail
  (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)`;

/** In one statement, so that the floor has no more round trips than the product. */
function byHand(posting: string): string {
  return `WITH posted AS (${POST} ${posting} RETURNING product_id, facility_id, quantity_on_hand_diff)
    UPDATE product_facility AS level SET quantity_on_hand = level.quantity_on_hand + posted.quantity_on_hand_diff
    FROM posted WHERE level.product_id = posted.product_id AND level.facility_id = posted.facility_id`;
}

const SINGLE = `VALUES ($1, 'F1', -1, 0, 'POS_SALE', 'bench')`;
const BULK = `SELECT product_id, 'F1', 1, 0, 'VAR_MANUAL', 'bench' FROM product ORDER BY product_id`;

interface Size {
  readonly products: number;
  readonly clients: number;
  /** By each client. */
  readonly writes: number;
}

interface Round {
  readonly singleSeconds: number;
  readonly bulkSeconds: number;
  readonly singleWal: number;
  readonly bulkWal: number;
  readonly isLogRight: boolean;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string' },
      writes: { type: 'string' },
      clients: { type: 'string', default: '4' },
      pairs: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const size = {
    products: Number(values.rows ?? (values.small ? 500 : 100_000)),
    writes: Number(values.writes ?? (values.small ? 10 : 1_000)),
    clients: Number(values.clients),
  };
  const pairs = Number(values.pairs ?? (values.small ? 2 : 7));
  return onOwnDatabase(async (database) => {
    await database.session(async (session) => {
      await addCatalogue(session, { products: size.products, facilities: 1 });
      await session.query('VACUUM ANALYZE');
    });
    const rounds = new Map<Way, Round[]>(WAYS.map((way) => [way, []]));
    // The first round fills the caches and the tables' free space, and does not count.
    for (let pair = 0; pair <= pairs; pair += 1)
      for (const [way, done] of rounds) {
        const round = await measure(database, way, size, pair);
        if (pair > 0 || !round.isLogRight) done.push(round);
      }
    report(rounds, size);
    return judge([...rounds.values()].flat(), await areLevelsRight(database));
  });
}

async function measure(database: Database, way: Way, size: Size, round: number): Promise<Round> {
  const { products, clients, writes } = size;
  await setLog(database, way !== 'without a log of changes');
  const logBefore = await countLog(database);
  const single = await timed(database, way, clients, (session, client) =>
    writeSingly(session, way, { products, writes, seed: round * clients + client }),
  );
  const bulk = await timed(database, way, 1, (session) =>
    session.query(way === FLOOR ? byHand(BULK) : `${POST} ${BULK}`),
  );
  const logged = (await countLog(database)) - logBefore;
  return {
    ...{ singleSeconds: single.seconds, singleWal: single.walBytes / (clients * writes) },
    ...{ bulkSeconds: bulk.seconds, bulkWal: bulk.walBytes / products },
    // What was sold is in the log of sales, too; the rows of the bulk statement are no sales.
    isLogRight: logged === LOGGED[way](clients * writes, products),
  };
}

/** Rows of both logs, by how many rows were sold, and posted in bulk. */
const LOGGED: Record<Way, (sold: number, bulk: number) => number> = {
  product: (sold, bulk) => 2 * sold + bulk,
  'without a log of changes': (sold) => sold,
  'floor: no triggers': () => 0,
};

async function setLog(database: Database, isOn: boolean): Promise<void> {
  for (const trigger of LOG_TRIGGERS)
    await database.query(`ALTER TABLE product_facility ${isOn ? 'ENABLE' : 'DISABLE'} TRIGGER ${trigger}`);
}

async function countLog(database: Database): Promise<number> {
  const [row] = await database.query<{ rows: number }>(
    'SELECT (SELECT count(*) FROM change_log) + (SELECT count(*) FROM sale_log) AS rows',
  );
  return row?.rows ?? NaN;
}

/** By so many clients at once, each with a connection of its own that is open before the clock starts. */
async function timed(
  database: Database,
  way: Way,
  clients: number,
  work: (session: Connection, client: number) => Promise<unknown>,
): Promise<{ readonly seconds: number; readonly walBytes: number }> {
  await database.session((session) => session.query('CHECKPOINT'));
  const start = Promise.withResolvers<void>();
  const open: Promise<void>[] = [];
  const done = Array.from({ length: clients }, (_, client) => {
    const ready = Promise.withResolvers<void>();
    open.push(ready.promise);
    return database.session(async (session) => {
      await session.query(`SET session_replication_role = ${way === FLOOR ? 'replica' : 'origin'}`);
      ready.resolve();
      await start.promise;
      await work(session, client);
    });
  });
  await Promise.all(open);
  const walBefore = await readWalPosition(database);
  const begun = performance.now();
  start.resolve();
  await Promise.all(done);
  const seconds = (performance.now() - begun) / 1000;
  return { seconds, walBytes: (await readWalPosition(database)) - walBefore };
}

async function writeSingly(
  session: Connection,
  way: Way,
  { products, writes, seed }: { readonly products: number; readonly writes: number; readonly seed: number },
): Promise<void> {
  const random = randomOf(seed);
  const text = way === FLOOR ? byHand(SINGLE) : `${POST} ${SINGLE}`;
  for (let write = 0; write < writes; write += 1) {
    const productId = `product-${String(1 + random.below(products)).padStart(8, '0')}`;
    // Prepared, as a program that posts often does.
    await session.query({ name: way, text, values: [productId] });
  }
}

async function areLevelsRight(database: Database): Promise<boolean> {
  const [found] = await database.query<{ areRight: boolean }>(
    `SELECT NOT EXISTS (
       SELECT FROM product_facility AS level
       LEFT JOIN (SELECT product_id, sum(quantity_on_hand_diff) AS units FROM inventory_item_detail GROUP BY 1) AS ledger
         USING (product_id)
       WHERE level.quantity_on_hand <> $1 + coalesce(ledger.units, 0)) AS "areRight"`,
    [UNITS_BEFORE],
  );
  return found?.areRight === true;
}

function report(rounds: ReadonlyMap<Way, readonly Round[]>, { products, clients, writes }: Size): void {
  const table = new Table({
    head: [
      '',
      'single writes/s',
      '× the floor’s time: min',
      'median',
      'max',
      'WAL bytes',
      'bulk s',
      '× the floor: min',
      'median',
      'max',
      'WAL bytes a row',
    ],
    colAligns: ['left', ...Array<'right'>(10).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  const floor = rounds.get(FLOOR) ?? [];
  for (const [way, done] of rounds) {
    const medianOf = (valueOf: (round: Round) => number) => spreadOf(done.map(valueOf)).median;
    const single = spreadOf(done.map((round, at) => round.singleSeconds / (floor[at]?.singleSeconds ?? NaN)));
    const bulk = spreadOf(done.map((round, at) => round.bulkSeconds / (floor[at]?.bulkSeconds ?? NaN)));
    table.push([
      way,
      medianOf(({ singleSeconds }) => (clients * writes) / singleSeconds).toFixed(0),
      ...[single.min, single.median, single.max].map((times) => times.toFixed(2)),
      medianOf(({ singleWal }) => singleWal).toFixed(0),
      medianOf(({ bulkSeconds }) => bulkSeconds).toFixed(2),
      ...[bulk.min, bulk.median, bulk.max].map((times) => times.toFixed(2)),
      medianOf(({ bulkWal }) => bulkWal).toFixed(0),
    ]);
  }
  process.stdout.write(
    `${clients} clients with ${writes} postings each, and ${products} rows in one statement, ${floor.length} rounds\n\n${table.toString()}\n\n`,
  );
}

function judge(rounds: readonly Round[], areLevelsRight: boolean): boolean {
  const isRight = areLevelsRight && rounds.every(({ isLogRight }) => isLogRight);
  process.stdout.write(
    `${isRight ? 'ok' : 'WRONG'}: every level is the sum of its ledger, and the log has what was posted while it was on\n`,
  );
  return isRight;
}
