import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partsFolder } from '../../src/config/config.ts';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { stackEnvironment } from '../../src/stand-ins/stack-files.ts';
import { startStack, type StackAddresses } from '../../src/stand-ins/stack.ts';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { WorkerUnderTest } from './worker-under-test.ts';

export interface OwnStack {
  readonly addresses: StackAddresses;
  /** Migrated and empty. */
  readonly database: Database;
  readonly temporal: TemporalClient;
  /** Not started yet. */
  readonly worker: WorkerUnderTest;
}

/**
 * Starts an embedded stack for `work`, and leaves nothing of it afterwards.
 *
 * @param options `durable` as for `startStack`
 */
export async function onOwnStack<Result>(
  work: (stack: OwnStack) => Promise<Result>,
  { durable }: { readonly durable: boolean },
): Promise<Result> {
  const stateDir = mkdtempSync(join(tmpdir(), 'atp-own-stack-'));
  const stack = await startStack({ stateDir, partsDir: partsFolder(), durable });
  const { addresses } = stack;
  const { address, namespace } = addresses.temporal;
  const database = openDatabase(addresses.databaseUrl);
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  const worker = new WorkerUnderTest(stackEnvironment(addresses));
  try {
    await migrate(database);
    return await work({ addresses, database, temporal, worker });
  } finally {
    await worker.kill();
    await temporal.close();
    await database.close();
    await stack.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}
