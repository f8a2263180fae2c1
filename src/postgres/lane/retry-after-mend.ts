/** Files that are blocked by what somebody mends outside: at the shop, or by a new credential. */
import { isMendedAtShop, MENDED_BY_CREDENTIAL } from '../../domain/failed-step.ts';
import type { Database } from '../database.ts';
import { lockLane, unblockFile, type MendedFile } from './lane.ts';
import { findHeadOfLane } from './upload-files.ts';

/**
 * Lets the lane go on when its first file is blocked because Shopify did not let us in, and a person has just given what
 * does. Returns the file's number; null: no file was blocked by that. Throws LANE_LOCKED.
 */
export async function retryAfterMend(database: Database, shopId: string): Promise<number | null> {
  return database.transaction(async (connection) => {
    await lockLane(connection, shopId);
    const head = await findHeadOfLane(connection, shopId);
    const isMended = MENDED_BY_CREDENTIAL.some((code) => code === head?.reasonCode);
    if (head?.state !== 'BLOCKED' || !isMended) return null;
    await unblockFile(connection, head);
    return head.sequence;
  });
}

/** The file that blocks the lane for a cause that somebody mends at the shop, with the location that it is for. */
export async function findBlockedByShop(
  database: Database,
  shopId: string,
): Promise<(MendedFile & { readonly locationId: string }) | null> {
  const head = await database.transaction((connection) => findHeadOfLane(connection, shopId));
  if (head?.state !== 'BLOCKED' || head.reasonCode === null || !isMendedAtShop(head.reasonCode)) return null;
  return { sequence: head.sequence, code: head.reasonCode, locationId: head.locationId };
}
