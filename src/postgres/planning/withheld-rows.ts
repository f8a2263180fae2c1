/** Judges what a file would say as a whole, and marks what is withheld. The rules are in src/domain/guard.ts. */
import {
  limitsByKind,
  stockNeeded,
  SUSPICIONS,
  type GuardLimits,
  type Moved,
  type Suspicion,
} from '../../domain/guard.ts';
import type { Connection } from '../database.ts';
import { placesCte } from '../online-atp/online-atp.ts';
import { PLANNED } from './planned-rows.ts';
import {
  quantityByOwnSalesSql,
  quantityBySalesSql,
  risenUnitsSql,
  SOLD_CTE,
  suspicionSql,
  type MoveInSql,
} from './suspect-rows.ts';

/** Who judges what. */
export interface Judgement extends GuardLimits {
  readonly shopId: string;
  readonly facilityGroupId: string;
  /** Of the file. */
  readonly effectiveAt: string;
  /** The shop’s first Hard Sync, which no person has approved: all of it is withheld. */
  readonly isFirst: boolean;
  /** False: a person has confirmed what the file does, and nothing of it is withheld. */
  readonly isJudged: boolean;
  /** Of an approval: the revision up to which the held plan was looked at. Null: nothing is approved. */
  readonly approvedRevision: number | null;
  /** False: nobody knows what a withheld product has sold, so nothing is said of it. */
  readonly hasUsableBase: boolean;
  /** The quantities that a person has looked at count as published, since nothing was published yet. */
  readonly isFirstApproved: boolean;
  /** False: no row may be suspect. */
  readonly isAnyStriking: boolean;
}

/** Sets `withheld_for` and `file_quantity` of the rows that are withheld, and returns how many they are. */
export async function withholdRows(session: Connection, judgement: Judgement): Promise<number> {
  if (judgement.isFirst) {
    const { rowCount } = await session.query(`UPDATE ${PLANNED} SET withheld_for = 'FIRST_HARD_SYNC'`);
    return rowCount ?? 0;
  }
  if (!judgement.isJudged) {
    await session.query(`UPDATE ${PLANNED} SET is_approved = true`);
    return 0;
  }
  // What was sold is not looked up then.
  if (!judgement.isAnyStriking) return 0;
  await markSuspects(session, judgement);
  if (judgement.approvedRevision !== null) {
    await session.query(
      `UPDATE ${PLANNED} SET is_approved = true WHERE held_cause = suspicion AND held_revision <= $1`,
      [judgement.approvedRevision],
    );
  }
  const beyond = await listBeyondLimit(session, judgement);
  const { rowCount } = await session.query(
    `UPDATE ${PLANNED} SET withheld_for = suspicion, file_quantity = CASE suspicion
       WHEN 'SELL_OUT' THEN quantity_by_own_sales ELSE quantity_by_sales END, is_left_out = $2
     WHERE ${IS_JUDGED} AND (held_cause = suspicion OR suspicion = ANY($1))`,
    [beyond, !judgement.hasUsableBase && !judgement.isFirstApproved],
  );
  return rowCount ?? 0;
}

const MOVE: MoveInSql = {
  before: 'row.quantity_before::bigint',
  quantity: 'row.quantity::bigint',
  sold: 'move.sold',
  soldByShop: 'row.sold_by_shop',
};

/** Sets what the guard needs to know of the rows that are striking: what of their move sales explain, and whether the rest is suspect. */
async function markSuspects(
  session: Connection,
  { shopId, facilityGroupId, effectiveAt, hasUsableBase }: Judgement,
): Promise<void> {
  await session.query(
    `WITH ${placesCte({ group: '$2', at: '$3::timestamptz' })},
     base AS MATERIALIZED (SELECT snapshot FROM shop_baseline WHERE shop_id = $1 AND $4),
     striking AS MATERIALIZED (SELECT ctid AS row_id, product_id, sold_by_shop FROM ${PLANNED} WHERE is_striking),
     ${SOLD_CTE}
     UPDATE ${PLANNED} AS row SET suspicion = ${suspicionSql(MOVE, 'row.held_cause')}, risen_units = ${risenUnitsSql(MOVE)},
       quantity_by_sales = ${quantityBySalesSql(MOVE)}, quantity_by_own_sales = ${quantityByOwnSalesSql(MOVE)}
     FROM (
       -- Without a base nobody knows what other channels have sold.
       SELECT row_id, CASE WHEN $4 THEN coalesce(sold.units, 0)::bigint ELSE striking.sold_by_shop END AS sold
       FROM striking LEFT JOIN sold USING (product_id)
     ) AS move
     WHERE row.ctid = move.row_id`,
    [shopId, facilityGroupId, effectiveAt, hasUsableBase],
  );
}

/** In SQL, of a planned row: it is suspect, and nobody has approved it. */
const IS_JUDGED = 'suspicion IS NOT NULL AND NOT is_approved';

/** In SQL, of a planned row: it is suspect and goes out all the same, within the limit of its kind. */
export const IS_LET_THROUGH = `${IS_JUDGED} AND withheld_for IS NULL`;

/** The kinds of which too much has moved: by this run, what is withheld included, and within the window before it. */
async function listBeyondLimit(session: Connection, judgement: Judgement): Promise<Suspicion[]> {
  const moved = await countMoved(session);
  const kinds = SUSPICIONS.filter((kind) => moved[kind] > 0);
  if (kinds.length === 0) return [];
  const earlier = await readWindow(session, judgement);
  const limits = limitsByKind(judgement);
  const beyond: Suspicion[] = [];
  for (const kind of kinds) {
    const needed = stockNeeded(moved[kind] + earlier.letThrough[kind], limits[kind]);
    const stock = await stockUpTo(session, judgement, kind, earlier, needed);
    // A shop in which nothing is in stock is filled: there is nothing that its first count could be compared with.
    if (stock < needed && !(kind === 'SURGE' && stock === 0)) beyond.push(kind);
  }
  return beyond;
}

/** A shop and its limits. */
type LimitedShop = GuardLimits & { readonly shopId: string };

/**
 * Whether so many products that are not mapped any more are too many, with what has collapsed within the window before.
 */
export async function isBeyondCollapseLimit(
  session: Connection,
  shop: LimitedShop,
  products: number,
): Promise<boolean> {
  const earlier = await readWindow(session, shop);
  const needed = stockNeeded(products + earlier.letThrough.COLLAPSE, shop.collapseLimitPercent);
  const stillMapped = await stockUpTo(
    session,
    { shopId: shop.shopId, isFirstApproved: false },
    'COLLAPSE',
    earlier,
    needed,
  );
  return stillMapped + products < needed;
}

async function countMoved(session: Connection): Promise<Moved> {
  const { rows } = await session.query<{ kind: Suspicion; products: number; units: number }>(
    `SELECT suspicion AS kind, count(*)::int AS products, sum(risen_units)::bigint AS units
     FROM ${PLANNED} WHERE ${IS_JUDGED} GROUP BY suspicion`,
  );
  const of = (wanted: Suspicion) => rows.find(({ kind }) => kind === wanted);
  return {
    COLLAPSE: of('COLLAPSE')?.products ?? 0,
    SURGE: of('SURGE')?.units ?? 0,
    SELL_OUT: of('SELL_OUT')?.products ?? 0,
  };
}

interface Window {
  readonly letThrough: Moved;
  /** How much less is in stock than at its beginning; 0: not less. */
  readonly productsLess: number;
  readonly unitsLess: number;
}

/**
 * What the files of the window have let through. An approval begins the window anew; not one that lies ahead, which was given
 * before the clock was set back: no file would be in the window until then. By upload_file_by_time.
 */
async function readWindow(session: Connection, { shopId, guardWindowHours }: LimitedShop): Promise<Window> {
  const { rows } = await session.query<Moved & Omit<Window, 'letThrough'>>(
    `SELECT coalesce(sum(collapse_count), 0)::bigint AS "COLLAPSE",
       coalesce(sum(surge_units), 0)::bigint AS "SURGE",
       coalesce(sum(sell_out_count), 0)::bigint AS "SELL_OUT",
       greatest(0, -coalesce(sum(stock_products_change), 0))::bigint AS "productsLess",
       greatest(0, -coalesce(sum(stock_units_change), 0))::bigint AS "unitsLess"
     FROM upload_file
     WHERE shop_id = $1 AND created_at > greatest(now() - make_interval(hours => $2), (
       SELECT coalesce(max(closed_at), '-infinity') FROM sync_plan
       WHERE shop_id = $1 AND state = 'APPROVED' AND closed_at <= clock_timestamp()))`,
    [shopId, guardWindowHours],
  );
  const [window] = rows;
  if (!window) throw new Error('The database returned no sum.');
  const { productsLess, unitsLess, ...letThrough } = window;
  return { letThrough, productsLess, unitsLess };
}

/**
 * What the shop has in stock (products, or of a surge units) now or at the window's beginning, whichever is more;
 * exactly only up to `needed`. Each product in stock has one unit at least, so as many rows as are needed are enough: a
 * small delta does not count the catalogue.
 */
async function stockUpTo(
  session: Connection,
  { shopId, isFirstApproved }: Pick<Judgement, 'shopId' | 'isFirstApproved'>,
  kind: Suspicion,
  { productsLess, unitsLess }: Window,
  needed: number,
): Promise<number> {
  const less = kind === 'SURGE' ? unitsLess : productsLess;
  const published = isFirstApproved
    ? `SELECT quantity_before AS quantity FROM ${PLANNED} WHERE $1::text IS NOT NULL AND quantity_before > 0`
    : `SELECT quantity FROM published_row JOIN shop_product USING (shop_id, product_id)
       WHERE shop_id = $1 AND quantity > 0`;
  const { rows } = await session.query<{ stock: number }>(
    `SELECT coalesce(${kind === 'SURGE' ? 'sum(quantity)' : 'count(*)'}, 0)::bigint AS stock
     FROM (${published} LIMIT $2) AS counted`,
    [shopId, Number.isFinite(needed) ? Math.max(0, needed - less) : null],
  );
  return less + (rows[0]?.stock ?? 0);
}
