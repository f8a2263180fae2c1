/**
 * What Online ATP of a group would be if something were set otherwise, over the whole catalogue, without setting it: the
 * product's own statement, once as everything is set and once with other tables in the place of some.
 */
import { STATEMENT_TIMEOUT_MS, WHAT_IF_FEW_PRODUCTS_MAX } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { groupsWith, type GroupSettingsChange } from '../master-data/group-settings.ts';
import { isMemberOf } from '../master-data/selling-members.ts';
import { chooseAccess, onlineAtpSelect, placesCte, PRODUCTS_KNOWN, type Instead } from './online-atp.ts';

/** What would be set. Undefined: it stays as it is. */
export interface SupposedChange {
  readonly facilityGroupId: string;
  readonly facilityId?: string | undefined;
  /** Whether the facility is a member of the group, or all of `facilityIds`, where they are given. */
  readonly isMember?: boolean | undefined;
  readonly facilityIds?: readonly string[] | undefined;
  /** At the facility, of the chosen products or of all. */
  readonly safetyStock?: number | undefined;
  readonly allowBrokering?: boolean | undefined;
  /** Ids of products; undefined: all. */
  readonly productIds?: readonly string[] | undefined;
  /** Of the chosen products, in the group; null: none of their own. */
  readonly ownThreshold?: number | null | undefined;
  /** Of the group. */
  readonly settings?: GroupSettingsChange | undefined;
}

export interface Move {
  readonly sku: string;
  readonly before: number;
  readonly after: number;
}

/** Where a page ends: the rows are in the order of what they lose, and then of their ids. */
export interface MovePosition {
  readonly lost: number;
  readonly productId: string;
}

export interface Moves {
  /** Products that might move, and those that do. */
  readonly compared: number;
  readonly moved: number;
  readonly toZero: number;
  readonly becomeSellable: number;
  readonly unitsLost: number;
  readonly unitsGained: number;
  readonly rows: readonly (Move & MovePosition)[];
}

/** The statement numbers its own parameters. */
class Parameters {
  readonly values: unknown[] = [];

  /** @param type where the statement does not say it */
  add(value: unknown, type?: string): string {
    this.values.push(value);
    return `$${this.values.length}${type === undefined ? '' : `::${type}`}`;
  }
}

/** One page of what would move, the largest drop first, with the totals of all. It takes as long as two Hard Syncs plan. */
export async function readMoves(
  database: Database,
  change: SupposedChange,
  page: { readonly after: MovePosition | null; readonly limit: number },
): Promise<Moves> {
  return database.transaction(async (connection) => {
    // By its length it is no statement of the pool, where everything else would wait for it.
    await connection.query(`SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    return compare(connection, change, page);
  }, 'bulk');
}

async function compare(
  connection: Connection,
  change: SupposedChange,
  page: { readonly after: MovePosition | null; readonly limit: number },
): Promise<Moves> {
  const parameters = new Parameters();
  const candidates = candidatesOf(change, parameters);
  const counted = await connection.query<{ products: number; known: number }>(
    `SELECT count(*)::int AS products, ${PRODUCTS_KNOWN} AS known
     FROM (${candidates} LIMIT ${WHAT_IF_FEW_PRODUCTS_MAX + 1}) AS candidate`,
    parameters.values,
  );
  const { products, known } = counted.rows[0] ?? { products: 0, known: 0 };
  const access = products <= WHAT_IF_FEW_PRODUCTS_MAX ? chooseAccess(products, known) : 'every';
  const group = parameters.add(change.facilityGroupId, 'text');
  const scope = { candidates: 'candidate', access, group, at: 'now()' } as const;
  const supposed = { ...scope, instead: insteadOf(change, group, parameters) };
  const lost = parameters.add(page.after?.lost ?? null, 'bigint');
  const productId = parameters.add(page.after?.productId ?? null, 'text');
  const { rows } = await connection.query<Moves>(
    `WITH candidate AS MATERIALIZED (${candidates}), moved AS MATERIALIZED (
       SELECT product_id, actual.online_atp AS before, supposed.online_atp AS after,
         actual.online_atp - supposed.online_atp AS lost
       FROM (WITH ${placesCte(scope)} ${onlineAtpSelect(scope)}) AS actual
       JOIN (WITH ${placesCte(supposed)} ${onlineAtpSelect(supposed)}) AS supposed USING (product_id)
       WHERE actual.online_atp <> supposed.online_atp
     ), page AS (
       SELECT * FROM moved
       WHERE ${lost} IS NULL OR lost < ${lost} OR (lost = ${lost} AND product_id > ${productId})
       ORDER BY lost DESC, product_id LIMIT ${parameters.add(page.limit, 'int')}
     )
     SELECT (SELECT count(*) FROM candidate) AS compared, count(*) AS moved,
       count(*) FILTER (WHERE after = 0) AS "toZero", count(*) FILTER (WHERE before = 0) AS "becomeSellable",
       coalesce(sum(lost) FILTER (WHERE lost > 0), 0)::bigint AS "unitsLost",
       coalesce(-sum(lost) FILTER (WHERE lost < 0), 0)::bigint AS "unitsGained",
       (SELECT coalesce(json_agg(json_build_object('sku', product.sku, 'before', page.before, 'after', page.after,
          'lost', page.lost, 'productId', page.product_id) ORDER BY page.lost DESC, page.product_id), '[]')
        FROM page JOIN product USING (product_id)) AS rows
     FROM moved`,
    parameters.values,
  );
  if (!rows[0]) throw new Error('The database did not return totals.');
  return rows[0];
}

/** A SELECT of the products that it can move: a facility has a part in those alone of which it has a level. */
function candidatesOf(change: SupposedChange, parameters: Parameters): string {
  const { isMember, productIds, safetyStock, allowBrokering, settings } = change;
  const setsEach = (safetyStock ?? allowBrokering) !== undefined && productIds === undefined;
  if (setsEach || isGiven(settings)) return 'SELECT product_id FROM product';
  const parts = [
    ...(isMember === undefined
      ? []
      : [
          `SELECT DISTINCT product_id FROM product_facility
           WHERE facility_id = ANY (${parameters.add(membersOf(change), 'text[]')})`,
        ]),
    ...(productIds === undefined
      ? []
      : [`SELECT unnest(${parameters.add(productIds, 'text[]')}) AS product_id`]),
  ];
  return parts.join(' UNION ');
}

/** Who would join or leave. */
function membersOf({ facilityId, facilityIds }: SupposedChange): readonly string[] {
  return facilityIds ?? (facilityId === undefined ? [] : [facilityId]);
}

function isGiven(settings: GroupSettingsChange | undefined): settings is GroupSettingsChange {
  return settings !== undefined && Object.values(settings).some((value) => value !== undefined);
}

function insteadOf(change: SupposedChange, group: string, parameters: Parameters): Instead {
  const { facilityId, isMember, productIds, ownThreshold, settings } = change;
  const setsLevels = (change.safetyStock ?? change.allowBrokering) !== undefined;
  const facility = facilityId === undefined || !setsLevels ? null : parameters.add(facilityId, 'text');
  const chosen = productIds === undefined ? null : parameters.add(productIds, 'text[]');
  return {
    ...(isMember !== undefined && {
      isMember: memberIf(isMember, parameters.add(membersOf(change), 'text[]'), group),
    }),
    ...(isGiven(settings) && { groups: groupsWith(group, settings, (value) => parameters.add(value)) }),
    ...(facility !== null && levelsWith(change, facility, chosen, parameters)),
    ...(chosen !== null &&
      ownThreshold !== undefined && { own: ownWith(ownThreshold, group, chosen, parameters) }),
  };
}

function memberIf(isMember: boolean, facilities: string, group: string): string {
  const isOne = `facility.facility_id = ANY (${facilities})`;
  return isMember
    ? `(${isOne} OR ${isMemberOf(group, 'now()')})`
    : `(NOT ${isOne} AND ${isMemberOf(group, 'now()')})`;
}

/** As setProductSettings sets them: a product of which the facility has nothing gets a level of nothing. */
function levelsWith(
  { safetyStock, allowBrokering }: SupposedChange,
  facility: string,
  chosen: string | null,
  parameters: Parameters,
): Pick<Instead, 'levels'> {
  if (safetyStock === undefined && allowBrokering === undefined) return {};
  const stock = safetyStock === undefined ? null : parameters.add(safetyStock, 'int');
  const brokering = allowBrokering === undefined ? null : parameters.add(allowBrokering, 'boolean');
  const isChosen = `facility_id = ${facility}${chosen === null ? '' : ` AND product_id = ANY (${chosen})`}`;
  const set = (column: string, value: string | null) =>
    value === null ? column : `CASE WHEN ${isChosen} THEN ${value} ELSE ${column} END AS ${column}`;
  return {
    levels: `(
      SELECT product_id, facility_id, quantity_on_hand, reserved, ${set('minimum_stock', stock)},
        ${set('allow_brokering', brokering)}
      FROM product_facility
      UNION ALL
      SELECT product.product_id, facility.facility_id, 0, 0, ${stock ?? 'facility.default_safety_stock'},
        ${brokering ?? 'true'}
      FROM product CROSS JOIN facility
      WHERE facility.facility_id = ${facility}${chosen === null ? '' : ` AND product.product_id = ANY (${chosen})`}
        AND NOT EXISTS (SELECT FROM product_facility AS known
          WHERE known.product_id = product.product_id AND known.facility_id = facility.facility_id))`,
  };
}

function ownWith(threshold: number | null, group: string, chosen: string, parameters: Parameters): string {
  const others = `
    SELECT product_id, facility_group_id, threshold FROM product_facility_group
    WHERE NOT (facility_group_id = ${group} AND product_id = ANY (${chosen}))`;
  if (threshold === null) return `(${others})`;
  return `(${others}
    UNION ALL SELECT unnest(${chosen}), ${group}, ${parameters.add(threshold, 'int')})`;
}
