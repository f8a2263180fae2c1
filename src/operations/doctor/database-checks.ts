import type { Protection } from '../../domain/database-url.ts';
import { DATABASE_ROOM_PROBED_BYTES, POSTGRES_MAJOR_MIN } from '../../domain/limits.ts';
import { listPendingMigrations } from '../../postgres/migrate.ts';
import { requireOneNode } from '../../postgres/one-node.ts';
import { requireOwnSessions } from '../../postgres/own-sessions.ts';
import { requireRoomOnDisk } from '../../postgres/room-on-disk.ts';
import { readServerVersion, requireWritable } from '../../postgres/server-version.ts';
import type { Application } from '../application.ts';
import { check, faulty, fine, notChecked, type Check, type Finding } from './check.ts';

const HOW_TO_SECURE =
  'End DATABASE_URL with ?sslmode=verify-full, unless nobody else is on the network between the server and this machine.';

const PROTECTIONS: Readonly<Record<Protection, { readonly words: string; readonly hint: string | null }>> = {
  verified: { words: 'the connection is encrypted, and the server verified', hint: null },
  encrypted: {
    words: 'the connection is encrypted, but nobody knows who answers (sslmode=no-verify)',
    hint: HOW_TO_SECURE,
  },
  plain: { words: 'the connection is not encrypted (sslmode=disable)', hint: HOW_TO_SECURE },
  local: { words: 'the connection stays on this machine', hint: null },
};

export async function checkDatabase(app: Application): Promise<readonly [Check, Check]> {
  const server = await check('Postgres', async () => {
    const database = await app.database();
    const { text, major } = await readServerVersion(database);
    const { words, hint } = PROTECTIONS[database.protection];
    if (major < POSTGRES_MAJOR_MIN)
      return faulty(
        `Version ${text} is too old.`,
        `Upgrade the server to Postgres ${POSTGRES_MAJOR_MIN} or later, or set DATABASE_URL to such a one.`,
        { code: 'DATABASE_TOO_OLD' },
      );
    await requireWritable(database);
    return fine(`Version ${text}; ${words}.`, hint);
  });
  if (!server.ok) return [server, notChecked('Migrations', server)];
  const migrations = await check('Migrations', async () => {
    const pending = await listPendingMigrations(await app.database());
    if (pending.length === 0) return fine('The database is up to date.');
    return faulty(`The database lacks ${pending.join(', ')}.`, '`atp migrate` brings them.', {
      code: 'DATABASE_NOT_MIGRATED',
    });
  });
  return [server, migrations];
}

/** Through a pooler that shares sessions everything looks well, until two jobs meet. */
export async function inspectSessions(app: Application): Promise<Finding> {
  await requireOwnSessions(await app.database());
  return fine('Each connection has a session of its own.');
}

/** A snapshot, by which a delta knows what has changed, holds on one node. */
export async function inspectNodes(app: Application): Promise<Finding> {
  await requireOneNode(await app.database());
  return fine('All tables are on one node.');
}

/** A disk that is full fails the large statements first, while everything that only looks goes on. */
export async function inspectDisk(app: Application): Promise<Finding> {
  await requireRoomOnDisk(await app.database());
  return fine(`A probe of ${DATABASE_ROOM_PROBED_BYTES / 1024 ** 2} MB could be written.`);
}
