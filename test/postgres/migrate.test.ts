/** A deploy meets work that goes on, and other deploys. */
import { expect, test } from 'vitest';
import { MIGRATION_LOCK_TIMEOUT_MS } from '../../src/domain/limits.ts';
import { listPendingMigrations, migrate } from '../../src/postgres/migrate.ts';
import { MIGRATION_NAMES } from '../../src/postgres/migrations/index.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { openDatabaseOf, readForLong } from './database-of-release.ts';

test('a migration goes through when the reader ends while it is tried', async () => {
  const database = await openDatabaseOf('0009-audit-log');
  const endReading = await readForLong(database, 'facility_group');
  const migrating = migrate(database);
  const end = setTimeout(() => void endReading(), 1.5 * MIGRATION_LOCK_TIMEOUT_MS);
  cleanUp(() => clearTimeout(end));
  expect((await migrating).applied[0]).toBe('0010-group-at-most');
});

test('two processes that migrate at once take turns, and the second finds nothing to do', async () => {
  const database = await openDatabaseOf('0001-catalogue');
  const both = await Promise.all([migrate(database), migrate(database)]);
  const applied = both.map(({ applied: names }) => names.length).toSorted((one, other) => one - other);
  expect(applied).toEqual([0, MIGRATION_NAMES.length - 1]);
  expect(await listPendingMigrations(database)).toEqual([]);
});
