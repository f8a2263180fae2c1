/**
 * Writes docs/reference/schema.md from the migrations, with a Postgres of its own. A test compares the page with them.
 *
 *     node scripts/write-schema-reference.ts
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/postgres/database.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { startOnPort } from '../src/stand-ins/ports.ts';
import { startPostgres } from '../src/stand-ins/postgres-server.ts';
import { removeStateFolder } from '../src/stand-ins/temporary-home.ts';
import { schemaPage } from './schema-reference.ts';

const stateDir = join(tmpdir(), `atp-schema-${process.pid}`);
const postgres = await startOnPort(undefined, (port) => startPostgres({ stateDir, port, durable: false }));
const database = openDatabase(postgres.urlOf('postgres'));
try {
  await migrate(database);
  writeFileSync(new URL('../docs/reference/schema.md', import.meta.url), await schemaPage(database));
} finally {
  await database.close();
  await postgres.stop();
  removeStateFolder(stateDir);
}
