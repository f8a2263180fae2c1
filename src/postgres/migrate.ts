import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { AtpError } from '../domain/errors.ts';
import {
  MIGRATION_HOLDERS_NAMED,
  MIGRATION_LOCK_TIMEOUT_MS,
  MIGRATION_PAUSE_MS,
  MIGRATION_TRIES_MAX,
  MIGRATION_WAIT_MS,
} from '../domain/limits.ts';
import type { Connection, Database } from './database.ts';
import { migrationSource, MIGRATION_NAMES } from './migrations/index.ts';
import { isDeadlock, isLockTimeout } from './sql-state.ts';

/** Key of our advisory lock: two deploys that migrate at once take turns. */
const MIGRATION_LOCK = 7_201_150;

const SETTINGS: Knex.MigratorConfig = { migrationSource, tableName: 'atp_migration' };

/**
 * Brings the schema to this release. Safe to run again, and from several processes at once. Work goes on meanwhile: a
 * migration that must wait for a lock lets everybody else pass after MIGRATION_LOCK_TIMEOUT_MS, and tries again.
 *
 * @param upTo the last migration to apply; absent: all of them
 * @throws AtpError MIGRATION_RUNNING, MIGRATION_BLOCKED
 */
export async function migrate(
  database: Database,
  { upTo }: { readonly upTo?: string } = {},
): Promise<{ applied: string[] }> {
  return database.session(async (session) => {
    await waitForTurn(session);
    return database.withKnex(async (knex) => {
      // Knex's own lock stays after a killed process and would block for ever. Ours ends with its session, so whoever
      // has it may free Knex's.
      await knex.migrate.forceFreeMigrationsLock(SETTINGS);
      const wanted = upTo === undefined ? MIGRATION_NAMES : MIGRATION_NAMES.slice(0, indexOf(upTo) + 1);
      const applied = (await listPending(knex)).filter((name) => wanted.includes(name));
      for (const name of applied) await applyPatiently(database, knex, name);
      return { applied };
    });
  }, 'migration');
}

/** Names of the migrations that this release has and the database has not. */
export async function listPendingMigrations(database: Database): Promise<string[]> {
  return database.withKnex(listPending);
}

/**
 * The same by one short statement, without Knex: for who asks again and again, and by a user who may only read.
 *
 * @throws AtpError DATABASE_NOT_MIGRATED (also when nothing was ever migrated)
 */
export async function requireMigrations(database: Database): Promise<void> {
  const rows = await database.query<{ name: string }>(`SELECT name FROM ${SETTINGS.tableName}`);
  const applied = new Set(rows.map(({ name }) => name));
  if (MIGRATION_NAMES.some((name) => !applied.has(name))) throw new AtpError('DATABASE_NOT_MIGRATED');
}

async function listPending(knex: Knex): Promise<string[]> {
  const [, pending] = (await knex.migrate.list(SETTINGS)) as [unknown[], { name: string }[]];
  return pending.map(({ name }) => name);
}

function indexOf(name: string): number {
  return MIGRATION_NAMES.indexOf(name);
}

async function waitForTurn(session: Connection): Promise<void> {
  await session.query(`SET lock_timeout = ${MIGRATION_WAIT_MS}`);
  try {
    await session.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new AtpError('MIGRATION_RUNNING', { seconds: MIGRATION_WAIT_MS / 1000 }, { cause: error });
  }
}

async function applyPatiently(database: Database, knex: Knex, name: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const blocking = watchBlocking(database, await backendOf(knex));
    try {
      // The next one that is pending; it runs in a transaction of its own.
      await knex.migrate.up(SETTINGS);
      return;
    } catch (error) {
      if (!isLockTimeout(error) && !isDeadlock(error)) throw error;
      if (tries < MIGRATION_TRIES_MAX) {
        await pause(MIGRATION_PAUSE_MS);
        continue;
      }
      const seconds = MIGRATION_LOCK_TIMEOUT_MS / 1000;
      const detail = { name, tries, seconds, holders: blocking.inWords() };
      throw new AtpError('MIGRATION_BLOCKED', detail, { cause: error });
    } finally {
      blocking.stop();
    }
  }
}

/** The process number of knex's one connection, on the server. */
async function backendOf(knex: Knex): Promise<number> {
  const { rows } = await knex.raw<{ rows: readonly { pid: number }[] }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** Who is in the way can only be seen while the migration waits, from another connection. */
function watchBlocking(database: Database, processID: number) {
  let holders: readonly string[] = [];
  async function look(): Promise<void> {
    const found = await database.query<{ holder: string }>(
      `SELECT format('process %s (%s, user %s, %s for %s s)', pid, coalesce(nullif(application_name, ''), 'no name'),
         usename, state, extract(epoch FROM clock_timestamp() - xact_start)::int) AS holder
       FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1)) ORDER BY xact_start LIMIT $2`,
      [processID, MIGRATION_HOLDERS_NAMED],
    );
    if (found.length > 0) holders = found.map(({ holder }) => holder);
  }
  // What the look finds only helps the message.
  const timer = setInterval(() => void look().catch(() => undefined), MIGRATION_LOCK_TIMEOUT_MS / 4);
  return {
    inWords: () => (holders.length === 0 ? 'somebody who could not be seen' : holders.join('; ')),
    stop: () => clearInterval(timer),
  };
}
