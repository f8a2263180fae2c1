/**
 * Checks whether this database is the one in which a shop's files were numbered, before anything is numbered or sent.
 */
import type { Database } from '../src/postgres/database.ts';
import { checkOrigin, type OriginCheck } from '../src/postgres/producing/shop-origin.ts';
import type { OpenFileDrop } from '../src/sftp/file-drop.ts';
import { readNumbersOnSftp } from '../src/sftp/numbers-on-drop.ts';

/** Throws DATABASE_READ_ONLY, SHOP_UNKNOWN, and what the file drop throws when its files must be looked at. */
export async function checkShopOrigin(
  { database, fileDrop }: { readonly database: Database; readonly fileDrop: OpenFileDrop },
  shopId: string,
): Promise<OriginCheck> {
  return checkOrigin(database, shopId, () => fileDrop((drop) => readNumbersOnSftp(drop, shopId)));
}
