/** Acts that change a shop as a whole: they wait for whoever works for it. */
import { LOCK_TIMEOUT_MS } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { lockLaneAndShop } from '../lane/lane.ts';
import { runInTransaction } from '../transaction.ts';
import { lockForProducing } from './producer-locks.ts';

/**
 * Runs `work` in a transaction while nobody produces for the shop and nobody works in its lane. The producers come first:
 * a file of a million rows refers to the shop for minutes, and whoever waited for that with the lane would stop it. The
 * lane is locked before the shop, as by every step of the lane: a row that refers to the shop waits for whoever has locked
 * it. Each wait ends by itself.
 *
 * Throws SHOP_UNKNOWN, PRODUCER_BUSY, LANE_LOCKED.
 */
export async function whileNothingMoves<Result>(
  database: Database,
  shopId: string,
  work: (session: Connection) => Promise<Result>,
): Promise<Result> {
  return database.session(async (session) => {
    await lockForProducing(session, shopId);
    return runInTransaction(session, 'BEGIN', async () => {
      await session.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await lockLaneAndShop(session, shopId);
      return work(session);
    });
  });
}
