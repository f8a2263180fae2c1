/** What a complete source leaves out in doubt: who may be meant by a row that nobody can take is not absent. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { ImportRun } from './import-run.ts';

let run: ImportRun;
let tests = 0;
let folder = '';
let files = 0;

beforeAll(async () => {
  run = await ImportRun.open();
});

/** Each test has a source and ten products of its own. */
beforeEach(async () => {
  tests += 1;
  folder = `all-${tests}`;
  await addSource(run.warehouse.database, folder, { type: 'RESET_INVENTORY', complete: true });
  await run.warehouse.database.query(
    `INSERT INTO product (product_id, sku) SELECT id, id FROM unnest($1::text[]) AS id`,
    [ALL.map(sku)],
  );
});

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const sku = (index: number) => `0${tests}-Item${index}`;
const FIVES = ALL.map(() => 5);

/** `<facility>,<product>,<units>`. */
const rowsOf = (facility: string, products: readonly number[], units = 5) =>
  products.map((index) => `${facility},${sku(index)},${units}`);

async function send(rows: readonly string[], columns = 'facilityId,idValue,availableQty', type = '') {
  files += 1;
  const name = `${type}${String(files).padStart(4, '0')}.csv`;
  return run.importFeed(await run.put(`incoming/${folder}/${name}`, [columns, ...rows, ''].join('\n')));
}

async function unitsAt(facility: string): Promise<number[]> {
  return Promise.all(ALL.map(async (index) => (await run.warehouse.readLevels(sku(index), facility)).qoh));
}

const lastImport = async () => {
  const all = await listImports(run.warehouse.database, { limit: 99 });
  return all.filter(({ source }) => source === folder).sort((one, other) => other.importId - one.importId)[0];
};

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

describe('a row that names no product that is known', () => {
  test.each([
    ['is empty', () => ''],
    ['was rounded by a spreadsheet', () => '1.23E+11'],
    ['is a date that a spreadsheet has made', () => '10-Nov'],
    ['is a fault of a spreadsheet', () => '#N/A'],
    ['is no value', () => 'NULL'],
    ['has lost a letter', () => sku(9).replace('e', '\ufffd')],
  ])('leaves the whole file without absence when its id %s', async (_what, id) => {
    await send(rowsOf('BROADWAY', ALL));
    const outcome = await send([...rowsOf('BROADWAY', ALL.slice(0, 8)), `BROADWAY,${id()},5`]);
    expect(outcome).toMatchObject({ applied: 8, failed: 1 });
    expect(outcome.warnings).toEqual([{ code: 'COUNT_ABSENT_UNKNOWN', rows: 1 }]);
    expect(await unitsAt('BROADWAY')).toEqual(FIVES);
  });

  test.each([
    ['blanks in it', () => sku(9).replace('It', 'It ')],
    ['a letter that looks like its own', () => sku(9).replace('e', 'е')],
    ['a fraction of zeros', () => `${sku(9)}.0`],
    ['a slip of the pen', () => sku(9).replace('Item', 'Itme')],
  ])('keeps the product that it may mean: the same with %s', async (_what, id) => {
    await send(rowsOf('BROADWAY', ALL));
    const outcome = await send([...rowsOf('BROADWAY', ALL.slice(0, 8)), `BROADWAY,${id()},5`]);
    expect(outcome).toMatchObject({ applied: 8, failed: 1 });
    expect(outcome.warnings).toBeUndefined();
    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 0, 5]);
  });

  test('keeps it behind many others that mean nothing of ours', async () => {
    await send(rowsOf('BROADWAY', ALL));
    await run.warehouse.database.query(
      `UPDATE feed_source SET settings = settings || '{"unknownMax": 100}' WHERE source = $1`,
      [folder],
    );
    const others = Array.from({ length: 60 }, (_, index) => `BROADWAY,foreign-${index}-of-them,5`);
    await send([...rowsOf('BROADWAY', ALL.slice(0, 8)), ...others, `BROADWAY,${sku(9)} .00,5`]);
    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 0, 5]);
  });
});

describe('a gate looks at each facility', () => {
  test('so that one that was cut off is held beside others that are whole', async () => {
    await send([...rowsOf('BROADWAY', ALL), ...rowsOf('SOHO', ALL)]);
    const held = await send([...rowsOf('BROADWAY', ALL), ...rowsOf('SOHO', [0])]);
    expect(held.error?.message).toContain(
      '9 of 10 quantities at SOHO fall to zero because it does not name them',
    );
    expect(await unitsAt('SOHO')).toEqual(FIVES);
  });
});

describe('other counts of a complete source', () => {
  test('say nothing of what they do not name: one by hand, and an export of Shopify', async () => {
    await send(rowsOf('BROADWAY', ALL));

    await send(rowsOf('BROADWAY', [0, 1, 2, 3, 4], 6), 'facilityId,idValue,quantity', 'REC_INV_COUNT__');
    expect(await unitsAt('BROADWAY')).toEqual([6, 6, 6, 6, 6, 5, 5, 5, 5, 5]);

    const shopify = [`${sku(0)},Broadway,7`, `${sku(1)},Broadway,not stocked`, `${sku(2)},Broadway,7`];
    const outcome = await send(shopify, 'SKU,Location,On hand (current)', 'SHOPIFY_INVENTORY__');
    expect(outcome.error).toBeUndefined();
    expect(await unitsAt('BROADWAY')).toEqual([7, 6, 7, 6, 6, 5, 5, 5, 5, 5]);
  });
});

describe('what a complete source leaves out', () => {
  test('is counted as zero where it was zero already, so that a later file takes the place of a held one', async () => {
    await send([...rowsOf('BROADWAY', ALL.slice(0, 9)), ...rowsOf('BROADWAY', [9], 0)]);
    const held = await send([...rowsOf('BROADWAY', ALL.slice(0, 2)), ...rowsOf('BROADWAY', [9], 0)]);
    expect(held.error?.code).toBe('FEED_HELD');

    const next = await send(rowsOf('BROADWAY', ALL.slice(0, 9), 6));

    expect(next.error).toBeUndefined();
    expect(await unitsAt('BROADWAY')).toEqual([6, 6, 6, 6, 6, 6, 6, 6, 6, 0]);
  });

  test('was zero at the latest instant that the file has, and keeps what has happened since', async () => {
    const columns = 'facilityId,idValue,availableQty,asOf';
    const at = (hours: number, rows: readonly string[]) => rows.map((row) => `${row},${hoursAgo(hours)}`);
    await send(
      [...at(9, rowsOf('BROADWAY', ALL.slice(0, 8))), ...at(9, rowsOf('BROADWAY', [8, 9], 2))],
      columns,
    );
    await run.warehouse.import('MDM_INV_VARIANCE', [`${sku(9)},,-2,BROADWAY,,,`]);

    const rows = [...at(100, rowsOf('BROADWAY', [0])), ...at(5, rowsOf('BROADWAY', [1, 2, 3, 4, 5, 6, 7]))];
    await send(rows, columns);

    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 0, -2]);
  });

  test('is zero of what is available when its file has no rows, and the last one counted that', async () => {
    const columns = 'facilityId,idValue,availableQty,resetByAtp';
    await send(
      rowsOf('BROADWAY', ALL).map((row) => `${row},Y`),
      columns,
    );
    await run.warehouse.import('ORDER_ITEMS', [
      `O-${tests},1,,,${sku(9)},,2,0,BROADWAY,ITEM_APPROVED,2026-11-20T10:00:00Z`,
    ]);
    await send([]);
    const imported = await lastImport();
    const decision = { state: 'approved', by: 'Ann', reason: 'seen' } as const;
    await decideImport(run.warehouse.database, imported?.importId ?? 0, decision);
    const [ready] = await run.listFeeds({ source: folder });
    await run.importFeed(ready?.path ?? '');
    expect(await run.warehouse.readLevels(sku(9), 'BROADWAY')).toEqual({ qoh: 2, reserved: 2 });
    expect(await run.warehouse.readLevels(sku(8), 'BROADWAY')).toEqual({ qoh: 0, reserved: 0 });
  });
});

describe('a level that somebody else counts', () => {
  test('while a complete source is imported stays as it was counted', async () => {
    await send(rowsOf('BROADWAY', ALL));
    const { database } = run.warehouse;
    const imported = await database.session(async (session) => {
      await session.query('BEGIN');
      await session.query(
        `SELECT FROM product_facility WHERE product_id = $1 AND facility_id = 'BROADWAY' FOR UPDATE`,
        [sku(0)],
      );
      const importing = send(rowsOf('BROADWAY', ALL.slice(0, 9)));
      await expect.poll(async () => isBlocking(), { timeout: 20_000 }).toBe(true);
      await run.warehouse.count(sku(9), 'BROADWAY', 6);
      await session.query('ROLLBACK');
      return importing;
    });
    expect(imported).toMatchObject({ rows: 9, applied: 9, failed: 0 });
    expect((await unitsAt('BROADWAY'))[9]).toBe(6);
  });
});

/** Whether a session of this database waits for a row that another one has locked. */
async function isBlocking(): Promise<boolean> {
  const rows = await run.warehouse.database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}

describe('an undone count of a complete source', () => {
  test('leaves its levels to whoever had counted them before', async () => {
    await send(rowsOf('BROADWAY', ALL));
    await run.warehouse.count(sku(9), 'BROADWAY', 6);
    await send(rowsOf('BROADWAY', ALL, 7));
    await undoImport(run.warehouse.database, (await lastImport())?.importId ?? 0, {
      by: 'Ann',
      reason: 'a test',
    });
    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5, 6]);

    await send(rowsOf('BROADWAY', ALL.slice(0, 8)));

    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 0, 6]);
  });

  test('keeps them from being absent from a file that is older than the count before', async () => {
    const columns = 'facilityId,idValue,availableQty,asOf';
    const at = (rows: readonly string[], hours: number) => rows.map((row) => `${row},${hoursAgo(hours)}`);
    await send(at(rowsOf('BROADWAY', ALL), 3), columns);
    await send(at(rowsOf('BROADWAY', ALL, 7), 2), columns);
    await undoImport(run.warehouse.database, (await lastImport())?.importId ?? 0, {
      by: 'Ann',
      reason: 'a test',
    });

    const late = await send(at(rowsOf('BROADWAY', ALL.slice(0, 8), 9), 4), columns);

    expect(late).toMatchObject({ rows: 8, applied: 0, failed: 8 });
    expect(await unitsAt('BROADWAY')).toEqual(FIVES);
  });
});
