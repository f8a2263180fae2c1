import { beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../src/postgres/database.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

const FEED = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,5\nTIE,BROADWAY,1\n';
const NAME = 'MDM_INV_VARIANCE__1.csv';

const importVariance = (name: string, options = {}) =>
  warehouse.importText('MDM_INV_VARIANCE', FEED, name, options);
const readOnHand = async () => (await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh;
const countRows = async (table: string) =>
  (await warehouse.database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]
    ?.count;

const onDrop = (id: string) => ({ claimed: { path: `claimed/${id}/${NAME}`, sizeBytes: FEED.length } });

describe('a feed is imported once', () => {
  test('an attempt after one that died after its commit returns the same counts and refused rows', async () => {
    const first = await importVariance(NAME, onDrop('1'));
    const again = await importVariance(NAME, onDrop('1'));
    expect(again).toEqual(first);
    expect(again).toMatchObject({ rows: 2, applied: 1, failed: 1 });
    expect(again.refused).toMatchObject([
      { rowNumber: 3, code: 'PRODUCT_UNKNOWN', values: ['TIE', 'BROADWAY', '1'] },
    ]);
    expect(await readOnHand()).toBe(5);
  });

  test('of several attempts at once exactly one applies it', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => importVariance(NAME, onDrop('1'))));
    expect(outcomes.map(({ applied }) => applied)).toEqual([1, 1, 1]);
    expect(await readOnHand()).toBe(5);
  });

  test('one that a release before has imported and not moved is not applied again', async () => {
    await importVariance(NAME, onDrop('1'));
    await warehouse.database.query(
      `WITH old AS (
         INSERT INTO import_file (sha256, file_name, feed_type, row_count, applied_count, failed_count)
         SELECT content_sha256, file_name, feed_type, row_count, applied_count, failed_count FROM import_file
         RETURNING sha256)
       UPDATE import_file_error SET sha256 = old.sha256 FROM old`,
    );
    await warehouse.database.query('DELETE FROM import_file WHERE content_sha256 IS NOT NULL');

    expect(await importVariance(NAME, onDrop('2'))).toMatchObject({ rows: 2, applied: 1, failed: 1 });
    expect(await readOnHand()).toBe(5);
  });
});

describe('a feed that is sent again', () => {
  const sale = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,-1\n';

  test('counts again under another name: two sales of a minute may have equal bytes', async () => {
    await warehouse.importText('MDM_INV_VARIANCE', sale, 'MDM_INV_VARIANCE__pos-0900.csv');
    await warehouse.importText('MDM_INV_VARIANCE', sale, 'MDM_INV_VARIANCE__pos-0915.csv');
    expect(await readOnHand()).toBe(-2);
  });

  test('is taken for a duplicate when name and content are the same, also when both come at once', async () => {
    const outcomes = await Promise.allSettled(
      ['1', '2', '3'].map((id) =>
        warehouse.importText('MDM_INV_VARIANCE', sale, NAME, {
          claimed: { path: `claimed/${id}/${NAME}`, sizeBytes: sale.length },
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readOnHand()).toBe(-1);
  });

  test('counts again when the one before is longer ago than duplicates are looked for', async () => {
    await warehouse.importText('MDM_INV_VARIANCE', sale, NAME);
    await warehouse.database.query(`UPDATE import_file SET imported_at = imported_at - interval '8 days'`);
    await warehouse.importText('MDM_INV_VARIANCE', sale, NAME);
    expect(await readOnHand()).toBe(-2);
  });

  test('applies the rows only that were refused', async () => {
    await importVariance(NAME, onDrop('1'));
    await warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('10002', 'TIE')`);

    expect(await importVariance(NAME, onDrop('2'))).toMatchObject({ rows: 1, applied: 1, failed: 0 });

    expect([await readOnHand(), (await warehouse.readLevels('TIE', 'BROADWAY')).qoh]).toEqual([5, 1]);
    const error = await expectCodedError(() => importVariance(NAME, onDrop('3')));
    expect(error.code).toBe('FEED_HELD');
  });

  test('is applied when it is a count: the newest says how things are, though it says the same as the one before', async () => {
    const count = 'idValue,facilityId,availableQty\nSHIRT,BROADWAY,10\n';
    await warehouse.importText('RESET_INVENTORY', count, 'RESET_INVENTORY__nightly.csv');
    await warehouse.importText('MDM_INV_VARIANCE', sale, NAME);
    await warehouse.importText('RESET_INVENTORY', count, 'RESET_INVENTORY__nightly.csv');
    expect(await readOnHand()).toBe(10);
  });

  test('a feed without rows is imported however often it comes', async () => {
    const empty = 'idValue,facilityId,availableDelta\n';
    for (const name of ['a.csv', 'b.csv']) {
      expect(await warehouse.importText('MDM_INV_VARIANCE', empty, name)).toMatchObject({
        rows: 0,
        failed: 0,
      });
    }
  });
});

describe('a feed is imported as a whole or not at all', () => {
  test('a dry run reports all counts and refused rows, and changes nothing', async () => {
    const dry = await importVariance(NAME, { dryRun: true });
    expect(dry).toMatchObject({ rows: 2, applied: 1, failed: 1 });
    expect(dry.refused).toHaveLength(1);
    expect([
      await readOnHand(),
      await countRows('import_file'),
      await countRows('inventory_item_detail'),
    ]).toEqual([0, 0, 0]);
    expect(await importVariance(NAME)).toEqual(dry);
  });

  test('a feed that becomes unreadable at its end imports nothing, and may be sent again', async () => {
    const rows = Array.from({ length: 5_000 }, () => 'SHIRT,BROADWAY,1').join('\n');
    // No UTF-8 has this byte.
    const broken = Buffer.concat([
      Buffer.from(`idValue,facilityId,availableDelta\n${rows}\nSHIRT`),
      Buffer.from([0xff]),
    ]);
    const error = await expectCodedError(() => warehouse.importText('MDM_INV_VARIANCE', broken, NAME));
    expect(error.code).toBe('FEED_UNREADABLE');
    expect([await readOnHand(), await countRows('import_file')]).toEqual([0, 0]);
    expect(await importVariance(NAME)).toMatchObject({ applied: 1 });
  });

  test('a feed whose error file cannot be written imports nothing', async () => {
    const onRefused = () => Promise.reject(new Error('disk full'));
    await expect(importVariance(NAME, { onRefused })).rejects.toThrow('disk full');
    expect([await readOnHand(), await countRows('import_file')]).toEqual([0, 0]);
  });

  test('an import that waits too long for rows of another one fails, and a later one succeeds', async () => {
    await importVariance(NAME);
    await warehouse.database.session(async (other) => {
      await other.query('BEGIN');
      await other.query('SELECT FROM product_facility FOR UPDATE');
      const error = await expectCodedError(() =>
        warehouse.import('MDM_INV_VARIANCE', ['SHIRT,,1,BROADWAY,,,'], { waitMs: 50 }),
      );
      expect(error).toMatchObject({ code: 'IMPORT_BUSY', class: 'retry' });
      await other.query('ROLLBACK');
    });
    await warehouse.import('MDM_INV_VARIANCE', ['SHIRT,,1,BROADWAY,,,']);
    expect(await readOnHand()).toBe(6);
  });
});

test('the refused rows of a large feed are reported in their order', async () => {
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
  expect(await readOnHand()).toBe(1_750);
});

test('of many refused rows each is looked up: a page of them does not read all rows of the feed', async () => {
  const ROWS = 8_000;
  const { database } = warehouse;
  let importing: Connection | undefined;
  let rowsRead = 0;
  const rows = Array.from({ length: ROWS }, () => 'TIE,BROADWAY,1').join('\n');

  await warehouse.importText('MDM_INV_VARIANCE', `idValue,facilityId,availableDelta\n${rows}\n`, NAME, {
    through: {
      ...database,
      session: (work) =>
        database.session((connection) => {
          importing = connection;
          return work(connection);
        }),
    },
    passesGates: true,
    onRefused: async () => {
      const found = await importing?.query<{ read: number }>(
        `SELECT seq_tup_read::int AS read FROM pg_stat_xact_all_tables WHERE relname = 'staged_row'`,
      );
      rowsRead = found?.rows[0]?.read ?? 0;
    },
  });

  expect(rowsRead).toBeGreaterThan(0);
  // One whole reading for each page of 1,000 makes it 8 × ROWS more.
  expect(rowsRead).toBeLessThan(5 * ROWS);
});
