import { SHOPS_NAMED_MAX } from '../../domain/limits.ts';
import { counted } from '../../domain/words.ts';
import { listShops, type Shop } from '../../postgres/master-data/shops.ts';
import { listWorkerReports, type WorkerReport } from '../../postgres/worker-reports.ts';
import type { Application } from '../application.ts';
import { faultyFor, fine, notKnown, type Finding, type FoundCause } from './check.ts';

/**
 * Whether each worker can read each shop's credential. `<shop>: token` tells only what this process can read: a variable
 * that was set after the worker's start is not the worker's.
 */
export async function inspectWorkerReports(app: Application): Promise<Finding> {
  const database = await app.database();
  const reports = await listWorkerReports(database);
  if (reports.length === 0) return notKnown('No worker has told of itself lately.');
  const shops = await listShops(database);
  // A credential that no shop refers to any more is not meant.
  const faults = [...Map.groupBy(shops, ({ accessTokenRef }) => accessTokenRef)].flatMap(
    ([reference, referring]) => {
      const blind = reports.filter(({ unreadableReferences }) => unreadableReferences.includes(reference));
      return blind.length === 0 ? [] : [faultOf(reference, referring, blind)];
    },
  );
  if (faults.length > 0) return faultyFor('CREDENTIAL_UNREADABLE', faults);
  const versions = [...new Set(reports.map(({ version }) => version))].join(', ');
  return fine(
    `${counted(reports.length, 'worker')} of release ${versions} can read the credential of every shop.`,
  );
}

function faultOf(reference: string, referring: readonly Shop[], blind: readonly WorkerReport[]): FoundCause {
  const shops = referring.slice(0, SHOPS_NAMED_MAX).map(({ shopId }) => shopId);
  const more = referring.length > shops.length ? ` and ${referring.length - shops.length} more` : '';
  const workers = blind.map(
    ({ worker, startedAt }) => `The worker ${worker}, started ${startedAt.toISOString()},`,
  );
  return {
    part: reference,
    detail: `${workers.join(' ')} cannot read ${reference} of ${shops.join(', ')}${more}.`,
    hint: 'A worker reads its variables and `.env` when it starts: give it the variable, or the file, and restart the worker.',
  };
}
