/** A deploy meets work that does not end. */
import { expect, test } from 'vitest';
import { BULK_LOCK_TIMEOUT_MS, MIGRATION_TRIES_MAX } from '../../src/domain/limits.ts';
import { listPendingMigrations, migrate } from '../../src/postgres/migrate.ts';
import { openDatabaseOf, readForLong } from '../postgres/database-of-release.ts';

test('a migration that meets a long reader gives up with a code that names it, changes nothing, and work goes on', async () => {
  const database = await openDatabaseOf('0009-audit-log');
  const endReading = await readForLong(database, 'facility_group');
  let isOver = false;
  const migrating = migrate(database).finally(() => {
    isOver = true;
  });
  const failed = migrating.catch((error: unknown) => error);
  let longestMs = 0;
  let reads = 0;
  while (!isOver) {
    const startedAt = performance.now();
    // Everybody who needs the table queues behind the migration while it waits.
    await database.session((session) => session.query('SELECT count(*) FROM facility_group'));
    longestMs = Math.max(longestMs, performance.now() - startedAt);
    reads += 1;
  }
  expect(await failed).toMatchObject({
    code: 'MIGRATION_BLOCKED',
    class: 'retry',
    detail: { name: '0010-group-at-most', tries: MIGRATION_TRIES_MAX },
    message: expect.stringMatching(
      /In the way: process \d+ \(atp-sync, user postgres, idle in transaction for \d+ s\)/,
    ) as string,
  });
  console.log(`${reads} reads while it was tried; the longest waited ${Math.round(longestMs)} ms`);
  expect(longestMs).toBeLessThan(BULK_LOCK_TIMEOUT_MS);
  expect(reads).toBeGreaterThan(MIGRATION_TRIES_MAX);
  const pending = ['0010-group-at-most', '0011-words'];
  expect((await listPendingMigrations(database)).slice(0, pending.length)).toEqual(pending);

  await endReading();
  expect((await migrate(database)).applied.slice(0, pending.length)).toEqual(pending);
});
