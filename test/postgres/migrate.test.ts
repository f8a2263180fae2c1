/** A deploy meets work that goes on, and other deploys. */
import { expect, test } from 'vitest';
import { MIGRATION_LOCK_TIMEOUT_MS } from '../../src/domain/limits.ts';
import { listPendingMigrations, migrate } from '../../src/postgres/migrate.ts';
import { MIGRATIONS } from '../../src/postgres/migrations/index.ts';
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
  expect(applied).toEqual([0, MIGRATIONS.length - 1]);
  expect(await listPendingMigrations(database)).toEqual([]);
});

test('a database of the library that migrated before goes on where it was', async () => {
  const database = await openDatabaseOf('0011-words');
  await database.query('ALTER TABLE atp_migration ADD COLUMN batch integer');
  await database.query('CREATE TABLE atp_migration_lock (index serial PRIMARY KEY, is_locked integer)');
  expect((await migrate(database)).applied).toEqual(MIGRATIONS.slice(11).map(({ name }) => name));
  const columns = await database.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = 'atp_migration'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
  );
  expect(columns.map(({ name }) => name)).toEqual(['id', 'name', 'migration_time']);
});
