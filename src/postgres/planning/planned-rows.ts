/**
 * What a file would say: computed once, into a temporary table of the producer's transaction, and judged there before
 * the file gets a number.
 */
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Connection } from '../database.ts';
import { onlineAtpSelect, placesCte, type Access } from '../online-atp/online-atp.ts';
import { passOver } from '../whole-pass.ts';
import { CANDIDATE, chooseForHardSync, findCandidates } from './candidate-rows.ts';
import { readOldestWaiting } from './waiting-changes.ts';
import type { NextBaseline } from './snapshot-chain.ts';
import { isStrikingSql } from './suspect-rows.ts';

/** The temporary table: one row for each product that the file would have, were nothing withheld. */
export const PLANNED = 'planned_row';

/** What is planned for. */
export interface PlanScope {
  readonly shopId: string;
  readonly facilityGroupId: string;
  readonly kind: UploadFileKind;
  /** The plan that is held. */
  readonly heldPlan: number | null;
  /** A person approves the shop's first Hard Sync: the quantities that were looked at count as published. */
  readonly isFirstApproved: boolean;
  /** The shop has got another location or group: what was published before was published elsewhere. */
  readonly isRefillDue: boolean;
}

/** What was planned. */
export interface Planned {
  readonly rowCount: number;
  /** Some of the rows have moved so far that they may be suspect. */
  readonly isAnyStriking: boolean;
}

/**
 * Of one pass over all tables, for each of its half a dozen hash tables, which may take twice as much. What does not fit goes
 * to files of the server; by the server's own setting of 4 MB that is most of it. More than this saves little.
 */
const PASS_MEMORY = '16MB';

/** What is known of each candidate, and of its last file: each table is read as a whole. */
const OF_EVERY = `
  JOIN product ON product.product_id = atp.product_id
  LEFT JOIN published_row AS published
    ON published.shop_id = $1 AND published.product_id = atp.product_id
  LEFT JOIN shop_imported_units AS imported
    ON imported.shop_id = $1 AND imported.product_id = atp.product_id
  LEFT JOIN sync_plan_row AS held ON held.shop_id = $1 AND held.plan = $4 AND held.product_id = atp.product_id`;

/** The same by the primary keys, for one candidate each: the planner would hash the whole catalogue for a handful. */
const OF_FEW = `
  CROSS JOIN LATERAL (SELECT sku FROM product WHERE product_id = atp.product_id OFFSET 0) AS product
  LEFT JOIN LATERAL (
    SELECT quantity, inventory_item_id, imported_units, sequence, ctid FROM published_row
    WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS published ON true
  LEFT JOIN LATERAL (
    SELECT units FROM shop_imported_units
    WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS imported ON true
  LEFT JOIN LATERAL (
    SELECT cause, revision, quantity, changed_at, since FROM sync_plan_row
    WHERE shop_id = $1 AND plan = $4 AND product_id = atp.product_id OFFSET 0
  ) AS held ON true`;

/**
 * How it is known whether what was published has arrived. `applied_file`: the files that the lane is done with and has applied. `unsettled`:
 * products that these have not brought, those with units kept back, and those that the next file owes. All products may be: so they are joined,
 * and not listed, which the server would search from its beginning for each row where it has no memory to hash them.
 */
const ARRIVED_OF_EVERY = {
  ctes: `, applied_file AS MATERIALIZED (
    SELECT sequence FROM upload_file WHERE shop_id = $1 AND state IN ('APPLIED', 'PARTIAL')
  ), unsettled AS MATERIALIZED (
    SELECT product_id FROM applied_row WHERE shop_id = $1 AND outcome IN ('QUARANTINED', 'OWED')
    UNION SELECT product_id FROM applied_row WHERE shop_id = $1 AND debt > 0
    UNION SELECT product_id FROM owed_row WHERE shop_id = $1
  )`,
  join: `
  LEFT JOIN applied_file ON applied_file.sequence = published.sequence
  LEFT JOIN unsettled ON unsettled.product_id = atp.product_id`,
  hasArrived: 'applied_file.sequence IS NOT NULL AND unsettled.product_id IS NULL',
};

/** The same by the primary keys, for one product each. */
const ARRIVED_OF_FEW = {
  ctes: '',
  join: `
  LEFT JOIN LATERAL (
    SELECT state IN ('APPLIED', 'PARTIAL') AS is_applied FROM upload_file
    WHERE shop_id = $1 AND sequence = published.sequence OFFSET 0
  ) AS published_by ON true
  LEFT JOIN LATERAL (
    SELECT outcome IN ('QUARANTINED', 'OWED') OR debt > 0 AS is_unsettled FROM applied_row
    WHERE shop_id = $1 AND product_id = atp.product_id OFFSET 0
  ) AS settled ON true
  LEFT JOIN LATERAL (
    SELECT true AS is_owed FROM owed_row WHERE shop_id = $1 AND product_id = atp.product_id LIMIT 1
  ) AS owed ON true`,
  hasArrived: 'published_by.is_applied AND settled.is_unsettled IS NOT TRUE AND owed.is_owed IS NOT TRUE',
};

/**
 * What a file has published of the product and the lane has brought to Shopify, for the item and the imported units of now. Null:
 * that is not known, and never ($7) without a usable base, nor where the shop was moved. Of a Hard Sync only: a delta has what differs.
 */
const arrivedQuantity = ({ hasArrived }: { readonly hasArrived: string }): string => `
  CASE WHEN $7 AND ${hasArrived}
      AND published.inventory_item_id = atp.inventory_item_id AND published.imported_units = coalesce(imported.units, 0)
    THEN published.quantity END`;

/** A Hard Sync has every product, and carries all that waits ($6): each of its rows counts as old as the oldest of that. */
const ALL_ARE_DUE = `CROSS JOIN LATERAL (SELECT true AS is_due, $6::timestamptz AS changed_at) AS due`;

/**
 * A delta has the products that differ from the last file, and those that are due whatever their quantity: they are
 * owed, have another item, or had units kept back for sales that did not come.
 */
const WHAT_DIFFERS = `
  CROSS JOIN LATERAL (
    SELECT atp.changed_at, atp.is_due OR coalesce(published.inventory_item_id <> atp.inventory_item_id
        -- An order and a receipt of as many units were imported together: Online ATP is the same, but Shopify shows
        -- less, because it has sold the order's units.
        OR published.imported_units <> coalesce(imported.units, 0), false) AS is_due
  ) AS due
  WHERE due.is_due OR published.quantity IS DISTINCT FROM atp.online_atp`;

/** Units of the shop's own orders that were imported since the product was published. */
const SOLD_BY_SHOP =
  'greatest(0, coalesce(imported.units, 0) - coalesce(published.imported_units, imported.units, 0))';

/**
 * `published_row_id`, where the published row is, is of a delta only: it writes nearly all of the rows that it reads. A Hard Sync may write
 * one of a thousand, and to find that, the planner would read what is published of every shop.
 */
function plannedRowsSql(kind: UploadFileKind, access: Access): string {
  const isDelta = kind === 'recent-changes';
  const source = isDelta
    ? { candidates: CANDIDATE, carried: ['inventory_item_id', 'changed_at', 'is_due'] }
    : { candidates: 'mapped', carried: ['inventory_item_id'] };
  const scope = { ...source, group: '$2', at: '$3::timestamptz', access };
  const arrived = access === 'few' ? ARRIVED_OF_FEW : ARRIVED_OF_EVERY;
  return `
    INSERT INTO ${PLANNED} (product_id, sku, inventory_item_id, quantity, quantity_before, sequence_before,
      published_row_id, imported_units, is_due, changed_at, held_changed_at, held_cause, held_revision, sold_by_shop,
      is_striking, file_quantity, arrived_quantity, is_approved, is_left_out)
    WITH ${placesCte(scope)}
    ${isDelta ? '' : `, mapped AS (SELECT product_id, inventory_item_id FROM shop_product WHERE shop_id = $1) ${arrived.ctes}`}
    SELECT row.product_id, row.sku, row.inventory_item_id, row.quantity, row.quantity_before,
      row.sequence_before, row.published_row_id, row.imported_units, row.is_due, row.changed_at, row.held_changed_at, row.held_cause,
      row.held_revision, row.sold_by_shop,
      ${isStrikingSql({ before: 'row.quantity_before', quantity: 'row.quantity' })},
      row.quantity, row.arrived_quantity, false, false
    FROM (
      SELECT atp.product_id, product.sku, atp.inventory_item_id, atp.online_atp AS quantity,
        -- A product that comes back to the shop, or gets another item: nobody knows what was sold meanwhile.
        CASE WHEN NOT EXISTS (SELECT FROM owed_row AS remapped
            WHERE remapped.shop_id = $1 AND remapped.product_id = atp.product_id AND remapped.cause = 'REMAPPED')
          THEN coalesce(published.quantity, CASE WHEN $5 THEN held.quantity END) END::bigint AS quantity_before,
        published.sequence AS sequence_before, ${isDelta ? 'published.ctid' : 'NULL::tid'} AS published_row_id,
        coalesce(imported.units, 0) AS imported_units, due.is_due,
        ${isDelta ? 'NULL::integer' : arrivedQuantity(arrived)} AS arrived_quantity,
        due.changed_at, coalesce(held.changed_at, held.since) AS held_changed_at, held.cause AS held_cause, held.revision AS held_revision,
        ${SOLD_BY_SHOP} AS sold_by_shop
      FROM (${onlineAtpSelect(scope)}) AS atp
      ${access === 'few' ? OF_FEW : OF_EVERY}
      ${isDelta ? WHAT_DIFFERS : `${arrived.join} ${ALL_ARE_DUE}`}
      -- Each column is computed here, once, and not again wherever the expressions above name it.
      OFFSET 0
    ) AS row`;
}

/**
 * Makes and fills the table PLANNED in this transaction. A delta looks at what changed since the shop's baseline, and at what is withheld.
 */
export async function planRows(
  session: Connection,
  scope: PlanScope,
  { effectiveAt, hasUsableBase }: NextBaseline,
): Promise<Planned> {
  const { shopId, facilityGroupId, kind, heldPlan, isFirstApproved, isRefillDue } = scope;
  // Without constraints and defaults: they would be written to the server's catalogue for each file.
  await session.query(`
    CREATE TEMPORARY TABLE ${PLANNED} (
      product_id text, sku text, inventory_item_id text, quantity integer, quantity_before integer,
      sequence_before bigint, published_row_id tid, imported_units bigint, is_due boolean, changed_at timestamptz,
      held_changed_at timestamptz, held_cause text, held_revision integer, sold_by_shop bigint, is_striking boolean,
      file_quantity integer, arrived_quantity integer,
      suspicion text, risen_units bigint, quantity_by_sales integer, quantity_by_own_sales integer,
      withheld_for text, is_approved boolean, is_left_out boolean
    ) ON COMMIT DROP`);
  const isDelta = kind === 'recent-changes';
  const access = isDelta
    ? await findCandidates(session, scope, effectiveAt)
    : await chooseForHardSync(session, shopId);
  const ofHardSync = isDelta ? [] : [await readOldestWaiting(session, shopId), hasUsableBase && !isRefillDue];
  if (access === 'every') await session.query(`SET LOCAL work_mem = '${PASS_MEMORY}'`);
  const values = [...[shopId, facilityGroupId, effectiveAt, heldPlan, isFirstApproved], ...ofHardSync];
  const sql = plannedRowsSql(kind, access);
  const { rowCount } = await (access === 'every'
    ? passOver(session, sql, values)
    : session.query(sql, values));
  const striking = await session.query(`SELECT FROM ${PLANNED} WHERE is_striking LIMIT 1`);
  return { rowCount: rowCount ?? 0, isAnyStriking: striking.rowCount !== 0 };
}
