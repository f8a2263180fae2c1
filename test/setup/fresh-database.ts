import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../src/postgres/database.ts';
import { packEveryFile } from '../postgres/packed-files.ts';
import { cleanUp } from './clean-up.ts';
import { askForPart } from './parts.ts';
import { postgresUnderTest } from './postgres-under-test.ts';
import type { Database } from '../../src/postgres/database.ts';

export interface FreshDatabase {
  readonly database: Database;
  /** For a second pool or another process. Holds the password. */
  readonly url: string;
}

/**
 * A migrated, empty database of one's own on the run's real Postgres (18; ordered by language, not by code points).
 *
 *     const { database, url } = await freshDatabase();          // in a test, or in beforeEach: for that test
 *     beforeAll(async () => { ({ database } = await freshDatabase()); }) // or at top level: for the whole file
 *
 * It takes about 50 ms. Closed and dropped afterwards, connections that are still open with it. A test that stops or
 * kills Postgres takes one of its own instead: `startPostgres` of src/stand-ins/postgres-server.ts.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { url: maintenanceUrl, templateName } = await askForPart('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await maintain(maintenanceUrl, creationOf(name, templateName));
  const url = Object.assign(new URL(maintenanceUrl), { pathname: `/${name}` }).href;
  const database = openDatabase(url);
  // vitest.long.config.ts: tests of small files, with their rows as those of a large one lie.
  if (process.env['PACKED_FILES']) await packEveryFile(database);
  cleanUp(async () => {
    await database.close();
    await maintain(maintenanceUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  });
  return { database, url };
}

/**
 * Puts a migrated, empty database in the place of this one, for a process that goes on with the same URL. Connections to
 * the one of before are closed by the server; its pool opens new ones.
 */
export async function remakeDatabase(url: string): Promise<void> {
  const { url: maintenanceUrl, templateName } = await askForPart('postgres');
  const name = new URL(url).pathname.slice(1);
  await maintain(maintenanceUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  await maintain(maintenanceUrl, creationOf(name, templateName));
}

function creationOf(name: string, templateName: string): string {
  return `CREATE DATABASE ${name} TEMPLATE ${templateName} ${strategy()}`;
}

/** Copying files is half the work of writing each page to the log, unless each file is then flushed to the disk. */
function strategy(): string {
  return postgresUnderTest().durable === false ? 'STRATEGY FILE_COPY' : '';
}

async function maintain(url: string, statement: string): Promise<void> {
  const maintenance = openDatabase(url);
  try {
    await maintenance.query(statement);
  } finally {
    await maintenance.close();
  }
}
