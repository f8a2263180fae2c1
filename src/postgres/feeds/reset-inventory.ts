import { LEDGER_REASONS } from '../../domain/feed.ts';
import { COUNTS } from '../../domain/feed-kind.ts';
import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import type { ResetRow } from '../../domain/feed-type.ts';
import { CLOCKS_APART_MS } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { addAbsentRows, countSourceSql, leaveCountedMeanwhile } from './complete.ts';
import { dateToldRows, leaveToldCounts, type GrownFrom } from './grown.ts';
import { recordCounts, rememberNumber, STANDING_INSTANT } from './last-count.ts';
import { leaveOutCounted, lockUnfinishedDifferences } from './leave-out-counted.ts';
import { refuseIncompleteCounts } from './incomplete-counts.ts';
import { keepForLater, type PostedLater, type PostingsToCome } from './pending-postings.ts';
import { IS_GOOD, refuseSql } from './resolving.ts';
import type { StagingShape } from './staging.ts';
import {
  lockLevels,
  refuseOutOfRange,
  resolveStockRows,
  STOCK_COLUMNS,
  toStockValues,
} from './stock-rows.ts';

export const RESET_STAGING: StagingShape<ResetRow> = {
  columns: { ...STOCK_COLUMNS, reset_by_atp: 'boolean', location_seq_id: 'text', as_of: 'timestamptz' },
  valuesOf: (row) => [...toStockValues(row, row.availableQty), row.resetByAtp, row.locationSeqId, row.asOf],
};

/**
 * The rows of levels that several rows are about, and which of them count: by the rule, one for each bin, or all. The
 * counts of bins add up.
 */
const PICK = {
  refuse: pickSql('min(row_number) OVER bin'),
  last: pickSql('max(row_number) OVER bin'),
  sum: pickSql('row_number'),
} as const satisfies Readonly<Record<EqualKeyRule, string>>;

function pickSql(picked: string): string {
  return `
    CREATE TEMPORARY TABLE picked_row ON COMMIT DROP AS
    WITH shared AS (
      SELECT product_id, facility_id FROM resolved_row AS row WHERE ${IS_GOOD} GROUP BY product_id, facility_id HAVING count(*) > 1
    )
    SELECT row_number, product_id, facility_id, bin, quantity, own, as_of, row_number = ${picked} AS is_picked,
      min(quantity) OVER bin < max(quantity) OVER bin OR bool_and(own) OVER bin <> bool_or(own) OVER bin AS differs_in_bin
    FROM (SELECT row.*, coalesce(row.location_seq_id, '') AS bin
      FROM resolved_row AS row JOIN shared USING (product_id, facility_id) WHERE ${IS_GOOD}) AS row
    WINDOW bin AS (PARTITION BY product_id, facility_id, bin)`;
}

/**
 * Two counts of one thing: the order of rows says nothing, so nobody can say which is right, and none is taken. Nor do a count
 * of what is on hand and one of what is available add up.
 */
const refuseUnequalSql = (isUnequal: string) =>
  refuseSql({
    from: `(SELECT row_number, facility_id, (${isUnequal}) AS is_unequal,
              coalesce(lag(row_number) OVER rows, lead(row_number) OVER rows) AS other_row
            FROM picked_row
            WINDOW level AS (PARTITION BY product_id, facility_id),
              rows AS (PARTITION BY product_id, facility_id ORDER BY row_number))`,
    condition: 'row.is_unequal',
    column: `'idValue'`,
    code: 'FEED_ROW_DUPLICATE',
    detail: `'otherRow', row.other_row, 'facilityId', row.facility_id`,
  });

const REFUSE_MIXED = `(bool_and(own) FILTER (WHERE is_picked) OVER level) <> (bool_or(own) FILTER (WHERE is_picked) OVER level)`;
const REFUSE_UNEQUAL = {
  refuse: refuseUnequalSql(`bool_or(differs_in_bin) OVER level OR ${REFUSE_MIXED}`),
  last: refuseUnequalSql(REFUSE_MIXED),
  sum: refuseUnequalSql(REFUSE_MIXED),
} as const satisfies Readonly<Record<EqualKeyRule, string>>;

/** Two readings of one file: a row without a bin beside bins of which it has the sum is their total, or as many units without a place. */
const REFUSE_TOTAL = refuseSql({
  from: `(SELECT row_number, facility_id,
      sum(quantity) FILTER (WHERE is_picked AND bin <> '') OVER level = sum(quantity) FILTER (WHERE is_picked AND bin = '') OVER level
        AND sum(quantity) FILTER (WHERE is_picked AND bin = '') OVER level <> 0 AS has_total,
      min(row_number) FILTER (WHERE bin = '') OVER level AS other_row
    FROM picked_row WINDOW level AS (PARTITION BY product_id, facility_id))`,
  condition: 'row.has_total',
  column: `'locationSeqId'`,
  code: 'FEED_ROW_DUPLICATE',
  detail: `'otherRow', row.other_row, 'facilityId', row.facility_id, 'isTotal', true`,
});

/** Rows that are one with an equal row before them, and differ from it in a column that nothing reads. $1: places of such columns. */
const COUNT_ALIKE = `
  SELECT count(*)::int AS rows FROM (
    SELECT picked.row_number, rest <> first_value(rest) OVER (
        PARTITION BY picked.product_id, picked.facility_id, picked.bin ORDER BY picked.row_number) AS differs
    FROM picked_row AS picked JOIN staged_row AS staged USING (row_number)
    CROSS JOIN LATERAL (SELECT jsonb_agg(btrim(staged.row_values::jsonb ->> place)) AS rest FROM unnest($1::int[]) AS place) AS unread
  ) AS row WHERE differs AND ${IS_GOOD}`;

/** Until then it would hide every count of an earlier instant. */
const REFUSE_AHEAD = refuseSql({
  from: 'staged_row',
  condition: `row.as_of > now() + make_interval(secs => ${CLOCKS_APART_MS / 1000})`,
  column: `'asOf'`,
  code: 'FEED_VALUE_INVALID',
  detail: `'column', 'asOf', 'reason', 'it lies in the future'`,
});

/** The other bins of a level of which one row lies in the future. */
const REFUSE_BESIDE_AHEAD = refuseSql({
  from: `(SELECT row.row_number, facility_id, ahead.other_row
    FROM resolved_row AS row JOIN (
      SELECT product_id, facility_id, min(row_number) AS other_row FROM resolved_row JOIN refused_row USING (row_number)
      WHERE column_name = 'asOf' GROUP BY product_id, facility_id
    ) AS ahead USING (product_id, facility_id))`,
  condition: 'true',
  column: `'idValue'`,
  code: 'FEED_COUNT_INCOMPLETE',
  detail: `'otherRow', row.other_row, 'facilityId', row.facility_id`,
});

/** A clock that is ahead makes no count one of later than now. $1: what the file is about. */
const asOfSql = (asOf: string) =>
  `CASE WHEN coalesce(${asOf}, $1) IS NOT NULL THEN least(coalesce(${asOf}, $1), now()) END AS as_of`;

/** What the file says of each level: one row as a rule. */
const TOLD = `
  SELECT row.product_id, row.facility_id, row.row_number, row.quantity::bigint, row.own, ${asOfSql('row.as_of')}
  FROM resolved_row AS row
  WHERE ${IS_GOOD} AND NOT EXISTS (SELECT FROM picked_row AS picked WHERE picked.row_number = row.row_number)
  UNION ALL
  SELECT row.product_id, row.facility_id, min(row_number), sum(row.quantity), bool_or(row.own), ${asOfSql('min(row.as_of)')}
  FROM picked_row AS row WHERE is_picked AND ${IS_GOOD}
  GROUP BY row.product_id, row.facility_id`;

const COUNT_TYPES = COUNTS.map((type) => `'${type}'`).join(', ');

/**
 * What has happened since the instant of a count: of one of what is available without what was reserved since, as what was
 * reserved then is what counts. What a count of later has found is no event: it is there when it was undone, or hidden by one that
 * was undone. For all levels at once, since each has as many postings as years. By inventory_item_detail_by_product,
 * or as a whole.
 */
const UNITS_SINCE = `
  LEFT JOIN (
    SELECT product_id, facility_id, sum(quantity_on_hand_diff - CASE WHEN own THEN reserved_diff ELSE 0 END) AS units
    FROM told_count JOIN inventory_item_detail AS entry USING (product_id, facility_id)
    LEFT JOIN feed_import AS import USING (import_id)
    WHERE as_of IS NOT NULL AND coalesce(entry.happened_at, entry.created_at) > as_of
      AND coalesce(import.feed_type NOT IN (${COUNT_TYPES}), true)
    GROUP BY product_id, facility_id
  ) AS since USING (product_id, facility_id)`;

/**
 * Puts each count beside its level, in one statement and so as of one moment: what others post after it comes on top.
 *
 * A count of what is available leaves out what is reserved, so that is added: of 10 on hand with 5 reserved, a count of
 * 4 makes 9 on hand. What is reserved stays. In bigint, because both may be large. A count of an earlier instant keeps what
 * has happened since.
 */
function seeSql(hasInstants: boolean): string {
  const unitsSince = hasInstants ? 'coalesce(since.units, 0)' : '0';
  return `
    CREATE TEMPORARY TABLE counted ON COMMIT DROP AS
    WITH told_count AS (${TOLD})
    SELECT product_id, facility_id, told.row_number, told.own, as_of, coalesce(level.quantity_on_hand, 0) AS on_hand,
      told.quantity + CASE WHEN told.own THEN coalesce(level.reserved, 0) ELSE 0 END + ${unitsSince} AS quantity_after,
      level.product_id IS NULL AS is_new,
      (SELECT coalesce(max(inventory_item_detail_id), 0) FROM inventory_item_detail) AS after_entry
    FROM told_count AS told LEFT JOIN product_facility AS level USING (product_id, facility_id)
    ${hasInstants ? UNITS_SINCE : ''}`;
}

/** Each row with the count of its level. */
const ROWS_WITH_COUNT = `
  SELECT row_number, product_id, facility_id, as_of, quantity_after FROM counted
  UNION ALL
  SELECT row.row_number, product_id, facility_id, counted.as_of, counted.quantity_after
  FROM picked_row AS row JOIN counted USING (product_id, facility_id) WHERE row.row_number <> counted.row_number`;

/** A count of what was is no news of a level that was counted later, though a still later count of it was undone. */
const REFUSE_COUNTED_SINCE = refuseSql({
  from: `(SELECT good.row_number, good.facility_id, good.as_of, ${STANDING_INSTANT} AS counted_at
    FROM (${ROWS_WITH_COUNT}) AS good JOIN last_count AS last USING (product_id, facility_id)
    WHERE ${STANDING_INSTANT} > good.as_of)`,
  condition: 'true',
  column: `'asOf'`,
  code: 'COUNT_OVERTAKEN',
  detail: `'facilityId', row.facility_id, 'countedAt', to_json(row.counted_at AT TIME ZONE 'UTC') #>> '{}' || 'Z'`,
});

/** What is refused is no count. Behind all checks, so that whoever reads `counted` from here on need not ask. */
const LEAVE_REFUSED = `
  DELETE FROM counted USING refused_row AS refused WHERE refused.row_number = counted.row_number`;

const POST = `
  INSERT INTO inventory_item_detail
    (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source, happened_at)
  SELECT product_id, facility_id, quantity_after - on_hand, 0, $2, ${countSourceSql('$1')},
    coalesce(as_of, clock_timestamp())
  FROM counted WHERE quantity_after <> on_hand
  ORDER BY row_number`;

/** One that finds nothing where nothing was makes the level, too. */
const POSTINGS: PostingsToCome = {
  rows: `
    SELECT product_id, facility_id, (quantity_after - on_hand)::integer AS units, '${LEDGER_REASONS.reset}' AS reason, row_number,
      coalesce(as_of, clock_timestamp()) AS happened_at
    FROM counted WHERE quantity_after <> on_hand OR is_new`,
  moves: `
    SELECT product_id, facility_id, quantity_after AS after, on_hand::bigint AS before
    FROM counted WHERE quantity_after <> on_hand`,
};

/** RESET_INVENTORY */
export const applyResetInventory = (connection: Connection, feed: CountFeed) =>
  applyCounts(connection, feed, 'availableQty');

/** REC_INV_COUNT */
export const applyCount = (connection: Connection, feed: CountFeed) =>
  applyCounts(connection, feed, 'quantity');

export interface CountFeed {
  readonly fileName: string;
  readonly equalKeys?: EqualKeyRule | null;
  readonly asOf: Date | null;
  /** Null: it is posted at once. */
  readonly later?: PostedLater | null;
  /** The source, where it says that what its counts do not name is zero. */
  readonly completeOf?: string | null;
  /** What it was before it grew; null: it has not. */
  readonly grown?: GrownFrom | null;
  /** Our name of each of its columns; null: nothing reads it. Absent: they are not known. */
  readonly columns?: readonly (string | null)[];
}

/** Makes the quantity on hand of each product and facility what the feed counted. */
async function applyCounts(
  connection: Connection,
  { fileName, equalKeys, asOf, completeOf = null, later = null, grown = null, columns = [] }: CountFeed,
  column: string,
): Promise<readonly ImportWarning[]> {
  await resolveStockRows(connection, 'row.reset_by_atp AS own, row.location_seq_id, row.as_of');
  const rule = equalKeys ?? 'refuse';
  await refuseIncompleteCounts(connection, rule, columns);
  const rowsHaveInstants = await haveInstants(connection, 'staged_row');
  if (rowsHaveInstants) {
    const ahead = await connection.query(REFUSE_AHEAD);
    if (ahead.rowCount !== 0) await connection.query(REFUSE_BESIDE_AHEAD);
  }
  const warnings: ImportWarning[] = [];
  if (completeOf !== null) warnings.push(...(await addAbsentRows(connection, completeOf, asOf)));
  if (grown) await dateToldRows(connection, grown);
  const picked = await connection.query(PICK[rule]);
  await connection.query(REFUSE_UNEQUAL[rule]);
  if (rule === 'refuse' && picked.rowCount !== 0) {
    await connection.query(REFUSE_TOTAL);
    warnings.push(...(await warnOfAlike(connection, columns)));
  }
  const isBesideUnfinished = await lockUnfinishedDifferences(connection);
  if (later === null) await lockLevels(connection);
  // What was told before is dated, too.
  const hasInstants =
    asOf !== null || rowsHaveInstants || (grown !== null && (await haveInstants(connection, 'resolved_row')));
  await connection.query(seeSql(hasInstants), [asOf]);
  if (completeOf !== null) await leaveCountedMeanwhile(connection, completeOf);
  if (grown) await leaveToldCounts(connection);
  await connection.query('ANALYZE counted');
  if (hasInstants) await connection.query(REFUSE_COUNTED_SINCE);
  await refuseOutOfRange(connection, { rows: ROWS_WITH_COUNT, column });
  await connection.query(LEAVE_REFUSED);
  await recordCounts(connection);
  const leftOut = isBesideUnfinished ? await leaveOutCounted(connection) : [];
  if (later === null) await connection.query(POST, [fileName, LEDGER_REASONS.reset]);
  else {
    await rememberNumber(connection, later.importId);
    await keepForLater(connection, later, POSTINGS);
  }
  return [...warnings, ...leftOut];
}

async function warnOfAlike(
  connection: Connection,
  columns: readonly (string | null)[],
): Promise<readonly ImportWarning[]> {
  const unread = columns.flatMap((column, place) => (column === null ? [place] : []));
  if (unread.length === 0) return [];
  const { rows: found } = await connection.query<{ rows: number }>(COUNT_ALIKE, [unread]);
  const rows = found[0]?.rows ?? 0;
  return rows > 0 ? [{ code: 'COUNT_ROWS_ALIKE', rows }] : [];
}

async function haveInstants(connection: Connection, rows: 'staged_row' | 'resolved_row'): Promise<boolean> {
  const { rowCount } = await connection.query(`SELECT FROM ${rows} WHERE as_of IS NOT NULL LIMIT 1`);
  return rowCount !== 0;
}
