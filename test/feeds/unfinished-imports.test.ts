/** Large imports that are judged and not posted whole: what they say, and who ends them. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { Connection } from '../../src/postgres/database.ts';
import type { HoldReason } from '../../src/domain/feed-gates.ts';
import { IMPORT_STILL_AFTER_MS } from '../../src/domain/limits.ts';
import type { UndoneImport } from '../../src/domain/feed-import.ts';
import { listExpectedFeeds } from '../../src/postgres/feeds/expected-feeds.ts';
import { findImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { addFacility, removeFacility } from '../../src/postgres/master-data/facilities.ts';
import { removeProduct } from '../../src/postgres/master-data/products.ts';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { listUnfinished, type UnfinishedImport } from '../../src/postgres/feeds/unfinished-imports.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { Warehouse, type ImportOutcome } from './warehouse.ts';

type Options = Parameters<Warehouse['importText']>[3];

const WHO = { by: 'Ann', reason: 'a test' };
const LARGE = { chunkRows: 1, chunksAtOnce: 1, passesGates: true };

let warehouse: Warehouse;
let files = 0;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  await warehouse.count('SHIRT', 'SOHO', 0);
  await warehouse.count('HAT', 'SOHO', 0);
});

function change(
  rows: readonly string[],
  options: Options = {},
  name = `change-${(files += 1)}.csv`,
): Promise<ImportOutcome> {
  const text = `idValue,facilityId,availableDelta\n${rows.join('\n')}\n`;
  return warehouse.importText('MDM_INV_VARIANCE', text, name, { ...LARGE, ...options });
}

const killed = () => Promise.reject(new Error('killed'));

async function lastImport(): Promise<number> {
  const [last] = await listImports(warehouse.database, { limit: 1 });
  return last?.importId ?? 0;
}

async function onHand(): Promise<readonly number[]> {
  const levels = await Promise.all(['SHIRT', 'HAT'].map((sku) => warehouse.readLevels(sku, 'SOHO')));
  return levels.map(({ qoh }) => qoh);
}

/** While somebody holds the level of the hat, which is in the second chunk. */
function whileHatIsHeld<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
  return warehouse.database.transaction(async (connection) => {
    await connection.query(
      `SELECT FROM product_facility WHERE product_id = '10001' AND facility_id = 'SOHO' FOR UPDATE`,
    );
    return work(connection);
  });
}

test('when others are in its way, it says that it is posted in part and goes on by itself; sent again it counts once', async () => {
  const rows = ['SHIRT,SOHO,1', 'HAT,SOHO,5'];
  const name = 'twice.csv';
  await whileHatIsHeld(async () => {
    await expect(change(rows, { waitMs: 100 }, name)).rejects.toMatchObject({
      code: 'IMPORT_UNFINISHED',
      detail: { done: 1, total: 2 },
    });
    await expect(change(rows, { waitMs: 100 }, name)).rejects.toMatchObject({ code: 'IMPORT_BUSY' });
  });
  await finishBrokenOff(warehouse.database);
  expect(await onHand()).toEqual([1, 5]);
});

/** As when the server is started again. */
async function endSessions(): Promise<void> {
  await warehouse.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  );
}

test('when its connection is lost, it says the same, and the next import finishes it', async () => {
  await expect(change(['SHIRT,SOHO,1', 'HAT,SOHO,5'], { onChunk: endSessions })).rejects.toMatchObject({
    code: 'IMPORT_UNFINISHED',
    message: expect.stringContaining('1 of 2 rows') as string,
  });
  expect(await listUnfinished(warehouse.database)).toMatchObject([{ done: 1, pending: 1 }]);
  await change(['SHIRT,SOHO,1']);
  expect(await onHand()).toEqual([2, 5]);
  expect(await listUnfinished(warehouse.database)).toEqual([]);
});

test('one that cannot be posted keeps no other from it, is no fault of its file, and ends when a person undoes it', async () => {
  const rows = ['SHIRT,SOHO,3', 'HAT,SOHO,1000000000'];
  await expect(change(rows, { onChunk: killed }, 'stuck.csv')).rejects.toThrow('killed');
  const stuck = await lastImport();
  await warehouse.database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('10001', 'SOHO', 2000000000, 0, 'VAR_FOUND', 'a person')`,
  );

  await finishBrokenOff(warehouse.database);
  expect(await change(['SHIRT,SOHO,1'])).toMatchObject({ applied: 1 });
  await expect(change(rows, {}, 'stuck.csv')).rejects.toMatchObject({
    code: 'IMPORT_STUCK',
    detail: { importId: stuck },
  });
  expect(await findImport(warehouse.database, stuck)).toMatchObject({
    state: 'applying',
    done: 1,
    pending: 1,
  });
  await undoImport(warehouse.database, stuck, WHO);

  expect(await onHand()).toEqual([1, 2_000_000_000]);
  await warehouse.count('HAT', 'SOHO', 0);
});

test('beside one that cannot be posted, a count has seen what had happened before it, and the rest is not posted on top', async () => {
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) VALUES ('10002', 'SOCKS'), ('10003', 'BELT') ON CONFLICT DO NOTHING`,
  );
  const rows = ['SHIRT,SOHO,3', 'HAT,SOHO,1000000000', 'SOCKS,SOHO,4', 'BELT,SOHO,5'];
  await expect(change(rows, { onChunk: killed }, 'stuck-2.csv')).rejects.toThrow('killed');
  const stuck = await lastImport();
  await warehouse.database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('10001', 'SOHO', 2000000000, 0, 'VAR_FOUND', 'a person')`,
  );
  const at = (sku: string) => warehouse.readLevels(sku, 'SOHO').then(({ qoh }) => qoh);
  const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();

  expect(await warehouse.count('SOCKS', 'SOHO', 20)).toMatchObject({
    warnings: [{ code: 'COUNT_OVER_UNFINISHED', rows: 1 }],
  });
  const count = await lastImport();
  // It has not seen what happened after it.
  const older = await warehouse.importText(
    'RESET_INVENTORY',
    `idValue,facilityId,availableQty,asOf\nBELT,SOHO,7,${anHourAgo}\n`,
    'belts.csv',
  );
  expect(older.warnings).toBeUndefined();
  expect(await findImport(warehouse.database, stuck)).toMatchObject({ done: 1, pending: 2 });

  // Corrected by a count, the level that was in the way has seen its part, too.
  await warehouse.count('HAT', 'SOHO', 0);
  await finishBrokenOff(warehouse.database);

  expect(await Promise.all(['SHIRT', 'HAT', 'SOCKS', 'BELT'].map(at))).toEqual([3, 0, 20, 12]);
  expect(await findImport(warehouse.database, stuck)).toMatchObject({
    state: 'applied',
    done: 2,
    pending: 0,
  });
  await expect(undoImport(warehouse.database, count, WHO)).rejects.toMatchObject({
    code: 'IMPORT_UNDO_INEXACT',
  });
});

test('while somebody posts it, it is not unfinished', async () => {
  const seen: unknown[] = [];
  await change(['SHIRT,SOHO,1', 'HAT,SOHO,5'], {
    onChunk: async () => void seen.push(await listUnfinished(warehouse.database)),
  });
  expect(seen).toEqual([[], []]);
});

test('posted in part, it is one of those that its source usually sends, and it has come', async () => {
  await addSource(warehouse.database, 'nightly', { type: 'RESET_INVENTORY', expectedEveryMs: 86_400_000 });
  const nightly = (rows: number, options: Options) => {
    files += 1;
    const lines = [
      `SHIRT,SOHO,${files}`,
      `HAT,SOHO,${files}`,
      ...Array.from({ length: rows - 2 }, (_, at) => `X${at},SOHO,1`),
    ];
    const text = `idValue,facilityId,availableQty\n${lines.join('\n')}\n`;
    const name = `night-${files}.csv`;
    return warehouse.importText('RESET_INVENTORY', text, name, { ...LARGE, source: 'nightly', ...options });
  };
  const forget = () =>
    warehouse.database.query(
      `UPDATE feed_import SET came_at = came_at - interval '2 days' WHERE source = 'nightly'`,
    );
  const expected = async () =>
    (await listExpectedFeeds(warehouse.database)).find(({ source }) => source === 'nightly')?.cameAt;
  await nightly(40, {});
  await nightly(40, {});
  await forget();
  await expect(nightly(40, { onChunk: killed })).rejects.toThrow('killed');
  expect(Date.now() - ((await expected())?.getTime() ?? 0)).toBeLessThan(86_400_000);

  let reasons: readonly HoldReason[] = [];
  await nightly(10, { dryRun: true, onJudged: (judged) => (reasons = judged.reasons) });

  expect(reasons).toContainEqual({ code: 'ROWS_FELL', detail: { rows: 10, usual: 40 } });
  await finishBrokenOff(warehouse.database);
});

test('when it does not get on for long, it is told, whether somebody works on it or not', async () => {
  const seen: (readonly UnfinishedImport[])[] = [];
  await change(['SHIRT,SOHO,1', 'HAT,SOHO,5'], {
    onChunk: async ({ done }) => {
      // As when it stood still before this chunk, or behind it.
      await warehouse.database.query(
        `UPDATE feed_import SET moved_at = moved_at - make_interval(secs => $1) WHERE state = 'applying'`,
        [done === 1 ? IMPORT_STILL_AFTER_MS / 1000 + 60 : IMPORT_STILL_AFTER_MS / 1000 - 60],
      );
      seen.push(await listUnfinished(warehouse.database));
    },
  });
  expect(seen).toMatchObject([[{ done: 1, pending: 1, isWorkedOn: true }], []]);
  expect(Date.now() - (seen[0]?.[0]?.movedAt?.getTime() ?? 0)).toBeGreaterThan(IMPORT_STILL_AFTER_MS);
});

test('undone between two chunks, it says so, and the undo names what others have changed meanwhile', async () => {
  let undone: UndoneImport | undefined;
  const outcome = change(['SHIRT,SOHO,1', 'HAT,SOHO,5'], {
    onChunk: async ({ done }) => {
      if (done === 2) undone = await undoImport(warehouse.database, await lastImport(), WHO);
      else
        await warehouse.database.query(
          `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
         VALUES ('10000', 'SOHO', -1, 0, 'ORDER_SHIPPED', 'an order')`,
        );
    },
  });
  await expect(outcome).rejects.toMatchObject({ code: 'IMPORT_UNDONE' });
  expect(undone).toMatchObject({ postings: 2, changedSince: [{ sku: 'SHIRT' }] });
  expect(await onHand()).toEqual([-1, 0]);
});

test('undone before its levels are made, a count leaves nothing', async () => {
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) VALUES ('NEW1', 'NEW1'), ('NEW2', 'NEW2')`,
  );
  const text = 'idValue,facilityId,availableQty\nNEW1,SOHO,5\nNEW2,SOHO,5\n';
  await expect(
    warehouse.importText('RESET_INVENTORY', text, 'new.csv', { ...LARGE, onChunk: killed }),
  ).rejects.toThrow('killed');
  await undoImport(warehouse.database, await lastImport(), WHO);
  expect(await warehouse.database.query(`SELECT FROM last_count WHERE product_id = 'NEW2'`)).toEqual([]);
});

test('while it is posted in part, nobody removes a product or facility that it names', async () => {
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) VALUES ('90001', 'SCARF'), ('90002', 'GLOVE')`,
  );
  await addFacility(warehouse.database, {
    facilityId: 'POPUP',
    facilityName: 'Pop-up',
    facilityTypeId: 'RETAIL_STORE',
  });
  await expect(change(['SCARF,SOHO,1', 'GLOVE,POPUP,2'], { onChunk: killed })).rejects.toThrow('killed');

  const reason = 'a feed that is being applied names it';
  await expect(removeProduct(warehouse.database, 'GLOVE')).rejects.toMatchObject({
    code: 'PRODUCT_IN_USE',
    detail: { reason },
  });
  await expect(removeFacility(warehouse.database, 'POPUP')).rejects.toMatchObject({
    code: 'FACILITY_IN_USE',
    detail: { reason },
  });
  await finishBrokenOff(warehouse.database);
  expect((await warehouse.readLevels('GLOVE', 'POPUP')).qoh).toBe(2);
});
