import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { startOnPort } from '../../src/stand-ins/ports.ts';
import { ensureDatabase, startPostgres } from '../../src/stand-ins/postgres-server.ts';

const NAME = 'bench';

/** Starts an embedded Postgres for `work`, with a database that is migrated and empty, and leaves nothing of it. */
export async function onOwnDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const stateDir = mkdtempSync(join(tmpdir(), 'atp-own-database-'));
  const server = await startOnPort(undefined, (port) => startPostgres({ stateDir, port }));
  try {
    await ensureDatabase(server, NAME);
    const database = openDatabase(server.urlOf(NAME));
    try {
      await migrate(database);
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}
