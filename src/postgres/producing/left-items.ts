/**
 * What products have left goes to zero: before the shop's next file, so that what is known of a product is still known of
 * the item that it had; and when a person says so.
 */
import { AtpError } from '../../domain/errors.ts';
import type { GuardLimits } from '../../domain/guard.ts';
import type { Connection, Database } from '../database.ts';
import { forgetReturned } from '../lane/left-items.ts';
import { isBeyondCollapseLimit } from '../planning/withheld-rows.ts';
import { drainLeft, readLocationId, type Drain, type NumberedDrain } from './drain.ts';
import { requireKnownOrigin } from './shop-origin.ts';
import { whileNothingMoves } from './while-nothing-moves.ts';

/** In SQL, of a row `item` of left_item: no item has the SKU of its product now. */
const IS_LOST = `NOT EXISTS (SELECT FROM shop_product AS mapped
  WHERE mapped.shop_id = item.shop_id AND mapped.product_id = item.product_id)`;

/**
 * In the transaction that makes a file of the shop, before the file. Products that are not mapped any more are drained as
 * long as they are not too many: a catalogue that was edited by mistake, or read wrongly, would empty the whole shop. The
 * guard counts them as products that collapse. Those that have another item are on sale there, so nothing is lost.
 */
export async function drainLeftItems(
  session: Connection,
  shop: GuardLimits & { readonly shopId: string },
  { sequence, baseline }: Pick<NumberedDrain, 'sequence' | 'baseline'>,
): Promise<Drain> {
  const { shopId } = shop;
  const { rowCount } = await session.query('SELECT FROM left_item WHERE shop_id = $1 LIMIT 1', [shopId]);
  if (rowCount === 0) return null;
  await forgetReturned(session, shopId);
  await withholdTooMany(session, shop);
  const locationId = await readLocationId(session, shopId);
  const drain = await drainLeft(session, { shopId, locationId, sequence, ...(baseline && { baseline }) }, [
    'WAITING',
  ]);
  if (drain === null) return null;
  await recordDrained(session, shopId, drain.sequence);
  return drain;
}

/** A withheld item whose product has got another one waits like all of these. */
async function withholdTooMany(
  session: Connection,
  shop: GuardLimits & { readonly shopId: string },
): Promise<void> {
  await session.query(
    `UPDATE left_item AS item SET state = 'WAITING' WHERE shop_id = $1 AND state = 'WITHHELD' AND NOT ${IS_LOST}`,
    [shop.shopId],
  );
  const { rows } = await session.query<{ lost: number }>(
    `SELECT count(DISTINCT product_id)::int AS lost FROM left_item AS item
     WHERE shop_id = $1 AND state IN ('WAITING', 'WITHHELD') AND ${IS_LOST}
       AND EXISTS (SELECT FROM left_item WHERE shop_id = $1 AND state = 'WAITING')`,
    [shop.shopId],
  );
  const lost = rows[0]?.lost ?? 0;
  if (lost === 0 || !(await isBeyondCollapseLimit(session, shop, lost))) return;
  await session.query(
    `UPDATE left_item AS item SET state = 'WITHHELD' WHERE shop_id = $1 AND state = 'WAITING' AND ${IS_LOST}`,
    [shop.shopId],
  );
}

/**
 * The drain carries the change since the first of its items was left. A product that is not mapped any more has nothing
 * published from now on: when it comes back, it is like a new one.
 */
async function recordDrained(session: Connection, shopId: string, sequence: number): Promise<void> {
  await session.query(
    `WITH lost AS (
       DELETE FROM published_row AS published USING left_item AS item
       WHERE published.shop_id = $1 AND item.shop_id = $1 AND item.sequence = $2 AND item.state = 'DRAINING'
         AND published.product_id = item.product_id AND ${IS_LOST}
       RETURNING published.quantity
     )
     UPDATE upload_file SET
       oldest_change_at = (SELECT min(left_at) FROM left_item WHERE shop_id = $1 AND sequence = $2),
       collapse_count = (SELECT count(*) FROM lost),
       stock_products_change = -(SELECT count(*) FROM lost WHERE quantity > 0),
       stock_units_change = -(SELECT coalesce(sum(quantity), 0) FROM lost)
     WHERE shop_id = $1 AND sequence = $2`,
    [shopId, sequence],
  );
}

/**
 * A person says that everything the shop has left goes to zero: one file for each location, with one item of each
 * product. Its products come with the next file as well, whose rows say again what became of them where they are sold now.
 *
 * @throws AtpError SHOP_UNKNOWN, SHOP_CLOSING, PRODUCER_BUSY, LANE_LOCKED, and what requireKnownOrigin throws for a drain
 */
export async function drainAllLeft(
  database: Database,
  shopId: string,
): Promise<readonly NonNullable<Drain>[]> {
  return whileNothingMoves(database, shopId, async (session) => {
    const { nextSequence } = await requireKnownOrigin(session, { shopId, kind: 'drain' });
    await refuseClosing(session, shopId);
    await forgetReturned(session, shopId);
    const { rows: locations } = await session.query<{ locationId: string }>(
      `SELECT DISTINCT location_id AS "locationId" FROM left_item
       WHERE shop_id = $1 AND state <> 'DRAINING' ORDER BY 1`,
      [shopId],
    );
    const drains: NonNullable<Drain>[] = [];
    for (const { locationId } of locations) {
      const file = { shopId, locationId, sequence: nextSequence + drains.length };
      const drain = await drainLeft(session, file, ['WAITING', 'WITHHELD', 'ON_SALE']);
      if (drain === null) continue;
      await recordDrained(session, shopId, drain.sequence);
      await oweDrained(session, shopId, drain.sequence);
      drains.push(drain);
    }
    return drains;
  });
}

async function refuseClosing(session: Connection, shopId: string): Promise<void> {
  const { rowCount } = await session.query(
    'SELECT FROM shop WHERE shop_id = $1 AND closing_since IS NOT NULL',
    [shopId],
  );
  if (rowCount !== 0) throw new AtpError('SHOP_CLOSING', { shopId });
}

async function oweDrained(session: Connection, shopId: string, sequence: number): Promise<void> {
  await session.query(
    `INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
     SELECT $1, product_id, 'DRAINED', now()
     FROM upload_file_rows($1, $2) JOIN shop_product AS mapped USING (shop_id, product_id)
     WHERE shop_id = $1 ORDER BY product_id
     ON CONFLICT DO NOTHING`,
    [shopId, sequence],
  );
}
