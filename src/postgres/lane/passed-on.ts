/**
 * Rows of a file that are passed on to a newer one: it waits already, it has the product, too, and it brings the newest value. So
 * after a time without Shopify each product is written once, and not once for each file that has it (decision 0083).
 *
 * To pass a row on is what a person does to each row of a file that is left out. What is published names the newer file, so
 * whatever ends that one without applying it owes the product: nothing here has to be remembered.
 */
import type { Page } from '../../domain/window.ts';
import type { Connection, Database } from '../database.ts';
import { refusePaused } from './lane-pause.ts';
import type { LaneWrites } from './lane-writes.ts';
import { IS_OPEN, TAKERS } from './upload-files.ts';

/** What is left of some rows, once those are passed on that a newer file takes. */
export interface Left {
  readonly positions: readonly number[];
  /** The newest file that may have taken some; 0: there is none. */
  readonly newest: number;
}

/**
 * Passes on what newer files take of rows of which no call is without an answer. Settled ones are not left either, where there is
 * a newer file.
 *
 * Throws LANE_PAUSED, and what `LaneWrites.write` throws.
 *
 * @param asked the newest file that was asked already
 */
export async function passOn(
  database: Database,
  lane: LaneWrites,
  { sequence, positions }: Page,
  asked = 0,
): Promise<Left> {
  const { shopId } = lane.pass;
  // Most often there is none: the lane need not be held to find that.
  const [found] = await database.query<Taker>(NEWEST, [shopId, sequence]);
  if (!found || found.sequence <= asked) return { positions, newest: asked };
  let left: readonly number[] = positions;
  await lane.write(async (connection) => {
    await refusePaused(connection, shopId);
    // A person may have decided about one of them meanwhile; while the lane is held, nobody does.
    const { rows: takers } = await connection.query<Taker>(TAKERS, [shopId, sequence]);
    if (takers.length === 0) return;
    const rows = await listOpenRows(connection, shopId, { sequence, positions }, takers);
    const used = new Set(rows.flatMap(({ taker }) => (taker === null ? [] : [taker])));
    if (used.size > 0) await handOn(connection, shopId, sequence, [...used]);
    left = rows.flatMap(({ position, taker }) => (taker === null ? [position] : []));
  });
  return { positions: left, newest: found.sequence };
}

interface Taker {
  readonly sequence: number;
}

/** In SQL: the newest delta behind file $2 of shop $1 that may take rows. A look that costs little to plan. By upload_file_open. */
const NEWEST = `
  SELECT sequence FROM upload_file
  WHERE shop_id = $1 AND sequence > $2 AND ${IS_OPEN} AND state = 'READY' AND kind = 'recent-changes'
  ORDER BY sequence DESC LIMIT 1`;

interface OpenRow {
  readonly position: number;
  /** The newer file that it is passed on to; null: it is decided now. */
  readonly taker: number | null;
}

/**
 * A row to zero is never passed on: what is sold out must not be sold while other rows are applied. Nor is one of another item than
 * the newer file's. Each row is looked up by its keys, as in COUNT_WINDOW.
 */
async function listOpenRows(
  connection: Connection,
  shopId: string,
  { sequence, positions }: Page,
  takers: readonly Taker[],
): Promise<readonly OpenRow[]> {
  const { rows } = await connection.query<OpenRow>(
    `SELECT row.position, CASE WHEN row.quantity > 0 AND published.inventory_item_id = row.inventory_item_id
       AND published.sequence = ANY($4::bigint[]) THEN published.sequence END AS taker
     FROM upload_file_rows_at($1, $2, $3::int[]) AS row
     LEFT JOIN LATERAL (SELECT sequence, inventory_item_id FROM published_row AS published
       WHERE published.shop_id = $1 AND published.product_id = row.product_id OFFSET 0) AS published ON true
     LEFT JOIN LATERAL (SELECT sequence FROM applied_row AS applied
       WHERE applied.shop_id = $1 AND applied.product_id = row.product_id OFFSET 0) AS applied ON true
     WHERE applied.sequence IS NULL OR applied.sequence < $2
     ORDER BY row.position`,
    [shopId, sequence, positions, takers.map((taker) => taker.sequence)],
  );
  return rows;
}

/**
 * Who takes a row over takes over since when its change waits, and how often it was passed on to a file that was made meanwhile. Files that
 * waited when this one was begun are not counted: they have an end.
 */
async function handOn(
  connection: Connection,
  shopId: string,
  sequence: number,
  takers: readonly number[],
): Promise<void> {
  await connection.query(
    `UPDATE upload_file AS later SET oldest_change_at = least(later.oldest_change_at, earlier.oldest_change_at),
       passed_on_times = greatest(later.passed_on_times,
         earlier.passed_on_times + CASE WHEN later.created_at > earlier.started_at THEN 1 ELSE 0 END)
     FROM upload_file AS earlier
     WHERE earlier.shop_id = $1 AND earlier.sequence = $2 AND later.shop_id = $1 AND later.sequence = ANY($3::bigint[])`,
    [shopId, sequence, takers],
  );
}
