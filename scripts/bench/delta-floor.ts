/** The floor of a delta: its rows, and nothing else. */
import type { Database } from '../../src/postgres/database.ts';
import type { UploadFile } from '../../src/postgres/lane/upload-files.ts';
import { onlineAtpSelect, placesCte } from '../../src/postgres/online-atp/online-atp.ts';

export interface DeltaRow {
  readonly productId: string;
  readonly inventoryItemId: string;
  readonly quantity: number;
}

/**
 * What somebody would type who knows the tables, and that few products have changed: these by the log, and of each its Online ATP by
 * the same definition. Nothing is judged, kept or numbered.
 */
const BARE = `
  WITH ${placesCte({ group: `'FAC_GRP'`, at: 'now()' })},
  base AS MATERIALIZED (
    SELECT snapshot FROM shop_baseline WHERE shop_id = $1
  ), candidate AS MATERIALIZED (
    SELECT product_id, mapped.inventory_item_id
    FROM (
      SELECT DISTINCT product_id FROM change_log
      WHERE txid >= (SELECT pg_snapshot_xmin(snapshot) FROM base)
        AND NOT pg_visible_in_snapshot(txid, (SELECT snapshot FROM base))
    ) AS changed
    CROSS JOIN LATERAL (
      SELECT inventory_item_id FROM shop_product
      WHERE shop_id = $1 AND product_id = changed.product_id OFFSET 0
    ) AS mapped
  )
  SELECT product_id AS "productId", inventory_item_id AS "inventoryItemId", online_atp::integer AS quantity
  FROM (${onlineAtpSelect({
    ...{ candidates: 'candidate', carried: ['inventory_item_id'], access: 'few' },
    ...{ group: `'FAC_GRP'`, at: 'now()' },
  })}) AS atp
  LEFT JOIN LATERAL (
    SELECT quantity FROM published_row WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS published ON true
  WHERE published.quantity IS DISTINCT FROM atp.online_atp
  ORDER BY product_id COLLATE "C"`;

/** Not kept anywhere, so that the next delta has the same rows. */
export function bareDelta(database: Database, shopId: string): Promise<readonly DeltaRow[]> {
  return database.session(async (session) => (await session.query<DeltaRow>(BARE, [shopId])).rows);
}

/** The rows of a file, by product. */
export function readRows(
  database: Database,
  { shopId, sequence }: Pick<UploadFile, 'shopId' | 'sequence'>,
): Promise<readonly DeltaRow[]> {
  return database.query<DeltaRow>(
    `SELECT product_id AS "productId", inventory_item_id AS "inventoryItemId", quantity
     FROM upload_file_rows($1, $2) ORDER BY product_id COLLATE "C"`,
    [shopId, sequence],
  );
}
