import { findGoodHashes } from '../../postgres/access/credentials.ts';
import type { Application } from '../application.ts';

/** Those of the hashes (`hashOfSecret`) whose sessions and tokens are still good. */
export async function goodCredentials(
  app: Application,
  hashes: readonly Buffer[],
): Promise<ReadonlySet<string>> {
  const good = await findGoodHashes(await app.database(), hashes);
  return new Set(good.map((hash) => hash.toString('hex')));
}
