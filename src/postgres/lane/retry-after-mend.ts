import { MENDED_BY_CREDENTIAL } from '../../domain/failed-step.ts';
import type { Database } from '../database.ts';
import { lockLane, unblockFile } from './lane.ts';
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
