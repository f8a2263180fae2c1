/** What comes beside a feed of stock that is posted in part and cannot be posted whole. */
import { beforeEach, expect, test } from 'vitest';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { findImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { Warehouse } from './warehouse.ts';

type Options = Parameters<Warehouse['importText']>[3];

const WHO = { by: 'Ann', reason: 'a test' };
const MOST = 2_000_000_000;

let warehouse: Warehouse;
let files = 0;

beforeEach(async () => {
  warehouse = await Warehouse.open();
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) VALUES ('10002', 'SOCKS'), ('10003', 'BELT')`,
  );
});

function send(type: FeedType, header: string, rows: readonly string[], options: Options = {}) {
  const text = `${header}\n${rows.join('\n')}\n`;
  return warehouse.importText(type, text, `beside-${(files += 1)}.csv`, {
    ...{ passesGates: true, chunksAtOnce: 1 },
    ...options,
  });
}

const count = (rows: readonly string[], options?: Options) =>
  send('RESET_INVENTORY', 'idValue,facilityId,availableQty', rows, options);
const change = (rows: readonly string[], options?: Options) =>
  send('MDM_INV_VARIANCE', 'idValue,facilityId,availableDelta', rows, options);
/** In chunks of one product, and killed after the first. */
const KILLED: Options = { chunkRows: 1, onChunk: () => Promise.reject(new Error('killed')) };

/** By others, the hat is left so many units. */
function move(units: number) {
  return warehouse.database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('10001', 'SOHO', $1, 0, 'VAR_FOUND', 'a person')`,
    [units],
  );
}

const onHand = async (sku: string) => (await warehouse.readLevels(sku, 'SOHO')).qoh;

async function lastImport(): Promise<number> {
  const [last] = await listImports(warehouse.database, { limit: 1 });
  return last?.importId ?? 0;
}

/** A feed of which the first row is posted, and the row of the hat cannot be. */
async function getStuck(sent: Promise<unknown>): Promise<number> {
  await expect(sent).rejects.toThrow('killed');
  await move(MOST);
  return lastImport();
}

test('two counts at once leave out what each of them has found, and nothing comes back', async () => {
  // Three rows of the shirt are the first chunk; the others are the second one, in one record.
  const rows = [
    'SHIRT,SOHO,1',
    'SHIRT,SOHO,1',
    'SHIRT,BROADWAY,1',
    'HAT,SOHO,1000000000',
    'SOCKS,SOHO,4',
    'BELT,SOHO,5',
  ];
  const stuck = await getStuck(change(rows, { ...KILLED, chunkRows: 3 }));
  let isFirst = true;
  // The first one waits for the other before it commits: each has a refused row, which it tells then.
  const onRefused = async () => {
    if (!isFirst) return;
    isFirst = false;
    await untilWaiting(warehouse.database, 1);
  };
  let counts: Promise<unknown> = Promise.resolve();
  await warehouse.database.transaction(async (connection) => {
    // Both have tried to finish the feed, and are about to have their turn.
    await connection.query('LOCK TABLE feed_import IN SHARE ROW EXCLUSIVE MODE');
    counts = Promise.all([
      count(['BELT,SOHO,30', 'NONE,SOHO,1'], { onRefused }),
      count(['SOCKS,SOHO,20', 'NONE,SOHO,1'], { onRefused }),
    ]);
    counts.catch(() => undefined);
    await untilWaiting(warehouse.database, 2);
  });
  const warnings = [{ code: 'COUNT_OVER_UNFINISHED', rows: 1 }];
  expect(await counts).toMatchObject([{ warnings }, { warnings }]);
  expect(await findImport(warehouse.database, stuck)).toMatchObject({ done: 3, pending: 1 });

  await move(-MOST);
  await finishBrokenOff(warehouse.database);
  expect([await onHand('SOCKS'), await onHand('BELT')]).toEqual([20, 30]);
});

test('an undo of what is posted and a count of it wait for each other in no circle', async () => {
  await count(['SOCKS,SOHO,1']);
  const stuck = await getStuck(change(['SHIRT,SOHO,3', 'HAT,SOHO,1000000000', 'SOCKS,SOHO,4'], KILLED));
  let counting: Promise<unknown> = Promise.resolve();
  let undoing: Promise<unknown> = Promise.resolve();

  // While the count has its levels, and has not come to what waits.
  await warehouse.database.transaction(async (connection) => {
    await connection.query(`SELECT FROM last_count WHERE product_id = '10002' FOR UPDATE`);
    counting = count(['SHIRT,SOHO,20', 'SOCKS,SOHO,10']);
    counting.catch(() => undefined);
    await untilWaiting(warehouse.database, 1);
    undoing = undoImport(warehouse.database, stuck, WHO);
    undoing.catch(() => undefined);
    await untilWaiting(warehouse.database, 2);
  });

  expect(await Promise.all([counting, undoing])).toMatchObject([
    { applied: 2, warnings: [{ code: 'COUNT_OVER_UNFINISHED', rows: 1 }] },
    { postings: 0, countedSince: 1 },
  ]);
  expect([await onHand('SHIRT'), await onHand('SOCKS')]).toEqual([20, 10]);
});

test('an undo that waits in a circle all the same ends with nothing done, and is repeated', async () => {
  const rows = ['SHIRT,SOHO,3', 'SHIRT,BROADWAY,1', 'HAT,SOHO,1000000000'];
  const stuck = await getStuck(change(rows, KILLED));
  const lock = (facilityId: string) =>
    `SELECT FROM product_facility WHERE product_id = '10000' AND facility_id = '${facilityId}' FOR UPDATE`;

  await warehouse.database.transaction(async (connection) => {
    // So that it is the undo which looks for circles first.
    await connection.query(`SET LOCAL deadlock_timeout = '1h'`);
    await connection.query(lock('SOHO'));
    const undo = undoImport(warehouse.database, stuck, WHO);
    undo.catch(() => undefined);
    await untilWaiting(warehouse.database, 1);
    await connection.query(lock('BROADWAY'));
    await expect(undo).rejects.toMatchObject({ code: 'IMPORT_BUSY', class: 'retry' });
  });

  expect(await findImport(warehouse.database, stuck)).toMatchObject({
    state: 'applying',
    done: 2,
    pending: 1,
  });
  expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([3, MOST]);
  expect(await undoImport(warehouse.database, stuck, WHO)).toMatchObject({ postings: 2 });
  expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([0, MOST]);
});

test('a count that is finished stands again where the one after it was undone', async () => {
  const rows = ['SHIRT,SOHO,3', 'HAT,SOHO,1000000000', 'SOCKS,SOHO,4'];
  await getStuck(count(rows, KILLED));
  await count(['SOCKS,SOHO,9']);
  await undoImport(warehouse.database, await lastImport(), WHO, { chunksAtOnce: 1 });

  await move(-MOST);
  await finishBrokenOff(warehouse.database);

  expect(await onHand('SOCKS')).toBe(4);
});

test('finished after the one after it, it has left that level out: then nobody undoes that one, as it would leave neither', async () => {
  const rows = ['SHIRT,SOHO,3', 'HAT,SOHO,1000000000', 'SOCKS,SOHO,4'];
  await getStuck(count(rows, KILLED));
  await count(['SOCKS,SOHO,9']);
  const later = await lastImport();
  await move(-MOST);
  await finishBrokenOff(warehouse.database);
  expect(await onHand('SOCKS')).toBe(9);

  await expect(undoImport(warehouse.database, later, WHO)).rejects.toMatchObject({
    code: 'IMPORT_UNDO_INEXACT',
    detail: { levels: 1 },
  });
  expect(await onHand('SOCKS')).toBe(9);
});
