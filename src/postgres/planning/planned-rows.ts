/**
 * What a file would say: computed once, into a temporary table of the producer's transaction, and judged there before
 * the file gets a number. Of a plan that is held, only the rows that a person must look at are kept.
 */
import type { UploadFileKind } from '../../domain/upload-file.ts';
import { deltaCandidatesCte } from './change-log.ts';
import type { Connection } from '../database.ts';
import { onlineAtpSelect, placesCte } from '../online-atp/online-atp.ts';
import type { Baseline } from './snapshot-chain.ts';

/** The temporary table: one row for each product that the file would have. */
export const PLANNED = 'planned_row';

/**
 * In SQL, of a planned row: it would be published as zero, and was published above it. Before a shop's first Hard Sync
 * nothing was published: then every zero counts, since Shopify may show anything.
 */
export const GOES_TO_ZERO = 'goes_to_zero';

/**
 * In SQL, of a planned row of a held delta: it is published all the same, or the shop would sell units that are gone.
 * Either it promises less than before and stays above zero, or it repeats a quantity that was judged when it was
 * published and has not arrived.
 */
export const GOES_OUT_THOUGH_HELD =
  '((quantity > 0 AND quantity < quantity_before) OR (is_owed AND quantity = quantity_before))';

export interface PlannedRows {
  readonly rowCount: number;
  /** Rows for which GOES_TO_ZERO is true. */
  readonly toZeroCount: number;
}

const HARD_SYNC_CANDIDATES = `
  candidate AS MATERIALIZED (SELECT product_id FROM shop_product WHERE shop_id = $1)`;

/** A Hard Sync has every mapped product, and reads each table as a whole. */
const EVERY_ROW = `
  JOIN shop_product AS mapped ON mapped.shop_id = $1 AND mapped.product_id = atp.product_id
  JOIN product ON product.product_id = atp.product_id
  LEFT JOIN published_row AS published
    ON published.shop_id = $1 AND published.product_id = atp.product_id
  LEFT JOIN shop_imported_units AS imported
    ON imported.shop_id = $1 AND imported.product_id = atp.product_id
  CROSS JOIN LATERAL (SELECT false AS is_owed) AS owed`;

/**
 * A delta has the products that differ from the last file, are owed, or had units kept back for sales that did not come.
 * Each look-up is by a primary key, for one candidate: the planner would hash the whole catalogue for a handful of them.
 */
const WHAT_DIFFERS = `
  CROSS JOIN LATERAL (
    SELECT inventory_item_id FROM shop_product
    WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS mapped
  CROSS JOIN LATERAL (SELECT sku FROM product WHERE product_id = atp.product_id OFFSET 0) AS product
  LEFT JOIN LATERAL (
    SELECT quantity, inventory_item_id, imported_units FROM published_row
    WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS published ON true
  LEFT JOIN LATERAL (
    SELECT units FROM shop_imported_units
    WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS imported ON true
  CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM owed_row WHERE shop_id = $1 AND product_id = atp.product_id) AS is_owed
  ) AS owed
  WHERE published.quantity IS NULL
    OR published.quantity <> atp.online_atp
    OR published.inventory_item_id <> mapped.inventory_item_id
    -- An order and a receipt of as many units were imported together: Online ATP is the same, but Shopify shows less,
    -- because it has sold the order's units.
    OR published.imported_units <> coalesce(imported.units, 0)
    OR owed.is_owed
    OR atp.product_id IN (SELECT product_id FROM expired_debt)`;

function plannedRowsSql(kind: UploadFileKind): string {
  const scope = { group: '$2', at: '$3::timestamptz', candidates: 'candidate' };
  const isDelta = kind === 'recent-changes';
  const candidates = isDelta ? deltaCandidatesCte({ shop: '$1', ...scope }) : HARD_SYNC_CANDIDATES;
  return `
    INSERT INTO ${PLANNED}
    WITH ${placesCte(scope)}, ${candidates}
    SELECT atp.product_id, product.sku, mapped.inventory_item_id, atp.online_atp, published.quantity, owed.is_owed,
      coalesce(imported.units, 0),
      atp.online_atp = 0 AND ($4 OR coalesce(published.quantity > 0, false))
    FROM (${onlineAtpSelect({ ...scope, access: isDelta ? 'few' : 'every' })}) AS atp
    ${isDelta ? WHAT_DIFFERS : EVERY_ROW}`;
}

/** Makes and fills the table PLANNED in this transaction. A delta looks at what changed since the shop's baseline. */
export async function planRows(
  session: Connection,
  shop: { readonly shopId: string; readonly facilityGroupId: string; readonly isFirst: boolean },
  kind: UploadFileKind,
  { effectiveAt }: Baseline,
): Promise<PlannedRows> {
  await session.query(`
    CREATE TEMPORARY TABLE ${PLANNED} (
      product_id text, sku text, inventory_item_id text, quantity integer, quantity_before integer,
      is_owed boolean, imported_units bigint, goes_to_zero boolean
    ) ON COMMIT DROP`);
  await session.query(plannedRowsSql(kind), [shop.shopId, shop.facilityGroupId, effectiveAt, shop.isFirst]);
  const { rows } = await session.query<PlannedRows>(
    `SELECT count(*)::int AS "rowCount", (count(*) FILTER (WHERE ${GOES_TO_ZERO}))::int AS "toZeroCount"
     FROM ${PLANNED}`,
  );
  return rows[0] ?? { rowCount: 0, toZeroCount: 0 };
}

/** Mapped products of the shop: a limit in percent is a share of these. */
export async function countMapped(session: Connection, shopId: string): Promise<number> {
  const { rows } = await session.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM shop_product WHERE shop_id = $1',
    [shopId],
  );
  return rows[0]?.count ?? 0;
}
