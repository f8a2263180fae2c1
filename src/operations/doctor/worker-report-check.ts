import { counted } from '../../domain/words.ts';
import { listShops } from '../../postgres/master-data/shops.ts';
import { listWorkerReports } from '../../postgres/worker-reports.ts';
import type { Application } from '../application.ts';
import { faulty, fine, notKnown, type Finding } from './check.ts';

/**
 * Whether each worker can read each shop's credential. `<shop>: token` tells only what this process can read: a variable
 * that was set after the worker's start is not the worker's.
 */
export async function inspectWorkerReports(app: Application): Promise<Finding> {
  const database = await app.database();
  const reports = await listWorkerReports(database);
  if (reports.length === 0) return notKnown('No worker has told of itself lately.');
  const shops = await listShops(database);
  const faults = reports.flatMap(({ worker, startedAt, unreadableReferences }) => {
    // A shop that refers to another credential by now is not meant.
    const unreadable = shops.filter(({ accessTokenRef }) => unreadableReferences.includes(accessTokenRef));
    if (unreadable.length === 0) return [];
    const named = unreadable.map(({ shopId, accessTokenRef }) => `${accessTokenRef} of ${shopId}`).join(', ');
    return [`The worker ${worker}, started ${startedAt.toISOString()}, cannot read ${named}.`];
  });
  if (faults.length > 0) {
    return faulty(
      faults.join(' '),
      'A worker reads its variables and `.env` when it starts: give it the variable, or the file, and restart the worker.',
      { code: 'CREDENTIAL_UNREADABLE' },
    );
  }
  const versions = [...new Set(reports.map(({ version }) => version))].join(', ');
  return fine(
    `${counted(reports.length, 'worker')} of release ${versions} can read the credential of every shop.`,
  );
}
