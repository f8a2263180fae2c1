import { AtpError } from '../domain/errors.ts';
import type { Database } from './database.ts';
import { LEASE_LASTS } from './lane/lane.ts';
import { whileNothingMoves } from './producing/while-nothing-moves.ts';

/** Tables with rows of a shop, in the order in which foreign keys let them go. */
const DEPENDENT_TABLES = [
  'lane_decision',
  'sync_plan_row',
  'sync_plan',
  'snapshot_step',
  'shop_origin',
  'shop_imported_units',
  'shop_orders',
  'mapping_finding',
  'catalogue_variant',
  'unmanaged_variant',
  'catalogue_reading',
  'shop_product',
  // After the mapping, whose rows leave their items when they go.
  'left_item',
  'shop_baseline',
  'shopify_call',
  'upload_file_pack',
  'upload_file_row',
  'upload_file',
  'published_row',
  'applied_row',
  'owed_row',
  'verification',
  'live_shop',
  'lane',
] as const;

/**
 * Removes a shop and everything about its syncing: mapping, files, calls, lane, decisions. Its orders stay, since they
 * still claim stock; they only lose the shop they came from, and so do those that come in later. Files on SFTP and quantities on Shopify stay as they are.
 *
 * @param force also while a run applies its files: the run loses the lane, and each write that it tries is refused. A
 *   call that has left may still be applied by Shopify
 * @throws AtpError SHOP_UNKNOWN, PRODUCER_BUSY, LANE_LOCKED, SHOP_BUSY (its files are being applied right now)
 */
export async function removeShop(
  database: Database,
  shopId: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<{ readonly shopId: string; readonly orderItemsKept: number }> {
  return whileNothingMoves(database, shopId, async (connection) => {
    const lease = await connection.query(`SELECT FROM lane WHERE shop_id = $1 AND ${LEASE_LASTS}`, [shopId]);
    if (lease.rowCount !== 0 && !force) throw new AtpError('SHOP_BUSY', { shopId });
    const orders = await connection.query(`UPDATE order_item SET shop_id = NULL WHERE shop_id = $1`, [
      shopId,
    ]);
    for (const table of DEPENDENT_TABLES) {
      await connection.query(`DELETE FROM ${table} WHERE shop_id = $1`, [shopId]);
    }
    await connection.query(
      `INSERT INTO removed_shop (shop_id, domain) SELECT shop_id, domain FROM shop WHERE shop_id = $1
       ON CONFLICT (shop_id) DO UPDATE SET domain = excluded.domain, removed_at = excluded.removed_at`,
      [shopId],
    );
    await connection.query(`DELETE FROM shop WHERE shop_id = $1`, [shopId]);
    return { shopId, orderItemsKept: orders.rowCount ?? 0 };
  });
}
