import { randomUUID } from 'node:crypto';
import { ensureNamespace } from '../../src/stand-ins/temporal-server.ts';
import { askForPart } from './parts.ts';

export interface FreshNamespace {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly namespace: string;
}

/**
 * A namespace of one's own, with our search attributes, on the run's real Temporal dev server.
 *
 *     const { address, namespace } = await freshNamespace();
 *     const connection = await Connection.connect({ address });   // @temporalio/client; NativeConnection for a worker
 *     const client = new Client({ connection, namespace });
 *
 * One for a file is enough when workflow ids differ. It ends with the run. A test that stops or kills Temporal takes
 * a server of its own: `startTemporal` of src/stand-ins/temporal-server.ts.
 */
export async function freshNamespace(): Promise<FreshNamespace> {
  const { address } = await askForPart('temporal');
  const namespace = `test-${randomUUID()}`;
  await ensureNamespace(address, namespace);
  return { address, namespace };
}
