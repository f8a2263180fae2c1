import type { Database } from './database.ts';
import { migrationSource } from './migrations/index.ts';

/** Key of our advisory lock: two deploys that migrate at once take turns. */
const MIGRATION_LOCK = 7_201_150;

/** Brings the schema to this release. Safe to run again, and from several processes at once. */
export async function migrate(database: Database): Promise<{ applied: string[] }> {
  return database.session(async (session) => {
    await session.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // Knex's own lock stays after a killed process and would block for ever. Ours ends with its session, so whoever has
    // it may free Knex's.
    const settings = { migrationSource, tableName: 'atp_migration' };
    await database.knex.migrate.forceFreeMigrationsLock(settings);
    const [, applied] = (await database.knex.migrate.latest(settings)) as [number, string[]];
    return { applied };
  });
}

/** Names of the migrations that this release has and the database has not. */
export async function listPendingMigrations(database: Database): Promise<string[]> {
  const [, pending] = (await database.knex.migrate.list({ migrationSource, tableName: 'atp_migration' })) as [
    unknown[],
    { name: string }[],
  ];
  return pending.map((migration) => migration.name);
}
