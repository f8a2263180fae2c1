/** Whether what has blocked a file at the shop (token, scopes, location) is mended: then its lane goes on by itself. */
import { missingScopes } from '../src/domain/access-scopes.ts';
import { AtpError } from '../src/domain/errors.ts';
import type { Database } from '../src/postgres/database.ts';
import type { MendedFile } from '../src/postgres/lane/lane.ts';
import { findBlockedByShop } from '../src/postgres/lane/retry-after-mend.ts';
import { findShop, type Shop } from '../src/postgres/master-data/shops.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { refuseUnusable } from '../src/shopify/shop-location.ts';

export interface MendedDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
}

/**
 * The file that blocks the shop's lane, when two reads show that Shopify lets us in and that the file's location is active.
 * Null: it is blocked by something else, or the cause is not mended, or nobody knows.
 */
export async function findMended(
  { database, adminApi }: MendedDeps,
  shopId: string,
): Promise<MendedFile | null> {
  const blocked = await findBlockedByShop(database, shopId);
  if (blocked === null) return null;
  const { locationId, ...file } = blocked;
  try {
    const shop = { ...(await findShop(database, shopId)), locationId };
    const api = adminApi(shop);
    if (missingScopes(await api.readAccessScopes()).length > 0) return null;
    refuseUnusable(shop, await api.readLocation());
    return file;
  } catch (error) {
    // What is still wrong is what the file is blocked by; a shop that does not answer is looked at by the next run.
    if (error instanceof AtpError) return null;
    throw error;
  }
}
