/**
 * How long a person waits for the pages of the console: each list by HTTP, in the 95th percentile of its answers, over a
 * retailer with many products, shops, files and runs; and a what-if of one facility over a catalogue, beside the bare
 * statement that computes Online ATP twice and says how many products differ. The work was done right when each list
 * answers 200 with as many rows as it must have, and the what-if moves what it must move.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import packageJson from '../../package.json' with { type: 'json' };
import { PATIENCE } from '../../src/api/connections.ts';
import { EVENT_PACE } from '../../src/api/events.ts';
import { createApiServer } from '../../src/api/server.ts';
import { rowsIn } from '../../src/operations/rows-as-csv.ts';
import { openLog } from '../../src/main/log.ts';
import { openApplication } from '../../src/main/application.ts';
import { hashOfSecret, makeSecret } from '../../src/operations/access/secrets.ts';
import { addToken } from '../../src/postgres/access/api-tokens.ts';
import type { Database } from '../../src/postgres/database.ts';
import { onlineAtpSelect, placesCte } from '../../src/postgres/online-atp/online-atp.ts';
import { readMoves } from '../../src/postgres/online-atp/what-if.ts';
import { stackEnvironment } from '../../src/stand-ins/stack-files.ts';
import { setUpNamespace } from '../../src/temporal/namespace-setup.ts';
import { ensureSchedules } from '../../src/temporal/schedules.ts';
import { makeRuns } from './console-runs.ts';
import { addCatalogue } from './catalogue.ts';
import { addShops, addStock, FACILITIES, type Size } from './console-scene.ts';
import { onOwnDatabase } from './own-database.ts';
import { onOwnStack, type OwnStack } from './own-stack.ts';
import { spreadCells, spreadOf } from './spread.ts';

/** Paths, and the fewest rows that each answers with. */
function lists(shopId: string, sku: string): readonly (readonly [path: string, rows: number])[] {
  return [
    ['/api/product/list', 100],
    ['/api/product/list?after=P150', 100],
    ['/api/product/list?search=p15', 100],
    ['/api/product/list?withAtp=true&limit=100', 100],
    [`/api/product/pushes?sku=${sku}&shopId=${shopId}`, 1],
    ['/api/facility/list', FACILITIES],
    ['/api/group/list', 1],
    ['/api/shop/list', 1],
    ['/api/lane/list', 1],
    [`/api/lane/show?shopId=${shopId}`, 0],
    [`/api/lane/files?shopId=${shopId}`, 100],
    [`/api/lane/files?shopId=${shopId}&after=500`, 100],
    [`/api/lane/file?shopId=${shopId}&sequence=900`, 0],
    [`/api/lane/plan?shopId=${shopId}&plan=1`, 50],
    [`/api/lane/quarantine?shopId=${shopId}`, 100],
    [`/api/shop/history?shopId=${shopId}&days=90`, 90],
    [`/api/shop/differences?shopId=${shopId}`, 100],
    ['/api/import/list', 30],
    ['/api/audit/log', 50],
    ['/api/condition/list', 0],
    ['/api/job/list', 1],
    ['/api/pipeline/show', 50],
    ['/api/pipeline/show?state=running', 0],
    ['/api/pipeline/show?state=completed', 50],
  ];
}

const LARGE = {
  ...{ products: 200_000, shops: 100, rowsPerFile: 250 },
  ...{ runs: 10_000, asks: 40, catalogue: 1_000_000 },
};
/** No fewer products or runs: each list must have as many rows as it has in a large installation. */
const SMALL = {
  ...{ products: 2_000, shops: 2, rowsPerFile: 2 },
  ...{ runs: 60, asks: 1, catalogue: 1_000 },
};

export async function run(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      products: { type: 'string' },
      shops: { type: 'string' },
      runs: { type: 'string' },
      asks: { type: 'string' },
      catalogue: { type: 'string' },
      only: { type: 'string' },
      small: { type: 'boolean', default: false },
    },
  });
  const usual = values.small ? SMALL : LARGE;
  const size = {
    products: Number(values.products ?? usual.products),
    shops: Number(values.shops ?? usual.shops),
    rowsPerFile: usual.rowsPerFile,
  };
  const [runs, asks] = [Number(values.runs ?? usual.runs), Number(values.asks ?? usual.asks)];
  const { only } = values;
  if (only !== undefined && only !== 'lists' && only !== 'what-if')
    throw new Error('--only must be lists or what-if');
  const listsAreRight =
    only === 'what-if' ||
    (await onOwnStack((stack) => measureLists(stack, size, { runs, asks }), { durable: false }));
  const catalogue = Number(values.catalogue ?? usual.catalogue);
  const whatIfIsRight =
    only === 'lists' || (await onOwnDatabase((database) => measureWhatIf(database, catalogue)));
  return listsAreRight && whatIfIsRight;
}

async function measureLists(
  { addresses, database, temporal }: OwnStack,
  size: Size,
  { runs, asks }: { readonly runs: number; readonly asks: number },
): Promise<boolean> {
  await addStock(database, size.products);
  const shopIds = await addShops(database, size);
  await setUpNamespace(temporal);
  for (const shopId of shopIds) await ensureSchedules(temporal, shopId);
  await makeRuns(temporal, runs, shopIds);
  const app = openApplication({ variables: stackEnvironment(addresses), folder: '/' });
  const server = await createApiServer({
    ...{ app, version: packageJson.version, log: openLog('error', { write: () => undefined }), hosts: [] },
    ...{ tls: null, proxy: null, isOnLoopback: true, requestsPerMinuteMax: 1_000_000, eventPace: EVENT_PACE },
    ...{ identityProvider: null, patience: PATIENCE, consoleFolder: '/', commands: new Map() },
    isReady: () => Promise.resolve(true),
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const token = makeSecret('atp_');
  await addToken(database, {
    name: 'bench',
    role: 'viewer',
    hash: hashOfSecret(token),
    createdBy: 'bench',
    days: 1,
  });
  const table = new Table({
    head: ['list', 'rows', 'ms: median', 'p95', 'max', ''],
    style: { head: [], border: [], compact: true },
  });
  let isRight = true;
  for (const [path, rows] of lists(shopIds[0] ?? '', 'P1500')) {
    const { took, found, status } = await ask(`${url}${path}`, token, asks);
    const isSlow = took.p95 > P95_MAX_MS ? 'slow' : '';
    table.push([path, found, took.median.toFixed(0), took.p95.toFixed(0), took.max.toFixed(0), isSlow]);
    if (status !== 200 || found < rows) {
      isRight = false;
      process.stdout.write(`WRONG: ${path} answers ${status} with ${found} rows\n`);
    }
  }
  process.stdout.write(
    `${size.products} products, ${size.shops} shops, ${runs} runs, each asked ${asks} times, one after the other\n\n${table.toString()}\n\n`,
  );
  await server.close();
  await app.close();
  return isRight;
}

/** What a page may take until a person thinks that it waits. */
const P95_MAX_MS = 100;

async function ask(url: string, token: string, asks: number) {
  const took: number[] = [];
  let [found, status] = [0, 0];
  for (let count = 0; count <= asks; count += 1) {
    const begun = performance.now();
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const answer: unknown = await response.json();
    // The first answer reads from the disk what the others have in memory.
    if (count > 0) took.push(performance.now() - begun);
    status = response.status;
    found = rowsIn(answer)?.length ?? 0;
  }
  const sorted = took.toSorted((one, other) => one - other);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? NaN;
  return { took: { ...spreadOf(took), p95 }, found, status };
}

const WHAT_IF_RUNS = 5;

async function measureWhatIf(database: Database, products: number): Promise<boolean> {
  await database.session(async (session) => {
    await addCatalogue(session, { products, facilities: FACILITIES });
    await session.query('VACUUM ANALYZE product, product_facility');
  });
  const supposed = { facilityGroupId: 'FAC_GRP', facilityId: 'F1', isMember: false };
  const bare: number[] = [];
  const whole: number[] = [];
  let isRight = true;
  for (let count = 0; count <= WHAT_IF_RUNS; count += 1) {
    const [bareMs, moved] = await timed(() => bareMoves(database));
    const [wholeMs, moves] = await timed(() => readMoves(database, supposed, { after: null, limit: 100 }));
    isRight = isRight && moves.moved === moved && moves.rows.length === Math.min(100, moved) && moved > 0;
    if (count === 0) continue;
    bare.push(bareMs);
    whole.push(wholeMs);
  }
  const table = new Table({
    head: ['what-if of a facility', 'ms: min', 'median', 'max'],
    style: { head: [], border: [], compact: true },
  });
  table.push(
    ['bare statement', ...spreadCells(spreadOf(bare))],
    ['what-if', ...spreadCells(spreadOf(whole))],
  );
  const times = spreadOf(whole).median / spreadOf(bare).median;
  process.stdout.write(`${products} products at ${FACILITIES} facilities\n\n${table.toString()}\n\n`);
  process.stdout.write(`${times.toFixed(2)} times the bare statement\n`);
  process.stdout.write(
    `${isRight ? 'ok' : 'WRONG'}: it moves as many products as the bare statement finds\n`,
  );
  return isRight;
}

/** Online ATP as it is and without the facility, and how many products differ. */
async function bareMoves(database: Database): Promise<number> {
  const is = { candidates: 'product', access: 'every', group: `'FAC_GRP'`, at: 'now()' } as const;
  const isMember = `facility.facility_id <> 'F1'`;
  const { rows } = await database.transaction(async (connection) => {
    return connection.query<{ moved: number }>(
      `SELECT count(*) AS moved FROM (WITH ${placesCte(is)} ${onlineAtpSelect(is)}) AS is_now
       JOIN (WITH ${placesCte({ ...is, instead: { isMember } })} ${onlineAtpSelect(is)}) AS would_be USING (product_id)
       WHERE is_now.online_atp <> would_be.online_atp`,
    );
  }, 'bulk');
  return rows[0]?.moved ?? 0;
}

async function timed<Result>(work: () => Promise<Result>): Promise<[ms: number, result: Result]> {
  const begun = performance.now();
  const result = await work();
  return [performance.now() - begun, result];
}
