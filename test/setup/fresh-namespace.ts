import { askForNamespace } from './parts.ts';
import type { FreshNamespace } from './parts-desk.ts';

export type { FreshNamespace };

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
export function freshNamespace(): Promise<FreshNamespace> {
  return askForNamespace();
}
