/** A source that sends all that there is: what it does not name any more is zero, and nothing else is. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decideImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { addSource, setSource } from '../../src/postgres/feeds/sources.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { atpWith, type Atp } from '../cli/atp.ts';
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

/** `<facility> <product> <units>`. */
const rowsOf = (facility: string, products: readonly number[], units = 5) =>
  products.map((index) => `${facility},${sku(index)},${units}`);

async function send(rows: readonly string[], columns = 'facilityId,idValue,availableQty') {
  files += 1;
  const name = `${String(files).padStart(4, '0')}.csv`;
  return run.importFeed(await run.put(`incoming/${folder}/${name}`, [columns, ...rows, ''].join('\n')));
}

async function unitsAt(facility: string): Promise<number[]> {
  return Promise.all(ALL.map(async (index) => (await run.warehouse.readLevels(sku(index), facility)).qoh));
}

const lastImport = async () => {
  const all = await listImports(run.warehouse.database, { limit: 99 });
  return all.filter(({ source }) => source === folder).sort((one, other) => other.importId - one.importId)[0];
};

const decide = async (state: 'approved' | 'rejected') =>
  decideImport(run.warehouse.database, (await lastImport())?.importId ?? 0, {
    state,
    by: 'Ann',
    reason: 'seen',
  });

describe('what a complete source does not name any more', () => {
  test('is zero, with units that came otherwise; an undo brings them back', async () => {
    await send(rowsOf('BROADWAY', ALL));
    await run.warehouse.import('MDM_INV_VARIANCE', [`${sku(9)},,2,BROADWAY,,,`]);

    const outcome = await send(rowsOf('BROADWAY', ALL.slice(0, 8)));

    expect(outcome).toMatchObject({ rows: 8, applied: 8, failed: 0 });
    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 0, 0]);
    const imported = await lastImport();
    expect(imported).toMatchObject({ rows: 8, effect: { toZero: 2, absent: 2 } });
    expect((await run.warehouse.readLedger()).at(-2)).toMatch(
      /BROADWAY -7 0 VAR_EXT_RESET .*\.csv \(absent\)$/,
    );

    await undoImport(run.warehouse.database, imported?.importId ?? 0, { by: 'Ann', reason: 'a test' });
    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5, 7]);
  });

  test('stays at a facility that the file does not name, and what it never named stays, too', async () => {
    await send([...rowsOf('BROADWAY', ALL), ...rowsOf('SOHO', [0, 1, 2])]);
    await run.warehouse.count(sku(9), 'SOHO', 4);

    await send(rowsOf('SOHO', [0, 1]));

    expect(await unitsAt('BROADWAY')).toEqual(ALL.map(() => 5));
    expect(await unitsAt('SOHO')).toEqual([5, 5, 0, 0, 0, 0, 0, 0, 0, 4]);
  });

  test('stays when somebody else has counted it since', async () => {
    await send(rowsOf('BROADWAY', ALL));
    await run.warehouse.count(sku(9), 'BROADWAY', 6);
    await send(rowsOf('BROADWAY', ALL.slice(0, 9)));
    expect((await unitsAt('BROADWAY'))[9]).toBe(6);
  });

  test('stays when a refused row may mean it: another spelling, or a quantity that nobody can read', async () => {
    await send(rowsOf('BROADWAY', ALL));

    const outcome = await send([
      ...rowsOf('BROADWAY', ALL.slice(0, 7)),
      `BROADWAY,${sku(7).replace(/^0/, '').toUpperCase()},5`,
      `BROADWAY,${sku(8)},many`,
    ]);

    expect(outcome).toMatchObject({ applied: 7, failed: 2 });
    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5, 0]);
  });

  test('stays as a whole, and that is told, when nobody can say what a row is about', async () => {
    await send(rowsOf('BROADWAY', ALL));
    const outcome = await send([...rowsOf('BROADWAY', ALL.slice(0, 8)), 'BROADWAY,too,many,values']);
    expect(outcome.warnings).toEqual([{ code: 'COUNT_ABSENT_UNKNOWN', rows: 1 }]);
    expect(await unitsAt('BROADWAY')).toEqual(ALL.map(() => 5));
  });

  test('was not there at the instant of the count, and what has come since is kept', async () => {
    const columns = 'facilityId,idValue,availableQty,asOf';
    const at = (hours: number, rows: readonly string[]) =>
      rows.map((row) => `${row},${new Date(Date.now() - hours * 3_600_000).toISOString()}`);
    await send(at(3, rowsOf('BROADWAY', ALL)), columns);
    await run.warehouse.import('MDM_INV_VARIANCE', [`${sku(9)},,2,BROADWAY,,,`]);

    await send(at(2, rowsOf('BROADWAY', ALL.slice(0, 9))), columns);
    expect((await unitsAt('BROADWAY'))[9]).toBe(2);

    // One of an earlier instant has nothing to say of it.
    await send(at(4, rowsOf('BROADWAY', [0])), columns);
    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5, 2]);
  });

  test('stays where the source does not say that it is complete', async () => {
    await send(rowsOf('BROADWAY', ALL));
    await run.warehouse.database.query(
      `UPDATE feed_source SET settings = settings || '{"complete": false}' WHERE source = $1`,
      [folder],
    );
    await send(rowsOf('BROADWAY', [0]));
    expect(await unitsAt('BROADWAY')).toEqual(ALL.map(() => 5));
  });
});

describe('gates', () => {
  test('hold one that leaves out more than a quarter at any facility, where that are five quantities or more', async () => {
    const few = rowsOf('BROADWAY', [0, 1, 2, 3]);
    await send([...few, ...rowsOf('SOHO', ALL)]);

    // Four of ten at one, and two of four at the other, may be chance.
    expect((await send([...few.slice(0, 2), ...rowsOf('SOHO', [4, 5, 6, 7, 8, 9])])).error).toBeUndefined();
    await send([...few, ...rowsOf('SOHO', ALL)]);
    const rows = [...few.slice(0, 2), ...rowsOf('SOHO', [5, 6, 7, 8, 9])];
    expect((await send(rows)).error?.message).toContain('5 of 10 quantities at SOHO fall to zero because');
    await decide('rejected');
    await setSource(run.warehouse.database, folder, { absentMax: 50 });
    await run.importFeed((await run.listFeeds({ source: folder }))[0]?.path ?? '');

    expect((await send(rows)).error).toBeUndefined();
    expect(await unitsAt('SOHO')).toEqual([0, 0, 0, 0, 0, 5, 5, 5, 5, 5]);
  });

  test('hold a complete source that leaves out more than half, of however few; approved, it counts', async () => {
    await send(rowsOf('BROADWAY', ALL));

    const held = await send(rowsOf('BROADWAY', [0, 1, 2, 3]));
    expect(held.error?.code).toBe('FEED_HELD');
    expect(held.error?.message).toContain(
      '6 of 10 quantities at BROADWAY fall to zero because it does not name them',
    );
    expect(await unitsAt('BROADWAY')).toEqual(ALL.map(() => 5));
    expect(await lastImport()).toMatchObject({ effect: { toZero: 6, absent: 6 } });

    await decide('approved');
    const [ready] = await run.listFeeds({ source: folder });
    await run.importFeed(ready?.path ?? '');
    expect(await unitsAt('BROADWAY')).toEqual([5, 5, 5, 5, 0, 0, 0, 0, 0, 0]);
  });

  test('hold its file without rows, which says that nothing is left', async () => {
    await send(rowsOf('BROADWAY', ALL));
    const held = await send([]);
    expect(held.error?.message).toContain('it has no rows');
    expect(await lastImport()).toMatchObject({ state: 'held', effect: { toZero: 10, absent: 10 } });
    await decide('rejected');
    expect(await unitsAt('BROADWAY')).toEqual(ALL.map(() => 5));
  });
});

test('a dry run of its file tells how many it would set to zero', async () => {
  await send(rowsOf('BROADWAY', ALL));
  const atp: Atp = await atpWith({ DATABASE_URL: run.warehouse.url });
  const file = join(atp.folder, `RESET_INVENTORY__dry-${tests}.csv`);
  await writeFile(
    file,
    ['facilityId,idValue,availableQty', ...rowsOf('BROADWAY', ALL.slice(0, 7)), ''].join('\n'),
  );

  const { stdout } = await atp.run('import', file, '--source', folder, '--dry-run');

  expect(stdout).toContain('3 to zero (3 of them because the file does not name them)');
  expect(await unitsAt('BROADWAY')).toEqual(ALL.map(() => 5));
});
