/** Databases of earlier releases, and who is in the way of their upgrade. */
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { askForPart } from '../setup/parts.ts';
import { openTransaction } from './open-transaction.ts';

let count = 0;

/** A database as this release's migration has left it. */
export async function openDatabaseOf(release: string): Promise<Database> {
  const { url } = await askForPart('postgres');
  const name = `release_${process.pid}_${(count += 1)}`;
  const maintenance = openDatabase(url);
  await maintenance.query(`CREATE DATABASE ${name}`);
  const database = openDatabase(Object.assign(new URL(url), { pathname: `/${name}` }).href);
  cleanUp(async () => {
    await database.close();
    await maintenance.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await maintenance.close();
  });
  await migrate(database, { upTo: release });
  return database;
}

/** Reads a table in a transaction that stays open, as a long report does; returns what ends it. */
export function readForLong(database: Database, table: string): Promise<() => Promise<void>> {
  return openTransaction(database, `SELECT FROM ${table}`);
}
