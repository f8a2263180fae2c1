/** The purge takes away what nobody reads any more, and nothing that a later file needs. */
import { describe, expect, test } from 'vitest';
import {
  BASELINE_KEPT_DAYS,
  FILE_ROWS_KEPT_DAYS,
  FILES_PER_PURGE,
  IMPORT_RECORDS_KEPT_DAYS,
  LOG_ROWS_PER_PURGE,
  ORDER_LINES_KEPT_DAYS,
  REFUSED_ROWS_KEPT_DAYS,
} from '../../src/domain/limits.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { lockForProducing } from '../../src/postgres/producing/producer-locks.ts';
import { purge } from '../../src/postgres/purge.ts';
import { markReady } from '../../src/postgres/producing/ready-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { until } from '../setup/until.ts';
import { BROADWAY, GROUP, Retailer, SHOP } from './retailer.ts';

const OTHER_SHOP = 'red-shirts';

async function openSyncedShop(skus: readonly string[] = ['SHIRT', 'SOCKS']): Promise<Retailer> {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, skus);
  await retailer.produce('hard-sync');
  return retailer;
}

async function countLogRows({ database }: Retailer): Promise<number> {
  return (await database.query('SELECT FROM change_log')).length;
}

/** Makes everything so many days older. */
async function letDaysPass({ database }: Retailer, days: number): Promise<void> {
  await database.query(
    `UPDATE upload_file SET closed_at = closed_at - make_interval(days => $1), created_at = created_at - make_interval(days => $1)`,
    [days],
  );
  for (const [table, column] of [
    ['snapshot_step', 'made_at'],
    ['snapshot_step', 'effective_at'],
    ['shop_baseline', 'effective_at'],
    ['sync_plan', 'closed_at'],
  ]) {
    await database.query(`UPDATE ${table} SET ${column} = ${column} - make_interval(days => $1)`, [days]);
  }
}

describe('a purge of the change log', () => {
  test('removes sales below every baseline, and keeps those that a delta still needs', async () => {
    const retailer = await openSyncedShop();
    await retailer.post('SHIRT', BROADWAY, -1, 0);
    await waitUntilOlderTransactionsEnd(retailer);
    await retailer.produce('recent-changes');
    await retailer.post('SOCKS', BROADWAY, -2, 0);

    await purge(retailer.database);

    expect(await retailer.database.query('SELECT product_id AS sku, units FROM sale_log')).toEqual([
      { sku: 'SOCKS', units: 2 },
    ]);
  });

  test('counts the rows that it removes, and a delta afterwards carries every change', async () => {
    const retailer = await openSyncedShop();
    const late = await retailer.begin();
    await retailer.post('SHIRT', BROADWAY, -1, 0, late);
    await retailer.post('SOCKS', BROADWAY, -2, 0);
    const before = await countLogRows(retailer);

    const purged = await purge(retailer.database);

    expect(await countLogRows(retailer)).toBe(before - (purged?.logRows ?? 0));
    await late.commit();
    const { file } = await retailer.produce('recent-changes');
    expect(await retailer.rowsOf(file?.sequence ?? 0)).toEqual({ SHIRT: 9, SOCKS: 8 });
    expect(await auditShop(retailer.database, SHOP)).toMatchObject({ isSound: true });
  });

  test('keeps what the shop that is furthest behind still needs', async () => {
    const retailer = await openSyncedShop();
    await retailer.openShop(OTHER_SHOP, GROUP);
    await retailer.produce('hard-sync', undefined, OTHER_SHOP);
    await retailer.post('SHIRT', BROADWAY, -1, 0);
    await retailer.produce('recent-changes');

    await purge(retailer.database);

    const { file } = await retailer.produce('recent-changes', undefined, OTHER_SHOP);
    expect(await retailer.rowsOf(file?.sequence ?? 0, OTHER_SHOP)).toEqual({ SHIRT: 9 });
  });

  test('loses no change of an open transaction, which a purge up to the last commit would', async () => {
    const retailer = await openSyncedShop();
    const late = await retailer.begin();
    await retailer.post('SHIRT', BROADWAY, -1, 0, late);
    // Later by number, earlier by commit: the baseline sees this one and not the other.
    await retailer.post('SOCKS', BROADWAY, -1, 0);
    await retailer.produce('recent-changes');
    await late.commit();

    await purge(retailer.database);

    const { file } = await retailer.produce('recent-changes');
    expect(await retailer.rowsOf(file?.sequence ?? 0)).toEqual({ SHIRT: 9 });
  });

  test('removes everything from a database in which no shop has a baseline', async () => {
    const { database } = await freshDatabase();
    const retailer = await Retailer.open(database, ['SHIRT']);

    await purgeUntilLogIsEmpty(retailer);

    await retailer.produce('hard-sync');
    expect(await retailer.rowsOf(1)).toEqual({ SHIRT: 10 });
  });

  test('keeps nothing for a shop that had no file for long: its next delta needs a Hard Sync, and says why', async () => {
    const retailer = await openSyncedShop();
    await letDaysPass(retailer, BASELINE_KEPT_DAYS + 1);

    await purge(retailer.database);

    await expect(retailer.produce('recent-changes')).rejects.toMatchObject({
      code: 'HARD_SYNC_REQUIRED',
      message: expect.stringContaining(`no file for ${BASELINE_KEPT_DAYS} days`) as string,
    });
    expect(await retailer.produce('hard-sync')).toMatchObject({ file: { sequence: 2 } });
    expect(await auditShop(retailer.database, SHOP)).toMatchObject({ isSound: true });
  });
});

test('a purge that meets a producer at work removes nothing, and the next purge goes on', async () => {
  const retailer = await openSyncedShop();
  const { database } = retailer;
  const before = await countLogRows(retailer);

  await database.session(async (session) => {
    await lockForProducing(session, SHOP);
    expect(await purge(database)).toBeNull();
  });

  expect(await countLogRows(retailer)).toBe(before);
  expect(await purge(database)).not.toBeNull();
});

describe('a purge of files and plans', () => {
  /** Files 1 and 2 are superseded by 3, which waits. */
  async function openShopWithSupersededFiles(): Promise<Retailer> {
    const retailer = await openSyncedShop();
    await retailer.post('SHIRT', BROADWAY, -1, 0);
    await retailer.produce('recent-changes');
    await retailer.produce('hard-sync');
    for (const sequence of [1, 2, 3]) {
      await markReady(retailer.database, { shopId: SHOP, sequence, sha256: 'hash' });
    }
    return retailer;
  }

  test('keeps the rows of a file for some days after it is closed', async () => {
    const retailer = await openShopWithSupersededFiles();
    await letDaysPass(retailer, FILE_ROWS_KEPT_DAYS - 1);

    expect(await purge(retailer.database)).toMatchObject({ files: 0 });
    expect(await retailer.rowsOf(1)).toEqual({ SHIRT: 10, SOCKS: 10 });
  });

  test('removes rows, calls and steps of old closed files, but not of one that waits, and the audit finds no fault', async () => {
    const retailer = await openShopWithSupersededFiles();
    const { database } = retailer;
    await database.query(
      `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, state)
       SELECT '${SHOP}', sequence, 0, 0, gen_random_uuid(), '{}', 1, 'APPLIED' FROM upload_file`,
    );
    await letDaysPass(retailer, FILE_ROWS_KEPT_DAYS + 1);

    expect(await purge(database)).toMatchObject({ files: 2 });

    expect(await retailer.rowsOf(1)).toEqual({});
    expect(await retailer.rowsOf(2)).toEqual({});
    expect(await retailer.rowsOf(3)).toEqual({ SHIRT: 9, SOCKS: 10 });
    expect(await database.query('SELECT sequence FROM shopify_call')).toEqual([{ sequence: 3 }]);
    expect(await database.query('SELECT step FROM snapshot_step')).toEqual([{ step: 3 }]);
    expect(await auditShop(database, SHOP)).toMatchObject({ isSound: true, files: 3 });
    expect(await purge(database)).toMatchObject({ files: 0 });
  });

  test('removes a decided plan, and keeps one that waits with its rows', async () => {
    const retailer = await openSyncedShop();
    const { database } = retailer;
    await retailer.count(['SHIRT'], 0);
    await retailer.produce('recent-changes');
    await letDaysPass(retailer, FILE_ROWS_KEPT_DAYS + 1);

    await purge(database);

    expect(await database.query('SELECT plan, state FROM sync_plan')).toEqual([{ plan: 2, state: 'HELD' }]);
    expect(await database.query('SELECT plan FROM sync_plan_row')).toEqual([{ plan: 2 }]);
  });

  test('goes on after a page of files', async () => {
    const { database } = await openSyncedShop();
    await database.query(
      `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id, snapshot,
         effective_at, closed_at)
       SELECT $1, 1 + n, 'recent-changes', 'APPLIED', 'run ' || n, 'FAC_GRP', 'gid://shopify/Location/1',
         pg_current_snapshot(), now(), now() - make_interval(days => $2)
       FROM generate_series(1, $3) AS n`,
      [SHOP, FILE_ROWS_KEPT_DAYS + 1, FILES_PER_PURGE + 1],
    );

    expect(await purge(database)).toMatchObject({ files: FILES_PER_PURGE + 1 });
  });
});

test('a change log that takes several statements to remove is removed as a whole', async () => {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT']);
  await database.query(`INSERT INTO change_log (product_id) SELECT 'SHIRT' FROM generate_series(1, $1)`, [
    2 * LOG_ROWS_PER_PURGE + 1,
  ]);
  await retailer.produce('hard-sync');

  await purgeUntilLogIsEmpty(retailer, () => retailer.produce('recent-changes'));
});

/** Until a snapshot taken now has every log row below its xmin: other tests' databases are in the same cluster. */
async function waitUntilOlderTransactionsEnd({ database }: Retailer): Promise<void> {
  await until(async () => {
    const [now] = await database.query<{ isBelow: boolean }>(
      `SELECT max(txid) < pg_snapshot_xmin(pg_current_snapshot()) AS "isBelow" FROM sale_log`,
    );
    expect(now?.isBelow).toBe(true);
  });
}

/** A transaction that is open anywhere in the cluster keeps younger log rows; a later purge removes them. */
async function purgeUntilLogIsEmpty(
  retailer: Retailer,
  meanwhile: () => Promise<unknown> = async () => undefined,
) {
  await until(async () => {
    await meanwhile();
    await purge(retailer.database);
    expect(await countLogRows(retailer)).toBe(0);
  });
}

test('a purge removes refused rows and order lines that were kept long enough, and no line that claims stock', async () => {
  const retailer = await openSyncedShop();
  const { database } = retailer;
  await database.query(`
    INSERT INTO import_file (sha256, file_name, feed_type, row_count, applied_count, failed_count, imported_at)
    SELECT name, name, 'RESET_INVENTORY', 1, 0, 1, now() - make_interval(days => age)
    FROM (VALUES ('old', ${REFUSED_ROWS_KEPT_DAYS + 1}), ('new', ${REFUSED_ROWS_KEPT_DAYS - 1})) AS feed (name, age);
    INSERT INTO import_file_error (sha256, row_number, column_name, code, message, row_values)
    SELECT sha256, 2, 'idValue', 'PRODUCT_UNKNOWN', 'none', '{}' FROM import_file;
    INSERT INTO order_item (order_id, order_item_seq_id, product_id, quantity, facility_id, status_id, order_date)
    SELECT status_id || '/' || age, '1', 'SHIRT', 1, '${BROADWAY}', status_id, now() - make_interval(days => age)
    FROM unnest(ARRAY['ITEM_APPROVED', 'ITEM_COMPLETED', 'ITEM_CANCELLED']) AS status_id,
      unnest(ARRAY[${ORDER_LINES_KEPT_DAYS + 1}, ${ORDER_LINES_KEPT_DAYS - 1}]) AS age`);

  await database.query(`
    INSERT INTO import_file (sha256, file_name, feed_type, row_count, applied_count, failed_count, imported_at, filed_at)
    SELECT name, name, type, 1, 1, 0, now() - make_interval(days => age), CASE WHEN name <> 'unfiled' THEN now() END
    FROM (VALUES ('ancient', 'ORDER_ITEMS', 1), ('newest of its type', 'ORDER_ITEMS', 0), ('unfiled', 'RESET_INVENTORY', 1),
      ('young', 'RESET_INVENTORY', -2)) AS feed (name, type, more)
    CROSS JOIN LATERAL (SELECT ${IMPORT_RECORDS_KEPT_DAYS} + 1 + more AS age) AS old`);

  expect(await purge(database)).toMatchObject({ refusedRows: 1, imports: 1, orderLines: 2 });
  expect(await database.query('SELECT sha256 FROM import_file ORDER BY 1')).toEqual(
    ['new', 'newest of its type', 'old', 'unfiled', 'young'].map((sha256) => ({ sha256 })),
  );

  expect(await database.query('SELECT sha256 FROM import_file_error')).toEqual([{ sha256: 'new' }]);
  expect(await database.query('SELECT order_id AS id FROM order_item ORDER BY 1')).toEqual([
    { id: `ITEM_APPROVED/${ORDER_LINES_KEPT_DAYS - 1}` },
    { id: `ITEM_APPROVED/${ORDER_LINES_KEPT_DAYS + 1}` },
    { id: `ITEM_CANCELLED/${ORDER_LINES_KEPT_DAYS - 1}` },
    { id: `ITEM_COMPLETED/${ORDER_LINES_KEPT_DAYS - 1}` },
  ]);
});

test('a purge removes imports by number that are decided, and levels of counts that were never held', async () => {
  const { database } = await openSyncedShop();
  const states = ['held', 'approved', 'rejected', 'replaced', 'applied', 'undone'];
  await database.query(
    `INSERT INTO feed_import (import_key, file_name, feed_type, sent_at, state, came_at)
     SELECT state || days, state || ' ' || days, 'RESET_INVENTORY', now(), state, now() - make_interval(days => days)
     FROM unnest($2::int[]) WITH ORDINALITY AS age (days, at), unnest($1::text[]) AS state ORDER BY at`,
    [states, [IMPORT_RECORDS_KEPT_DAYS + 1, IMPORT_RECORDS_KEPT_DAYS - 1, 0]],
  );
  // As if a process had died: of one there is no record, and the last one is about to be held.
  await database.query(
    `INSERT INTO held_level SELECT import_id, file_name, '${BROADWAY}' FROM feed_import
     WHERE state IN ('held', 'applied')`,
  );
  await database.query(
    `INSERT INTO held_level SELECT max(import_id) + 1, 'next', '${BROADWAY}' FROM feed_import`,
  );

  await purge(database);

  const [old, young] = [IMPORT_RECORDS_KEPT_DAYS + 1, IMPORT_RECORDS_KEPT_DAYS - 1];
  const kept = await database.query<{ name: string }>('SELECT file_name AS name FROM feed_import');
  expect(kept.map(({ name }) => name).toSorted()).toEqual(
    [
      ...['held', 'approved'].map((state) => `${state} ${old}`),
      ...states.flatMap((state) => [`${state} ${young}`, `${state} 0`]),
    ].toSorted(),
  );
  const levels = await database.query<{ name: string }>('SELECT product_id AS name FROM held_level');
  expect(levels.map(({ name }) => name).toSorted()).toEqual(
    ['applied 0', `held ${old}`, `held ${young}`, 'held 0', 'next'].toSorted(),
  );
});
