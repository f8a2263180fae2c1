import { beforeEach, describe, expect, test } from 'vitest';
import { markFiled } from '../../src/postgres/feeds/imports.ts';
import { codedError } from '../sftp/coded.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

const FEED = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,5\nTIE,BROADWAY,1\n';
const NAME = 'MDM_INV_VARIANCE__1.csv';

const variance = (name: string, options = {}) =>
  warehouse.importText('MDM_INV_VARIANCE', FEED, name, options);
const onHand = async () => (await warehouse.levels('SHIRT', 'BROADWAY')).qoh;
const count = async (table: string) =>
  (await warehouse.database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]
    ?.count;

describe('once by content', () => {
  test('the same content under another name is refused, and names the earlier file', async () => {
    await variance(NAME);
    const error = await codedError(() => variance('MDM_INV_VARIANCE__2.csv'));
    expect(error).toMatchObject({ code: 'FEED_ALREADY_IMPORTED', detail: { earlierFileName: NAME } });
    expect(await onHand()).toBe(5);
  });

  test('several at once with the same content are one import', async () => {
    const outcomes = await Promise.allSettled(['a.csv', 'b.csv', 'c.csv'].map((name) => variance(name)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await onHand()).toBe(5);
  });

  test('a run that died after its commit finds what it has done, refused rows and all', async () => {
    const first = await variance(NAME, { isToBeFiled: true });
    const again = await variance(NAME, { isToBeFiled: true });
    expect(again).toEqual(first);
    expect(again).toMatchObject({ rows: 2, applied: 1, failed: 1 });
    expect(again.refused).toMatchObject([
      { rowNumber: 3, code: 'PRODUCT_UNKNOWN', values: ['TIE', 'BROADWAY', '1'] },
    ]);
    expect(await onHand()).toBe(5);
  });

  test('once it is filed, the same file is a second sending', async () => {
    await variance(NAME, { isToBeFiled: true });
    const [file] = await warehouse.database.query<{ sha256: string }>('SELECT sha256 FROM import_file');
    await markFiled(warehouse.database, file?.sha256 ?? '');
    expect((await codedError(() => variance(NAME, { isToBeFiled: true }))).code).toBe(
      'FEED_ALREADY_IMPORTED',
    );
  });

  test('a feed without rows may come as often as it likes', async () => {
    const empty = 'idValue,facilityId,availableDelta\n';
    for (const name of ['a.csv', 'b.csv']) {
      expect(await warehouse.importText('MDM_INV_VARIANCE', empty, name)).toMatchObject({
        rows: 0,
        failed: 0,
      });
    }
  });
});

describe('all or nothing', () => {
  test('a dry run tells everything and changes nothing', async () => {
    const dry = await variance(NAME, { dryRun: true });
    expect(dry).toMatchObject({ rows: 2, applied: 1, failed: 1 });
    expect(dry.refused).toHaveLength(1);
    expect([await onHand(), await count('import_file'), await count('inventory_item_detail')]).toEqual([
      0, 0, 0,
    ]);
    expect(await variance(NAME)).toEqual(dry);
  });

  test('a file that becomes unreadable at its end applies nothing and may be sent again', async () => {
    const rows = Array.from({ length: 5_000 }, () => 'SHIRT,BROADWAY,1').join('\n');
    const broken = `idValue,facilityId,availableDelta\n${rows}\n"SHIRT`;
    const error = await codedError(() => warehouse.importText('MDM_INV_VARIANCE', broken, NAME));
    expect(error.code).toBe('FEED_UNREADABLE');
    expect([await onHand(), await count('import_file')]).toEqual([0, 0]);
    expect(await variance(NAME)).toMatchObject({ applied: 1 });
  });

  test('an error file that cannot be written applies nothing', async () => {
    const onRefused = () => Promise.reject(new Error('disk full'));
    await expect(variance(NAME, { onRefused })).rejects.toThrow('disk full');
    expect([await onHand(), await count('import_file')]).toEqual([0, 0]);
  });

  test('an import that waits too long for rows of another one is a failure that a retry mends', async () => {
    await variance(NAME);
    await warehouse.database.session(async (other) => {
      await other.query('BEGIN');
      await other.query('SELECT FROM product_facility FOR UPDATE');
      const error = await codedError(() =>
        warehouse.import('MDM_INV_VARIANCE', ['SHIRT,,1,BROADWAY,,,'], { waitMs: 50 }),
      );
      expect(error).toMatchObject({ code: 'IMPORT_BUSY', class: 'retry' });
      await other.query('ROLLBACK');
    });
    await warehouse.import('MDM_INV_VARIANCE', ['SHIRT,,1,BROADWAY,,,']);
    expect(await onHand()).toBe(6);
  });
});

test('refused rows of a large file are recorded and told in order', async () => {
  const rows = Array.from({ length: 3_500 }, (_, index) =>
    index % 2 ? `TIE-${index},BROADWAY,1` : 'SHIRT,BROADWAY,1',
  );
  const outcome = await warehouse.importText(
    'MDM_INV_VARIANCE',
    `idValue,facilityId,availableDelta\n${rows.join('\n')}\n`,
    NAME,
  );
  expect(outcome).toMatchObject({ rows: 3_500, applied: 1_750, failed: 1_750 });
  expect(outcome.refused.map(({ rowNumber }) => rowNumber)).toEqual(
    Array.from({ length: 1_750 }, (_, index) => 2 * index + 3),
  );
  expect(await onHand()).toBe(1_750);
});
