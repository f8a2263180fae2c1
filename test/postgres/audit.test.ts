/** The audit finds no fault after any legal work, and it finds each kind of damage. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { markReady } from '../../src/postgres/producing/ready-file.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Interleaving, SHOPS, step } from './interleaving.ts';
import { withKeptSessions } from './kept-sessions.ts';
import { BROADWAY, OUTLET, Retailer, SHOP } from './retailer.ts';

test('the audit finds random work of writers and producers sound, in the middle of it and at its end', async () => {
  const fresh = await freshDatabase();
  const database = withKeptSessions(fresh.database);
  const interleaving = await Interleaving.open(database);
  const programs = fc.sample(fc.array(step, { minLength: 10, maxLength: 20 }), 20);

  for (const steps of programs) {
    const running = interleaving.run(steps, []);
    const inTheMidst = await auditShop(database, SHOPS[0]);
    expect(inTheMidst).toMatchObject({ isSound: true });
    await running;
    for (const shopId of SHOPS) expect(await auditShop(database, shopId)).toMatchObject({ isSound: true });
  }

  await interleaving.close();
  await database.closeSessions();
});

/** Three shirts after five steps: a Hard Sync, three deltas, one without a difference, and a Hard Sync. One change waits. */
async function openWorkedShop(): Promise<Retailer> {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['S1', 'S2', 'S3']);
  await retailer.produce('hard-sync');
  await retailer.post('S1', BROADWAY, -1, 0);
  await retailer.produce('recent-changes');
  await retailer.post('S2', OUTLET, 1, 0);
  await retailer.produce('recent-changes');
  await retailer.post('S2', BROADWAY, -1, 0);
  await retailer.produce('recent-changes');
  await retailer.produce('hard-sync');
  await retailer.post('S3', BROADWAY, -1, 0);
  return retailer;
}

test('the audit of a sound shop counts its steps, files and changes, and takes a pending change for no fault', async () => {
  const { database } = await openWorkedShop();

  expect(await auditShop(database, SHOP)).toEqual({
    shopId: SHOP,
    steps: 5,
    files: 4,
    gaps: [],
    gapCount: 0,
    changes: { logged: expect.any(Number) as number, pending: 1, lost: 0 },
    unpublished: [],
    unpublishedCount: 0,
    wrongLevelCount: 0,
    wrongLevels: [],
    isSound: true,
  });
});

test('the audit finds a shop without a file sound, and refuses an unknown one', async () => {
  const { database } = await freshDatabase();
  await Retailer.open(database, ['S1']);

  expect(await auditShop(database, SHOP)).toMatchObject({ isSound: true, steps: 0, files: 0 });
  await expect(auditShop(database, 'red-shirts')).rejects.toMatchObject({ code: 'SHOP_UNKNOWN' });
});

describe('the audit finds', () => {
  test.each([
    ['a missing step', 'DELETE FROM snapshot_step WHERE step = 3', 'Steps are missing between 2 and 4.'],
    [
      'a missing first step',
      'DELETE FROM snapshot_step WHERE step = 1',
      'File 1 is a Hard Sync without a step.',
    ],
    [
      'a missing last step',
      'DELETE FROM snapshot_step WHERE step = 5',
      'The next delta does not begin where step 4 ended.',
    ],
    [
      'that every step is missing',
      'DELETE FROM snapshot_step',
      'No step leads to where the next delta begins.',
    ],
    [
      'a step that begins too late',
      `UPDATE snapshot_step SET base = snapshot WHERE step = 2`,
      'Step 2 does not begin where step 1 ended.',
    ],
    [
      'a baseline that was moved on',
      'UPDATE shop_baseline SET snapshot = pg_current_snapshot()',
      'The next delta does not begin where step 5 ended.',
    ],
    [
      'a step that looks at an earlier time',
      `UPDATE snapshot_step SET effective_at = effective_at - interval '1 day' WHERE step = 4`,
      'Step 4 looks at an earlier time than step 3.',
    ],
    [
      'a missing file number',
      `DELETE FROM upload_file_row WHERE sequence = 3; DELETE FROM upload_file WHERE sequence = 3`,
      'Numbers are missing between file 2 and file 4, and no restore explains it.',
    ],
    [
      'missing rows of a file that waits',
      'DELETE FROM upload_file_row WHERE sequence = 4 AND position = 1',
      'File 4 (WRITING) has 3 rows, and 2 of them are kept.',
    ],
  ])('%s', async (_what, damage, finding) => {
    const { database } = await openWorkedShop();

    for (const statement of damage.split('; ')) await database.query(statement);

    const audit = await auditShop(database, SHOP);
    expect(audit.isSound).toBe(false);
    expect(audit.gaps).toContain(finding);
  });

  test('changes that no step has looked at', async () => {
    const { database } = await openWorkedShop();

    await database.query(`UPDATE snapshot_step SET base = snapshot WHERE step = 2`);

    expect(await auditShop(database, SHOP)).toMatchObject({ isSound: false, changes: { lost: 1 } });
  });

  test('a change that is gone from the log before a file carried it', async () => {
    const { database } = await openWorkedShop();

    await database.query(
      `DELETE FROM change_log WHERE NOT pg_visible_in_snapshot(txid, (SELECT snapshot FROM shop_baseline))`,
    );

    expect(await auditShop(database, SHOP)).toMatchObject({
      isSound: false,
      unpublished: [{ sku: 'S3', published: 10, onlineAtp: 9 }],
      unpublishedCount: 1,
    });
  });

  test.each([
    ['another quantity', 'UPDATE published_row SET quantity = 3', 3],
    ['another item', `UPDATE published_row SET inventory_item_id = 'other'`, 9],
    ['no row', 'DELETE FROM published_row', null],
  ])('a record of what was published that has %s', async (_what, damage, published) => {
    const { database } = await openWorkedShop();

    await database.query(`${damage} WHERE product_id = 'S1'`);

    expect(await auditShop(database, SHOP)).toMatchObject({
      isSound: false,
      unpublished: [{ sku: 'S1', published, onlineAtp: 9 }],
    });
  });
});

test('the audit takes purged rows for no damage', async () => {
  const { database } = await openWorkedShop();
  for (const sequence of [1, 2, 3, 4]) await markReady(database, { shopId: SHOP, sequence, sha256: 'hash' });

  await database.query('DELETE FROM upload_file_row WHERE sequence = 2');
  await database.query('UPDATE upload_file SET rows_purged_at = now() WHERE sequence = 2');

  expect(await auditShop(database, SHOP)).toMatchObject({ isSound: true });
});
