/** What is claimed is imported once, in the order in which it was sent, and is never forgotten: whatever dies in between. */
import { appendFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { claimByStep, claimedPath } from '../../src/domain/claim.ts';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import type { OpenFileDrop } from '../../src/sftp/file-drop.ts';
import { ImportRun } from './import-run.ts';

let run: ImportRun;

beforeEach(async () => {
  run = await ImportRun.open();
});

const onHand = async (sku = 'SHIRT') => (await run.warehouse.readLevels(sku, 'BROADWAY')).qoh;
const taken = async () =>
  (await run.listFeeds()).filter(({ waits, isUntaken }) => !waits && !isUntaken).map(({ path }) => path);

const COUNT_HEADER = 'facilityId,idValue,availableQty\n';
const VARIANCE_HEADER = 'idValue,facilityId,availableDelta\n';

/** Written an hour ago, so that no run waits for it to settle. */
async function grow(path: string, content: string): Promise<void> {
  await appendFile(join(run.folder, path), content);
  const written = new Date(Date.now() - 3_000_000);
  await utimes(join(run.folder, path), written, written);
}

/** A run that imports the feed, and dies before it is moved away. */
async function importAndDie(path: string): Promise<string> {
  const dying: OpenFileDrop = (work) =>
    run.drop((drop) =>
      work({
        ...drop,
        move: async (from, to) => {
          if (/^(archive|error)\//.test(to)) throw new Error('The worker is dead.');
          await drop.move(from, to);
        },
      }),
    );
  await expect(run.importFeed(path, { through: dying })).rejects.toThrow('dead');
  const [claimed] = await taken();
  if (claimed === undefined) throw new Error('Nothing is claimed.');
  return claimed;
}

describe('a feed whose run died after its import', () => {
  test('is held when it has grown since and is a difference: its first rows have happened already', async () => {
    const path = await run.put('incoming/MDM_INV_VARIANCE__1.csv', `${VARIANCE_HEADER}SHIRT,BROADWAY,5\n`);
    const claimed = await importAndDie(path);
    await grow(claimed, 'HAT,BROADWAY,7\n');

    expect(await run.importFeed(claimed)).toMatchObject({ error: { code: 'FEED_HELD' } });

    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 0]);
    const { database } = run.warehouse;
    const [held] = await listImports(database, { limit: 1, state: 'held' });
    await decideImport(database, held?.importId ?? 0, { state: 'approved', by: 'Ann', reason: 'a test' });
    expect(await run.importFeed(claimed)).toMatchObject({ rows: 1, applied: 1 });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 7]);
    // Nor is it found to have grown since its first import.
    expect(await taken()).toEqual([]);
  });

  test('is none that counts when a person has undone it since: it goes to error/', async () => {
    const { database } = run.warehouse;
    const claimed = await importAndDie(
      await run.put('incoming/MDM_INV_VARIANCE__undone.csv', `${VARIANCE_HEADER}SHIRT,BROADWAY,5\n`),
    );
    const [last] = await listImports(database, { limit: 1 });
    await undoImport(database, last?.importId ?? 0, { by: 'Ann', reason: 'a test' });

    expect(await run.importFeed(claimed)).toMatchObject({ applied: 0, error: { code: 'IMPORT_UNDONE' } });

    expect(await onHand()).toBe(0);
    expect(await run.namesIn('error')).toContain('MDM_INV_VARIANCE__undone.csv');
  });

  test('is applied as it is now when it has grown and is a state', async () => {
    const path = await run.put('incoming/RESET_INVENTORY__1.csv', `${COUNT_HEADER}BROADWAY,SHIRT,5\n`);
    const claimed = await importAndDie(path);
    await grow(claimed, 'BROADWAY,HAT,7\n');
    expect(await run.importFeed(claimed)).toMatchObject({ applied: 2 });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([5, 7]);
  });
});

test('a feed that had a header only when it was filed is taken again when its rows come', async () => {
  const name = 'RESET_INVENTORY__1.csv';
  await run.importFeed(await run.put(`incoming/${name}`, COUNT_HEADER));
  expect(await run.namesIn('archive')).toEqual([name]);
  await grow(`archive/${name}`, 'BROADWAY,SHIRT,12\n');

  for (const path of await taken()) await run.importFeed(path);

  expect(await onHand()).toBe(12);
});

test('a difference without rows is no event, so that the next of its name is none that was sent before', async () => {
  for (const step of ['one', 'two']) {
    const path = await run.put('incoming/MDM_INV_VARIANCE__nightly.csv', VARIANCE_HEADER);
    expect(await run.importFeed(path, { step })).not.toHaveProperty('error');
  }
});

test('a count that has grown is no news of what another folder has counted since it was filed', async () => {
  const name = 'RESET_INVENTORY__1.csv';
  await run.importFeed(await run.put(`incoming/${name}`, `${COUNT_HEADER}BROADWAY,SHIRT,10\nSOHO,SHIRT,5\n`));
  await run.importFeed(await run.put(`incoming/store/${name}`, `${COUNT_HEADER}BROADWAY,SHIRT,4\n`));
  await run.warehouse.database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('10000', 'SOHO', -1, 0, 'ORDER_SHIPPED', 'an order')`,
  );
  await grow(`archive/${name}`, 'BROADWAY,HAT,7\n');
  const [grown = ''] = await taken();

  expect(await run.importFeed(grown)).toMatchObject({ hasGrown: true, applied: 3, failed: 0 });

  expect([await onHand(), await onHand('HAT')]).toEqual([4, 7]);
  // Nor does it take back what was sold since.
  expect((await run.warehouse.readLevels('SHIRT', 'SOHO')).qoh).toBe(4);
});

describe('of two feeds of one name', () => {
  const name = 'RESET_INVENTORY__nightly.csv';

  test('the older one that grew does not set back what the newer one has counted', async () => {
    await run.importFeed(await run.put(`incoming/${name}`, `${COUNT_HEADER}BROADWAY,SHIRT,10\n`));
    await run.importFeed(await run.put(`incoming/${name}`, `${COUNT_HEADER}BROADWAY,SHIRT,4\n`));
    await grow(`archive/${name}`, 'BROADWAY,HAT,7\n');

    const [grown = ''] = await taken();

    expect(await run.importFeed(grown)).toMatchObject({ error: { code: 'FEED_GREW' } });
    expect(await onHand()).toBe(4);
  });

  test('the one that was sent first is imported first, whatever its claim is called', async () => {
    await run.importFeed(await run.put(`incoming/${name}`, `${COUNT_HEADER}BROADWAY,SHIRT,10\n`));
    const claims = ['b', 'a'].map((id) => claimedPath(claimByStep(`incoming/${name}`, id, '1')));
    const ages = [3_000_000, 2_000_000];
    for (const [index, path] of claims.entries()) {
      await run.put(path, `${COUNT_HEADER}BROADWAY,SHIRT,${index}\n`);
      const written = new Date(Date.now() - (ages[index] ?? 0));
      await utimes(join(run.folder, path), written, written);
    }
    await grow(`archive/${name}`, 'BROADWAY,HAT,7\n');
    const [first, ...others] = await taken();
    expect(first).toMatch(/^claimed\/grown-/);
    expect(others).toEqual(claims);
  });
});

test('a claimed feed is found when the folder that it was sent to is there no more', async () => {
  const path = await run.put('incoming/MDM_INV_VARIANCE/1.csv', `${VARIANCE_HEADER}SHIRT,BROADWAY,5\n`);
  const claim = claimedPath(claimByStep(path, 'a-run-that-died', '1'));
  await run.drop((drop) => drop.move(path, claim));
  await rm(join(run.folder, 'incoming/MDM_INV_VARIANCE'), { recursive: true });
  expect(await taken()).toEqual([claim]);
  expect(await run.importFeed(claim)).toMatchObject({ applied: 1 });
});
