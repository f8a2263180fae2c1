/** A feed that grows after it was imported: what it has told already is not told again. */
import { appendFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { ImportRun } from './import-run.ts';

let run: ImportRun;

beforeEach(async () => {
  run = await ImportRun.open();
});

const onHand = async (sku: string, facility = 'BROADWAY') =>
  (await run.warehouse.readLevels(sku, facility)).qoh;
const taken = async () =>
  (await run.listFeeds()).filter(({ waits, isUntaken }) => !waits && !isUntaken).map(({ path }) => path);

/** Long ago enough that no run waits for it to settle. */
async function dated(path: string, agoMs = 3_000_000): Promise<void> {
  const written = new Date(Date.now() - agoMs);
  await utimes(join(run.folder, path), written, written);
}

async function grow(path: string, content: string | Buffer, agoMs?: number): Promise<string> {
  await appendFile(join(run.folder, path), content);
  await dated(path, agoMs);
  const grown = (await run.listFeeds())[0]?.path;
  if (grown === undefined) throw new Error('Nobody has noticed that it grew.');
  return grown;
}

async function decide(state: 'approved' | 'rejected'): Promise<void> {
  const [held] = await listImports(run.warehouse.database, { limit: 1, state: 'held' });
  await decideImport(run.warehouse.database, held?.importId ?? 0, { state, by: 'Ann', reason: 'I looked' });
}

const decidedFeeds = async () => {
  const results = [];
  for (const path of await taken()) results.push(await run.importFeed(path));
  return results;
};

describe('a difference', () => {
  const NAME = 'MDM_INV_VARIANCE__1.csv';
  const HEADER = 'idValue,facilityId,availableDelta\n';
  const send = async (rows: string, name = NAME) =>
    run.importFeed(await run.put(`incoming/${name}`, `${HEADER}${rows}`));

  test('is held, and approved, only the rows behind are posted, once', async () => {
    await send('SHIRT,BROADWAY,5\n');
    const grown = await grow(`archive/${NAME}`, 'SHIRT,BROADWAY,2\nHAT,BROADWAY,7\n');

    const held = await run.importFeed(grown);
    expect(held.error).toMatchObject({ code: 'FEED_HELD' });
    expect(held.error?.message).toContain('only 2 rows that came behind would be applied');
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 0]);

    await decide('approved');
    expect(await decidedFeeds()).toMatchObject([{ rows: 2, applied: 2, hasGrown: true }]);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([7, 7]);
    expect(await run.namesIn('archive')).toEqual([NAME]);
    // What lies there now is what was imported.
    expect(await taken()).toEqual([]);
  });

  test('that a person rejects goes to error/, and what was applied stays', async () => {
    await send('SHIRT,BROADWAY,5\n');
    await run.importFeed(await grow(`archive/${NAME}`, 'HAT,BROADWAY,7\n'));
    await decide('rejected');
    expect(await decidedFeeds()).toMatchObject([{ error: { code: 'FEED_REJECTED' } }]);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 0]);
  });

  test('that grows again while it is held is judged anew, and grows again after it was approved', async () => {
    await send('SHIRT,BROADWAY,5\n');
    const grown = await grow(`archive/${NAME}`, 'HAT,BROADWAY,7\n');
    await run.importFeed(grown);
    await run.importFeed(await grow(grown, 'HAT,BROADWAY,1\n'));
    await decide('approved');
    expect(await decidedFeeds()).toMatchObject([{ applied: 2 }]);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 8]);

    await run.importFeed(await grow(`archive/${NAME}`, 'HAT,BROADWAY,30\n'));
    await decide('approved');
    expect(await decidedFeeds()).toMatchObject([{ applied: 1 }]);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 38]);
  });

  test('whose last row was half is not posted twice: a row that was applied and is another one now refuses it', async () => {
    await send('SHIRT,BROADWAY,1');
    const grown = await grow(`archive/${NAME}`, '25\nHAT,BROADWAY,7\n');
    expect(await run.importFeed(grown)).toMatchObject({
      error: { code: 'FEED_GREW', message: expect.stringContaining('is another row now') as string },
    });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([1, 0]);
    expect(await run.namesIn('error')).toContain(`${NAME}.errors.csv`);
  });

  test('whose half row was refused has that row when it is whole', async () => {
    await send('SHIRT,BROADWAY,5\nHAT,BROAD');
    const grown = await grow(`error/${NAME}`, 'WAY,7\n');
    await run.importFeed(grown);
    await decide('approved');
    expect(await decidedFeeds()).toMatchObject([{ rows: 1, applied: 1 }]);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 7]);
  });

  test('that does not begin with what was applied is refused', async () => {
    await send('SHIRT,BROADWAY,5\n');
    await writeFile(join(run.folder, `archive/${NAME}`), `${HEADER}SHIRT,BROADWAY,6\nHAT,BROADWAY,7\n`);
    await dated(`archive/${NAME}`);
    const [grown = ''] = await taken();
    expect(await run.importFeed(grown)).toMatchObject({
      error: { code: 'FEED_GREW', message: expect.stringContaining('does not begin any more') as string },
    });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 0]);
  });

  test('that got nothing but the end of its last line is not held', async () => {
    await send('SHIRT,BROADWAY,5');
    expect(await run.importFeed(await grow(`archive/${NAME}`, '\n'))).toMatchObject({ rows: 0, applied: 0 });
    expect(await onHand('SHIRT')).toBe(5);
    expect(await run.namesIn('archive')).toEqual([NAME]);
  });

  test('packed by gzip grows by a second member', async () => {
    const name = `${NAME}.gz`;
    const path = await run.put(`incoming/${name}`, '');
    await writeFile(join(run.folder, path), gzipSync(`${HEADER}SHIRT,BROADWAY,5\n`));
    await dated(path);
    await run.importFeed(path);
    await run.importFeed(await grow(`archive/${name}`, gzipSync('HAT,BROADWAY,7\n')));
    await decide('approved');
    await decidedFeeds();
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 7]);
  });

  /** NEW is a product that nobody knows at first. */
  const addNew = () =>
    run.warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('NEW', 'NEW')`);

  test('has its refused rows again, once their product is known', async () => {
    await send('SHIRT,BROADWAY,5\nNEW,BROADWAY,3\n');
    await addNew();
    await run.importFeed(await grow(`error/${NAME}`, 'HAT,BROADWAY,7\n'));
    await decide('approved');
    expect(await decidedFeeds()).toMatchObject([{ rows: 2, applied: 2 }]);
    expect([await onHand('SHIRT'), await onHand('NEW'), await onHand('HAT')]).toEqual([5, 3, 7]);
  });

  test('does not tell refused rows again that a second sending has told', async () => {
    const rows = 'SHIRT,BROADWAY,5\nNEW,BROADWAY,3\n';
    await send(rows);
    await addNew();
    expect(await send(rows)).toMatchObject({ rows: 1, applied: 1 });
    await run.importFeed(await grow(`error/${NAME}`, 'HAT,BROADWAY,7\n'));
    await decide('approved');
    expect(await decidedFeeds()).toMatchObject([{ rows: 1, applied: 1 }]);
    expect([await onHand('SHIRT'), await onHand('NEW'), await onHand('HAT')]).toEqual([5, 3, 7]);
  });

  test('that was sent again as it was before has nothing left, and is undone from the end', async () => {
    const rows = 'SHIRT,BROADWAY,5\nNEW,BROADWAY,3\n';
    await send(rows);
    await addNew();
    await run.importFeed(await grow(`error/${NAME}`, 'HAT,BROADWAY,7\n'));
    await decide('approved');
    await decidedFeeds();
    expect((await send(rows)).error).toMatchObject({ code: 'FEED_HELD' });
    expect(await onHand('NEW')).toBe(3);

    const { database } = run.warehouse;
    const applied = await listImports(database, { limit: 9, state: 'applied' });
    const [rest, first] = applied.map(({ importId }) => importId);
    const undo = (importId = 0) => undoImport(database, importId, { by: 'Ann', reason: 'a test' });
    await expect(undo(first)).rejects.toMatchObject({ code: 'IMPORT_CONTINUED' });
    await undo(rest);
    await undo(first);
    expect([await onHand('SHIRT'), await onHand('NEW'), await onHand('HAT')]).toEqual([0, 0, 0]);
  });
});

describe('a file of settings', () => {
  const NAME = 'IMP_PROD_FACILITY__1.csv';
  const HEADER = 'product-id,facility-id,facility-safety-stock\n';

  const safetyStocks = async () =>
    run.warehouse.database.query<{ sku: string; units: number }>(
      `SELECT sku, minimum_stock AS units FROM product_facility JOIN product USING (product_id)
       WHERE facility_id = 'BROADWAY' ORDER BY sku`,
    );

  test('does not set back what another folder has set since', async () => {
    await run.importFeed(await run.put(`incoming/${NAME}`, `${HEADER}10000,BROADWAY,5\n`));
    await run.importFeed(await run.put(`incoming/store/${NAME}`, `${HEADER}10000,BROADWAY,9\n`));
    expect(await run.importFeed(await grow(`archive/${NAME}`, '10001,BROADWAY,2\n'))).toMatchObject({
      ...{ rows: 1, applied: 1, hasGrown: true },
    });
    expect(await safetyStocks()).toEqual([
      { sku: 'HAT', units: 2 },
      { sku: 'SHIRT', units: 9 },
    ]);
  });

  test('has a row anew that was half', async () => {
    await run.importFeed(await run.put(`incoming/${NAME}`, `${HEADER}10001,BROADWAY,5\n10000,BROADWAY,1`));
    await run.importFeed(await grow(`archive/${NAME}`, '2\n'));
    expect(await safetyStocks()).toEqual([
      { sku: 'HAT', units: 5 },
      { sku: 'SHIRT', units: 12 },
    ]);
  });
});

test('thresholds and order lines do not set back what another folder has said since', async () => {
  const thresholds = 'IMP_THRESHOLD__1.csv';
  const ofGroup = 'idValue,facility-group-id,threshold\n';
  await run.importFeed(await run.put(`incoming/${thresholds}`, `${ofGroup}SHIRT,FAC_GRP,5\n`));
  await run.importFeed(await run.put(`incoming/erp/${thresholds}`, `${ofGroup}SHIRT,FAC_GRP,9\n`));
  await run.importFeed(await grow(`archive/${thresholds}`, 'HAT,FAC_GRP,2\n'));
  const { database } = run.warehouse;
  expect(
    await database.query('SELECT product_id AS id, threshold FROM product_facility_group ORDER BY 1'),
  ).toEqual([
    { id: '10000', threshold: 9 },
    { id: '10001', threshold: 2 },
  ]);

  const orders = 'ORDER_ITEMS__1.csv';
  const header = 'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate\n';
  const line = (id: number, facility: string) =>
    `${id},1,SHIRT,1,${facility},ITEM_APPROVED,2026-11-20T10:00:00Z\n`;
  await run.importFeed(await run.put(`incoming/${orders}`, `${header}${line(1, 'BROADWAY')}`));
  await run.importFeed(await run.put(`incoming/oms/${orders}`, `${header}${line(1, 'SOHO')}`));
  await run.importFeed(await grow(`archive/${orders}`, line(2, 'BROADWAY')));
  expect(await database.query('SELECT order_id AS id, facility_id AS at FROM order_item ORDER BY 1')).toEqual(
    [
      { id: '1', at: 'SOHO' },
      { id: '2', at: 'BROADWAY' },
    ],
  );
});

describe('a count', () => {
  const NAME = 'RESET_INVENTORY__1.csv';
  const HEADER = 'facilityId,idValue,locationSeqId,availableQty\n';
  /** The server's clock is ahead: by the time of the file, all of it is a count of now. */
  const NEWER_THAN_ALL = -5_000;

  const sell = (units: number) =>
    run.warehouse.database.query(
      `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       VALUES ('10000', 'BROADWAY', $1, 0, 'ORDER_SHIPPED', 'an order')`,
      [-units],
    );

  test('keeps what was sold between its filing and its growth', async () => {
    await run.importFeed(await run.put(`incoming/${NAME}`, `${HEADER}BROADWAY,SHIRT,A,10\n`));
    await sell(3);
    const grown = await grow(`archive/${NAME}`, 'BROADWAY,HAT,A,4\n', NEWER_THAN_ALL);
    expect(await run.importFeed(grown)).toMatchObject({ rows: 2, applied: 2, failed: 0, hasGrown: true });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([7, 4]);
  });

  test('of which another bin comes behind adds up, without what was sold meanwhile', async () => {
    await run.importFeed(await run.put(`incoming/${NAME}`, `${HEADER}BROADWAY,SHIRT,A,10\n`));
    await sell(3);
    await run.importFeed(await grow(`archive/${NAME}`, 'BROADWAY,SHIRT,B,4\n', NEWER_THAN_ALL));
    expect(await onHand('SHIRT')).toBe(11);
  });

  test('of a complete source still names what it has told', async () => {
    await addSource(run.warehouse.database, 'store', { complete: true });
    await run.importFeed(await run.put(`incoming/store/${NAME}`, `${HEADER}BROADWAY,SHIRT,A,10\n`));
    await sell(3);
    await run.importFeed(await grow(`archive/${NAME}`, 'BROADWAY,HAT,A,4\n', NEWER_THAN_ALL));
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([7, 4]);
  });
});
