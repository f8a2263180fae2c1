/** What was recorded while the clock of the database was ahead hides nothing once it was set back. */
import { beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { findLastVerification } from '../../src/postgres/lane/verification-history.ts';
import { findLastDelta } from '../../src/postgres/producing/last-delta.ts';
import { findNeededHardSync, recordHardSyncStarted } from '../../src/postgres/producing/needed-hard-sync.ts';
import { listWorkerReports, reportWorker } from '../../src/postgres/worker-reports.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Retailer, SHOP } from './retailer.ts';

let database: Database;
let retailer: Retailer;

beforeEach(async () => {
  ({ database } = await freshDatabase());
  retailer = await Retailer.open(database, ['SHIRT']);
});

test('the last delta is of when one was made last by the clock of now, though an effective time never goes back', async () => {
  await retailer.produce('hard-sync');
  await database.query(`UPDATE snapshot_step SET made_at = made_at - interval '1 hour'`);
  await retailer.count(['SHIRT'], 7);
  await retailer.produce('recent-changes');
  const [first] = await database.query<{ at: Date }>('SELECT min(made_at) AS at FROM snapshot_step');
  await database.query(`UPDATE shop_baseline SET effective_at = effective_at + interval '3 days'`);
  await database.query(`UPDATE snapshot_step SET made_at = made_at + interval '3 days' WHERE step = 2`);

  expect((await findLastDelta(database, SHOP))?.at).toEqual(first?.at);

  await retailer.count(['SHIRT'], 8);
  await retailer.produce('recent-changes');
  expect((await findLastDelta(database, SHOP))?.at.getTime()).toBeGreaterThan(first?.at.getTime() ?? 0);
  expect((await findLastDelta(database, SHOP))?.at.getTime()).toBeLessThan(Date.now() + 60_000);
});

test('the last verification is the one that was made after the clock was set back', async () => {
  await database.query(
    `INSERT INTO verification_history
       (shop_id, verification, began_at, verified_at, is_sample, checked, different, causes)
     VALUES ($1, 'ahead', now(), now() + interval '3 days', false, 1, 0, '{}'),
       ($1, 'newer', now(), now(), false, 1, 1, '{"CHANGED_ON_SHOPIFY": 1}')`,
    [SHOP],
  );

  expect(await findLastVerification(database, SHOP)).toMatchObject({ verification: 'newer' });
});

test('a needed Hard Sync is started again, though one was started by the clock that was ahead', async () => {
  await retailer.produce('hard-sync');
  await database.query(
    `INSERT INTO shop_origin (shop_id, incarnation, server_start, restored_reason)
     VALUES ($1, 'another', now(), 'a test')
     ON CONFLICT (shop_id) DO UPDATE SET restored_reason = 'a test'`,
    [SHOP],
  );
  await recordHardSyncStarted(database, SHOP);
  expect(await findNeededHardSync(database, SHOP)).toMatchObject({ startedAt: expect.any(Date) as Date });

  await database.query(`UPDATE lane SET hard_sync_started_at = hard_sync_started_at + interval '3 days'`);

  expect(await findNeededHardSync(database, SHOP)).toMatchObject({ startedAt: null });
});

test('a worker that is gone does not live on by a report of the clock that was ahead', async () => {
  const report = { version: '1.0.0', startedAt: new Date(), unreadableReferences: ['env:TOKEN'] };
  await reportWorker(database, { ...report, worker: 'gone' });
  await database.query(`UPDATE worker_report SET reported_at = reported_at + interval '300 days'`);

  expect(await listWorkerReports(database)).toEqual([]);

  await reportWorker(database, { ...report, worker: 'lives' });
  expect(await database.query('SELECT worker FROM worker_report')).toEqual([{ worker: 'lives' }]);
});
