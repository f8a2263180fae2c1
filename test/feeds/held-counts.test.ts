/** Counts that gates hold: what happens between their coming and the decision, and which counts take their place. */
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { CROWD, openCrowdedRun, openStore } from './crowded-store.ts';
import type { ImportRun } from './import-run.ts';

let run: ImportRun;

beforeAll(async () => {
  run = await openCrowdedRun();
});

let folder = '';
let folders = 0;

beforeEach(async () => {
  folders += 1;
  folder = `store-${folders}`;
  await openStore(run, folder);
});

const onHand = async (sku = 'SHIRT') => (await run.warehouse.readLevels(sku, 'BROADWAY')).qoh;
const put = (name: string, rows: readonly string[], columns = 'facilityId,idValue,availableQty') =>
  run.put(`incoming/${folder}/${name}`, `${columns}\n${rows.join('\n')}\n`);
const hold = async () => run.importFeed(await put('1.csv', ['BROADWAY,SHIRT,250000', 'BROADWAY,HAT,24']));

/** Of this folder, in the order of their numbers. */
const imports = async () =>
  (await listImports(run.warehouse.database, { limit: 99 }))
    .filter(({ source }) => source === folder)
    .toSorted((one, other) => one.importId - other.importId);
const states = async () => (await imports()).map(({ fileName, state }) => `${fileName} ${state}`);

async function decide(state: 'approved' | 'rejected', fileName = '1.csv'): Promise<void> {
  const { importId = 0 } = (await imports()).find((each) => each.fileName === fileName) ?? {};
  await decideImport(run.warehouse.database, importId, { state, by: 'Ann', reason: 'I have looked' });
}

/** Those that the next run would import. */
const ready = async () =>
  (await run.listFeeds({ source: folder })).flatMap(({ path, waits }) => (waits === undefined ? [path] : []));

describe('a held count that is approved', () => {
  test('keeps what was sold while it was held: it was right when it came', async () => {
    await hold();
    const sold = `H${folders},01,,,HAT,,6,0,BROADWAY,ITEM_COMPLETED,2026-11-24T10:00:00Z`;
    await run.warehouse.import('ORDER_ITEMS', [sold]);
    await decide('approved');
    const [path = ''] = await ready();
    expect(await run.importFeed(path)).toMatchObject({ applied: 2, failed: 0 });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([250_000, 18]);
  });

  test('sets back nothing that the next count has set, when it is approved while that one is imported', async () => {
    await hold();
    const next = await put('2.csv', ['BROADWAY,SHIRT,26', 'BROADWAY,HAT,23']);
    expect(await ready()).toEqual([next]);
    await decide('approved');
    expect(await run.importFeed(next)).toMatchObject({ applied: 2 });
    const [late = ''] = await ready();
    expect(await run.importFeed(late)).toMatchObject({ applied: 0, failed: 2 });
    expect(await run.read('error/1.csv.errors.csv')).toContain('COUNT_OVERTAKEN');
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([26, 23]);
  });
});

test('an export of Shopify that sets most of its stock to zero is held, and can be undone', async () => {
  const header = 'SKU,Location,Bin name,On hand (current),On hand (new)';
  const path = await put(
    'SHOPIFY_INVENTORY__1.csv',
    CROWD.map((sku) => `${sku},Broadway,,0,`),
    header,
  );
  expect((await run.importFeed(path)).error).toMatchObject({ code: 'FEED_HELD' });
  expect(await onHand('P1')).toBe(25);
  await decide('approved', 'SHOPIFY_INVENTORY__1.csv');
  const [approved = ''] = await ready();
  expect(await run.importFeed(approved)).toMatchObject({ applied: CROWD.length });
  expect(await onHand('P1')).toBe(0);
  const [{ importId = 0 } = {}] = await imports();
  await undoImport(run.warehouse.database, importId, { by: 'Ann', reason: 'wrong shop' });
  expect(await onHand('P1')).toBe(25);
});

describe('a count behind a held one', () => {
  test('does not take its place with rows that are refused', async () => {
    await hold();
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const next = await put(
      '2.csv',
      [`BROADWAY,SHIRT,26,${yesterday}`, `BROADWAY,HAT,23,${yesterday}`],
      'facilityId,idValue,availableQty,asOf',
    );
    expect((await run.importFeed(next)).error).toMatchObject({ code: 'FEED_HELD' });
    expect(await states()).toEqual(['1.csv held', '2.csv held']);
  });
});

describe('a count that comes late, and lies before a held one by its name', () => {
  test('is applied and does not take its place: approved, the held one counts', async () => {
    await run.importFeed(await put('0300.csv', ['BROADWAY,SHIRT,250000', 'BROADWAY,HAT,24']));
    const late = await put('0200.csv', ['BROADWAY,SHIRT,26', 'BROADWAY,HAT,23']);
    expect(await ready()).toEqual([late]);
    expect(await run.importFeed(late)).toMatchObject({ applied: 2, failed: 0 });
    expect(await states()).toEqual(['0300.csv held', '0200.csv applied']);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([26, 23]);

    await decide('approved', '0300.csv');
    const [path = ''] = await ready();
    expect(await run.importFeed(path)).toMatchObject({ applied: 2, failed: 0 });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([250_000, 24]);
  });

  test('by its time, where the source says so', async () => {
    await addSource(run.warehouse.database, `${folder}-by-time`, { type: 'RESET_INVENTORY', order: 'time' });
    folder = `${folder}-by-time`;
    const content = (units: number) => `facilityId,idValue,availableQty\nBROADWAY,SHIRT,${units}\n`;
    const sendAgo = async (name: string, units: number, ms: number) => {
      const path = await run.put(`incoming/${folder}/${name}`, content(units));
      const written = new Date(Date.now() - ms);
      await utimes(join(run.folder, path), written, written);
      return run.importFeed(path);
    };
    await sendAgo('1.csv', 250_000, 3_600_000);
    await sendAgo('2.csv', 26, 7_200_000);
    expect(await states()).toEqual(['1.csv held', '2.csv applied']);
    await sendAgo('0.csv', 27, 1_800_000);
    expect(await states()).toEqual(['1.csv replaced', '2.csv applied', '0.csv applied']);
    expect(await onHand()).toBe(27);
  });
});

describe('what a held count is about is kept', () => {
  const readLevels = () =>
    run.warehouse.database.query(
      'SELECT level.product_id FROM held_level AS level LEFT JOIN feed_import USING (import_id) WHERE source = $1 OR source IS NULL',
      [folder],
    );

  test('until it is applied, because the one before it was decided', async () => {
    await hold();
    await run.importFeed(await put('2.csv', ['BROADWAY,SHIRT,26']));
    expect(await readLevels()).toHaveLength(3);
    await decide('rejected');
    for (const path of await ready()) await run.importFeed(path);
    expect(await states()).toEqual(['1.csv rejected', '2.csv applied']);
    expect(await readLevels()).toEqual([]);
  });

  test('once, also when it is judged and held again', async () => {
    await hold();
    await run.importFeed(await put('2.csv', ['BROADWAY,SHIRT,350000']));
    await decide('rejected');
    for (const path of await ready()) await run.importFeed(path);
    expect(await states()).toEqual(['1.csv rejected', '2.csv held']);
    expect(await readLevels()).toHaveLength(1);
  });

  test('until its sender writes on', async () => {
    await hold();
    const [{ path } = { path: '' }] = await run.listFeeds({ source: folder });
    await run.put(path, 'facilityId,idValue,availableQty\nBROADWAY,SHIRT,350000\n');
    await run.importFeed(path);
    expect(await states()).toEqual(['1.csv replaced', '1.csv held']);
    expect(await readLevels()).toHaveLength(1);
  });
});

test('nobody is asked about what a sender has written over, when what it has written is applied', async () => {
  const variance = (units: number) => `idValue,facilityId,availableDelta\nSHIRT,BROADWAY,${units}\n`;
  const name = 'MDM_INV_VARIANCE__1.csv';
  await run.importFeed(await run.put(`incoming/${folder}/${name}`, variance(250_000)));
  const [{ path: claimed } = { path: '' }] = await run.listFeeds({ source: folder });
  expect(await states()).toEqual([`${name} held`]);
  await run.put(claimed, variance(3));
  expect(await run.importFeed(claimed)).toMatchObject({ applied: 1 });
  expect(await states()).toEqual([`${name} replaced`, `${name} applied`]);
  expect(await onHand()).toBe(28);
});

test('a difference from SFTP that is imported again by hand applies the rows only that were refused', async () => {
  const name = `MDM_INV_VARIANCE__hand-${folders}.csv`;
  const text = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,-1\nSCARF,BROADWAY,4\n';
  expect(await run.importFeed(await run.put(`incoming/${folder}/${name}`, text))).toMatchObject({
    applied: 1,
    failed: 1,
  });
  await run.warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('30000', 'SCARF')`);
  expect(await run.warehouse.importText('MDM_INV_VARIANCE', text, name)).toMatchObject({
    applied: 1,
    failed: 0,
  });
  expect([await onHand('SHIRT'), await onHand('SCARF')]).toEqual([24, 4]);
});
