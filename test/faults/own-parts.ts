/** Servers that a test may kill and start again on the same port, with what they had on their disk. */
import { rm } from 'node:fs/promises';
import { openDatabase } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { startOnPort } from '../../src/stand-ins/ports.ts';
import { ensureDatabase, startPostgres } from '../../src/stand-ins/postgres-server.ts';
import { DEFAULT_NAMESPACE, startTemporal } from '../../src/stand-ins/temporal-server.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { openFolder, PARTS_DIR } from '../setup/parts-desk.ts';
import { postgresUnderTest } from '../setup/postgres-under-test.ts';
import type { FreshDatabase } from '../setup/fresh-database.ts';
import type { FreshNamespace } from '../setup/fresh-namespace.ts';

export interface OwnServer<Fixture> {
  readonly fixture: Fixture;
  /** Kills it by SIGKILL, as a crash of its machine would. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
}

const DATABASE_NAME = 'atp';

/** What it has committed must survive its being killed. */
function onDisk() {
  return { ...postgresUnderTest(), durable: true };
}

/** @param folder where it keeps everything; one of its own when absent */
export async function startOwnPostgres(folder?: string): Promise<OwnServer<FreshDatabase>> {
  const stateDir = folder ?? (await makeOwnFolder());
  let server = await startOnPort(undefined, (port) => startPostgres({ stateDir, port, ...onDisk() }));
  cleanUp(() => server.stop());
  await ensureDatabase(server, DATABASE_NAME);
  const url = server.urlOf(DATABASE_NAME);
  const database = openDatabase(url);
  cleanUp(() => database.close());
  await migrate(database);
  return {
    fixture: { database, url },
    kill: () => server.kill(),
    async startAgain() {
      server = await startPostgres({ stateDir, port: server.port, ...onDisk() });
    },
  };
}

export async function startOwnTemporal(): Promise<OwnServer<FreshNamespace>> {
  const stateDir = await makeOwnFolder();
  const start = (port: number) => startTemporal({ stateDir, partsDir: PARTS_DIR, port });
  let server = await startOnPort(undefined, start);
  cleanUp(() => server.stop());
  const { address } = server;
  return {
    fixture: { address, namespace: DEFAULT_NAMESPACE },
    kill: () => server.kill(),
    async startAgain() {
      server = await start(Number(address.split(':')[1]));
    },
  };
}

/** Others may enter it, as Postgres's user must; it is removed with the test. */
export async function makeOwnFolder(): Promise<string> {
  const folder = await openFolder('atp-faults-');
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
