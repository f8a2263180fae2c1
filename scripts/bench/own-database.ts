import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { startOnPort } from '../../src/stand-ins/ports.ts';
import { ensureDatabase, startPostgres } from '../../src/stand-ins/postgres-server.ts';
import { lentParts, onLentServer } from './lent-parts.ts';
import { inOwnFolder } from './own-folder.ts';

const NAME = 'bench';

/**
 * Starts an embedded Postgres for `work`, with a database that is migrated and empty, and leaves nothing of it. Where a server is lent,
 * the database is made on that.
 */
export async function onOwnDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const lent = lentParts();
  if (lent !== null) return onLentServer(lent.postgres, (url) => withDatabase(url, work));
  return inOwnFolder('atp-own-database-', async (stateDir) => {
    const server = await startOnPort(undefined, (port) => startPostgres({ stateDir, port }));
    try {
      await ensureDatabase(server, NAME);
      return await withDatabase(server.urlOf(NAME), async (database) => {
        await migrate(database);
        return work(database);
      });
    } finally {
      await server.stop();
    }
  });
}

async function withDatabase<Result>(
  url: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase(url);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
