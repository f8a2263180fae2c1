/**
 * Online ATP in SQL, for many products at once: the same definition as in src/domain/online-atp.ts. A property test
 * proves that the two agree.
 */

import { UNITS_MAX } from '../../domain/limits.ts';
import { joinProductSettings, PRODUCT_SETTINGS } from '../master-data/group-settings.ts';
import { isMemberOf, sellsInGroup, sellsProduct } from '../master-data/selling-members.ts';

/**
 * `every`: one pass over all stock, hashed by product. `few`: a look-up by index for each candidate; the planner would
 * choose the hash for it too, and read the whole table (7 times slower for 10,000 of 1,000,000 products).
 */
export type Access = 'every' | 'few';

/** Of so many products, one is looked up by itself in the time in which one pass computes all of them. */
const FEW_OF_ALL = 10;

/** In SQL: about how many products there are, as the planner knows it; -1: it has not counted them yet. */
export const PRODUCTS_KNOWN = `(SELECT reltuples::float8 FROM pg_class WHERE oid = 'product'::regclass)`;

/** How to read the stock of so many products, so that it takes the shorter time. Both give the same. */
export function chooseAccess(candidates: number, productsKnown: number): Access {
  return productsKnown < 0 || candidates * FEW_OF_ALL <= productsKnown ? 'few' : 'every';
}

/** Where the products come from, and how many they are: that decides how their stock is read. */
export interface AtpScope {
  /** Name of a table or common table expression with a column `product_id`, each product once. */
  readonly candidates: string;
  /** Columns of the candidates that the result has, too. */
  readonly carried?: readonly string[];
  readonly access: Access;
  /** SQL expressions, such as parameters, of the facility group's id and of the instant. */
  readonly group: string;
  readonly at: string;
  /** Absent: everything is as it is set. */
  readonly instead?: Instead;
}

/** What would be, in place of what is set: tables or subqueries with the columns of those of the database. */
export interface Instead {
  /** In place of product_facility. */
  readonly levels?: string;
  /** In place of facility_group. */
  readonly groups?: string;
  /** In place of product_facility_group. */
  readonly own?: string;
  /** Whether `facility` is a member of the group: an expression. */
  readonly isMember?: string;
}

/** The columns of Online ATP, in the order of the terms in src/domain/online-atp.ts. All of them integers. */
export const ATP_COLUMNS = [
  'quantity_on_hand',
  'reserved',
  'safety_stock',
  'threshold',
  'brokering_queue',
  'excluded_facilities_atp',
  'floor_adjustment',
  'over_limit',
] as const;

/** The columns that Online ATP is the sum of, before its limit. */
const UNLIMITED = `quantity_on_hand - reserved - safety_stock - threshold - brokering_queue
        - excluded_facilities_atp + floor_adjustment`;

/** Common table expressions that `onlineAtpSelect` needs in front of it. */
export function placesCte({ group, at, instead }: Pick<AtpScope, 'group' | 'at' | 'instead'>): string {
  return `place AS MATERIALIZED (
    -- Every facility that can have stock, and whether it sells in the group at that instant. By NOT IN the planner expects
    -- half of the facilities; by a condition on the joined type it expects one, and reads all stock once for each.
    SELECT facility_id, ${sellsInGroup(instead?.isMember ?? isMemberOf(group, at), at)} AS sells
    FROM facility JOIN facility_type USING (facility_type_id)
    WHERE facility_type_id NOT IN (SELECT facility_type_id FROM facility_type WHERE is_virtual)
  )`;
}

const SELLS = sellsProduct('place.sells');

/** In bigint: each level may be anywhere in the range of an integer, so their sums and differences leave it. */
const STOCK_SUMS = `
  sum(level.quantity_on_hand) AS quantity_on_hand,
  sum(level.reserved) AS reserved,
  sum(level.minimum_stock) FILTER (WHERE ${SELLS}) AS safety_stock,
  sum(level.quantity_on_hand::bigint - level.reserved)
    FILTER (WHERE NOT ${SELLS}) AS excluded_facilities_atp,
  sum(greatest(0, level.reserved::bigint + level.minimum_stock - level.quantity_on_hand))
    FILTER (WHERE ${SELLS}) AS deficits`;

/** Of a row `item` of order_item: it is open, and has no facility or one that is virtual, which is no place. */
export const IN_BROKERING_QUEUE = `item.open_quantity > 0 AND NOT EXISTS (
  SELECT FROM place WHERE place.facility_id = item.facility_id)`;

/** Per product: by the primary keys of product_facility and the index order_item_open. */
const few = (levels: string): string => `
  CROSS JOIN LATERAL (
    SELECT ${STOCK_SUMS}
    FROM ${levels} AS level JOIN place USING (facility_id)
    WHERE level.product_id = candidate.product_id
    OFFSET 0
  ) AS stock
  CROSS JOIN LATERAL (
    SELECT sum(item.open_quantity) AS quantity
    FROM order_item AS item
    WHERE item.product_id = candidate.product_id AND ${IN_BROKERING_QUEUE}
    OFFSET 0
  ) AS queue`;

const every = (levels: string): string => `
  LEFT JOIN (
    SELECT level.product_id, ${STOCK_SUMS}
    FROM ${levels} AS level JOIN place USING (facility_id)
    GROUP BY level.product_id
  ) AS stock ON stock.product_id = candidate.product_id
  LEFT JOIN (
    SELECT item.product_id, sum(item.open_quantity) AS quantity
    FROM order_item AS item
    WHERE ${IN_BROKERING_QUEUE}
    GROUP BY item.product_id
  ) AS queue ON queue.product_id = candidate.product_id`;

/**
 * A SELECT of `product_id`, what is carried, the terms, and `online_atp` of every candidate: a product never counted has 0.
 */
export function onlineAtpSelect({ candidates, carried = [], access, group, instead }: AtpScope): string {
  const levels = instead?.levels ?? 'product_facility';
  const kept = ['product_id', ...carried];
  return `
    SELECT ${kept.join(', ')}, ${ATP_COLUMNS.join(', ')},
      greatest(0, ${UNLIMITED} - over_limit) AS online_atp
    FROM (
      SELECT *, greatest(0, ${UNLIMITED} - at_most) AS over_limit
      FROM (
        SELECT ${kept.map((column) => `candidate.${column}`).join(', ')},
          coalesce(stock.quantity_on_hand, 0)::bigint AS quantity_on_hand,
          coalesce(stock.reserved, 0)::bigint AS reserved,
          coalesce(stock.safety_stock, 0)::bigint AS safety_stock,
          ${PRODUCT_SETTINGS.threshold} AS threshold,
          coalesce(queue.quantity, 0)::bigint AS brokering_queue,
          coalesce(stock.excluded_facilities_atp, 0)::bigint AS excluded_facilities_atp,
          CASE WHEN ${PRODUCT_SETTINGS.floorPerFacility}
            THEN coalesce(stock.deficits, 0)::bigint ELSE 0 END AS floor_adjustment,
          least(${UNITS_MAX}, ${PRODUCT_SETTINGS.atMost}) AS at_most
        FROM ${candidates} AS candidate
        ${joinProductSettings({ product: 'candidate', group, groups: instead?.groups, own: instead?.own, isFew: access === 'few' })}
        ${access === 'few' ? few(levels) : every(levels)}
      ) AS unlimited
    ) AS terms`;
}
