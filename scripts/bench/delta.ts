/**
 * How long a delta takes from its start until its rows are committed, in a catalogue and in one that is ten times larger, beside its floor
 * in the same rounds: the bare query of what has changed and differs from the last file, for whoever wants no more than these rows.
 * Each of the two asks for products that nobody has asked for since they changed.
 *
 * Then sales, while a delta is begun as often as a worker looks for changes of a live shop: from a sale's commit until its row is
 * committed. Temporal and Shopify have no part in it (`npm run bench live` is the whole way).
 *
 * The work was done right when each delta has the rows of its floor, and each sale is in one delta.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { LIVE_LOOK_EVERY_MS } from '../../src/domain/limits.ts';
import type { Database } from '../../src/postgres/database.ts';
import { addCatalogue } from './catalogue.ts';
import { bareDelta, readRows } from './delta-floor.ts';
import { addPaperShop, fillShop, makeDelta } from './filled-shop.ts';
import { onOwnDatabase } from './own-database.ts';
import { percentileOf, spreadOf } from './spread.ts';
import { readWalPosition } from './wal.ts';

const SHOP_ID = 'shop';
const FACILITIES = 5;
const TIMES_LARGER = 10;

interface Catalogue {
  readonly database: Database;
  readonly products: number;
}

interface Round {
  readonly deltaMs: number;
  readonly floorMs: number;
  readonly walBytes: number;
  readonly isRight: boolean;
}

interface Sales {
  readonly waitedMs: readonly number[];
  readonly isRight: boolean;
}

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      changed: { type: 'string' },
      pairs: { type: 'string' },
      rate: { type: 'string', default: '50' },
      seconds: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const products = Number(values.products ?? (values.small ? 2_000 : 1_000_000));
  const changed = Number(values.changed ?? (values.small ? 20 : 1_000));
  const pairs = Number(values.pairs ?? (values.small ? 2 : 9));
  const sales = Number(values.rate) * Number(values.seconds ?? (values.small ? 1 : 20));
  return withCatalogue(products / TIMES_LARGER, (few) =>
    withCatalogue(products, async (many) => {
      const rounds = new Map<Catalogue, Round[]>([few, many].map((catalogue) => [catalogue, []]));
      for (let pair = 0; pair < pairs; pair += 1)
        for (const [catalogue, done] of rounds) done.push(await measureRound(catalogue, pair, changed));
      report(rounds, changed);
      const sold = new Map<Catalogue, Sales>();
      for (const catalogue of [few, many])
        sold.set(catalogue, await measureSales(catalogue, sales, Number(values.rate)));
      reportSales(sold, Number(values.rate));
      return judge([...[...rounds.values()].flat(), ...sold.values()]);
    }),
  );
}

/** Each has a server of its own, so that neither takes the other's cache. */
function withCatalogue<Result>(
  products: number,
  work: (catalogue: Catalogue) => Promise<Result>,
): Promise<Result> {
  return onOwnDatabase(async (database) => {
    await database.session(async (session) => {
      await addCatalogue(session, { products, facilities: FACILITIES });
      await addPaperShop(session, SHOP_ID);
    });
    await fillShop(database, SHOP_ID);
    return work({ database, products });
  });
}

async function measureRound(catalogue: Catalogue, pair: number, changed: number): Promise<Round> {
  const { database } = catalogue;
  await sellEvenly(catalogue, changed, 2 * pair);
  const begun = performance.now();
  const bare = await bareDelta(database, SHOP_ID);
  const floorMs = performance.now() - begun;
  const untimed = await makeDelta(database, SHOP_ID);
  const sameRows = untimed.file && (await readRows(database, untimed.file));
  await sellEvenly(catalogue, changed, 2 * pair + 1);
  const walBefore = await readWalPosition(database);
  const { file, tookMs } = await makeDelta(database, SHOP_ID);
  return {
    ...{ deltaMs: tookMs, floorMs },
    walBytes: (await readWalPosition(database)) - walBefore,
    isRight:
      bare.length === changed &&
      JSON.stringify(sameRows) === JSON.stringify(bare) &&
      file?.rowCount === changed,
  };
}

/** One unit of so many products, spread over the catalogue; of other products each time. */
async function sellEvenly({ database, products }: Catalogue, count: number, time: number): Promise<void> {
  await database.session((session) =>
    session.query(
      `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       SELECT 'product-' || lpad(n::text, 8, '0'), 'F1', -1, 0, 'POS_SALE', 'bench'
       FROM generate_series($1::int, $2::int, $3::int) AS n LIMIT $4`,
      [time + 1, products, Math.floor(products / count), count],
    ),
  );
}

/** Each sale is of another product, so a row of a delta is that of one sale. */
async function measureSales({ database, products }: Catalogue, count: number, rate: number): Promise<Sales> {
  const committedAt = new Map<string, number>();
  const waitedMs: number[] = [];
  let isRight = true;
  let isSelling = true;
  const selling = sellAtRate(database, { products, count, rate }, committedAt).finally(() => {
    isSelling = false;
  });
  for (let isLast = false; !isLast;) {
    await delay(LIVE_LOOK_EVERY_MS);
    isLast = !isSelling;
    const { file } = await makeDelta(database, SHOP_ID);
    const computedAt = performance.now();
    for (const { productId } of file ? await readRows(database, file) : []) {
      const soldAt = committedAt.get(productId);
      isRight = isRight && soldAt !== undefined && committedAt.delete(productId);
      if (soldAt !== undefined) waitedMs.push(computedAt - soldAt);
    }
  }
  await selling;
  return { waitedMs, isRight: isRight && committedAt.size === 0 && waitedMs.length === count };
}

async function sellAtRate(
  database: Database,
  { products, count, rate }: { readonly products: number; readonly count: number; readonly rate: number },
  committedAt: Map<string, number>,
): Promise<void> {
  const begun = performance.now();
  const apart = Math.floor(products / count);
  await Promise.all(
    Array.from({ length: count }, async (_, sale) => {
      await delay(Math.max(0, begun + (sale * 1000) / rate - performance.now()));
      const productId = `product-${String(products - sale * apart).padStart(8, '0')}`;
      // A delta may see the sale before this process knows of its commit.
      committedAt.set(productId, performance.now());
      await database.query(
        `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
         VALUES ($1, 'F2', -1, 0, 'POS_SALE', 'bench')`,
        [productId],
      );
    }),
  );
}

function report(rounds: ReadonlyMap<Catalogue, readonly Round[]>, changed: number): void {
  const table = new Table({
    head: [
      'products',
      'delta ms: min',
      'median',
      'max',
      'floor',
      '×: min',
      'median',
      'max',
      'WAL bytes a row',
    ],
    colAligns: Array<'right'>(9).fill('right'),
    style: { head: [], border: [], compact: true },
  });
  for (const [{ products }, done] of rounds) {
    const delta = spreadOf(done.map(({ deltaMs }) => deltaMs));
    const times = spreadOf(done.map(({ deltaMs, floorMs }) => deltaMs / floorMs));
    table.push([
      products,
      ...[delta.min, delta.median, delta.max].map((ms) => ms.toFixed(0)),
      spreadOf(done.map(({ floorMs }) => floorMs)).median.toFixed(0),
      ...[times.min, times.median, times.max].map((value) => value.toFixed(2)),
      (spreadOf(done.map(({ walBytes }) => walBytes)).median / changed).toFixed(0),
    ]);
  }
  const [few = [], many = []] = [...rounds.values()];
  const growth = spreadOf(many.map(({ deltaMs }, pair) => deltaMs / (few[pair]?.deltaMs ?? NaN)));
  process.stdout.write(`${changed} products changed, ${many.length} pairs\n\n${table.toString()}\n\n`);
  process.stdout.write(
    `A catalogue ${TIMES_LARGER} times larger costs ${growth.median.toFixed(2)} times as much (${growth.min.toFixed(2)}–${growth.max.toFixed(2)})\n\n`,
  );
}

function reportSales(sold: ReadonlyMap<Catalogue, Sales>, rate: number): void {
  const table = new Table({
    head: ['products', 'sales', 'commit → row ms: p50', 'p95', 'max'],
    colAligns: Array<'right'>(5).fill('right'),
    style: { head: [], border: [], compact: true },
  });
  for (const [{ products }, { waitedMs }] of sold) {
    const figures = [0.5, 0.95, 1].map((share) => percentileOf(waitedMs, share).toFixed(0));
    table.push([products, waitedMs.length, ...figures]);
  }
  process.stdout.write(
    `${rate} sales a second, a look each ${LIVE_LOOK_EVERY_MS} ms\n\n${table.toString()}\n\n`,
  );
}

function judge(measured: readonly { readonly isRight: boolean }[]): boolean {
  const isRight = measured.every((each) => each.isRight);
  process.stdout.write(
    `${isRight ? 'ok' : 'WRONG'}: each delta has the rows of its floor, and each sale is in one delta\n`,
  );
  return isRight;
}
