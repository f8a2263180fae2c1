import { partsFolder } from '../../src/config/config.ts';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { stackEnvironment } from '../../src/stand-ins/stack-files.ts';
import {
  startStack,
  type RunningStack,
  type StackAddresses,
  type StackOptions,
} from '../../src/stand-ins/stack.ts';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { lentParts, onLentServer } from './lent-parts.ts';
import { inOwnFolder } from './own-folder.ts';
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
 * Starts an embedded stack for `work`, and leaves nothing of it afterwards. Of parts that are lent it uses what nobody else does, and
 * starts only the stand-in for Shopify.
 *
 * @param options as for `startStack`
 */
export async function onOwnStack<Result>(
  work: (stack: OwnStack) => Promise<Result>,
  options: { readonly durable: boolean; readonly otherShops?: readonly string[] },
): Promise<Result> {
  const lent = lentParts();
  if (lent === null) {
    return onStack(options, async (stack) => {
      await migrate(stack.database);
      return work(stack);
    });
  }
  const { postgres, temporal, sftp } = lent;
  const { otherShops } = options;
  return onLentServer(postgres, (databaseUrl) =>
    onStack(
      {
        ...(otherShops && { otherShops }),
        existing: { databaseUrl, sftp, temporal: { ...temporal, uiUrl: null } },
      },
      work,
    ),
  );
}

async function onStack<Result>(
  options: Pick<StackOptions, 'durable' | 'existing' | 'otherShops'>,
  work: (stack: OwnStack) => Promise<Result>,
): Promise<Result> {
  return inOwnFolder('atp-own-stack-', async (stateDir) => {
    const stack = await startStack({ stateDir, partsDir: partsFolder(), ...options });
    try {
      return await withClients(stack, work);
    } finally {
      await stack.stop();
    }
  });
}

async function withClients<Result>(
  stack: RunningStack,
  work: (stack: OwnStack) => Promise<Result>,
): Promise<Result> {
  // A worker has no variables of its own that would name existing services.
  const addresses: StackAddresses = { ...stack.addresses, existing: [] };
  const { address, namespace } = addresses.temporal;
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  const database = openDatabase(addresses.databaseUrl);
  const worker = new WorkerUnderTest(stackEnvironment(addresses));
  try {
    return await work({ addresses, database, temporal, worker });
  } finally {
    await worker.kill();
    await temporal.close();
    await database.close();
  }
}
