/** Counts of which one row is refused: nobody knows what is there in all. */
import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { Connection } from '../database.ts';
import { PRODUCT_ID_TYPES } from '../../domain/recognition/product-id-type.ts';
import { passOver } from '../whole-pass.ts';
import { unspoiltSql } from './like-ids.ts';
import { IS_GOOD, PRODUCT_COLUMNS, refuseSql } from './resolving.ts';

/** Texts are compared without their case and the zeros in front, which a spreadsheet takes away. Known ids have no other faults. */
const keySql = (id: string) => `lower(ltrim(${id}, '0'))`;

/** By which of its ids a row names its product; '': it says something that is none of them, and so it may be any. */
const ID_TYPE = `coalesce(id_type,
  CASE regexp_replace(regexp_replace(lower(coalesce(refused_texts ->> 'idType', '')), '[\\s_.:*()\\[\\]-]+', '', 'g'), '\\d+$', '')
    ${Object.entries(PRODUCT_ID_TYPES)
      .map(([text, type]) => `WHEN '${text}' THEN '${type}'`)
      .join(' ')} ELSE '' END)`;

const NAMES = Object.entries(PRODUCT_COLUMNS).map(([type, column]) => `('${type}', ${column})`);

type FeedColumns = readonly (string | null)[];

/** Whether a refused row itself has a value in one of these columns: what is said for its source stands in a total, too. */
const isSaidSql = (names: readonly string[], columns: FeedColumns) =>
  `concat(${['NULL', ...names.filter((name) => columns.includes(name)).map((name) => `refused_texts ->> '${name}'`)].join(', ')}) <> ''`;

/**
 * A count of a product at a facility is all of its rows: when one of them is refused, the others are not what is there. That one may name both
 * by other ids than they do, or by ids that were spoiled on their way (case, blanks, zeros, look-alike letters), which may be why it is
 * refused: where a product has several rows, since another product may be called so. These are bins, and the rows of a source of which the last
 * one counts, or their sum: of any other, a file that has both names tells two products. A row of them without an
 * id, or without a facility, belongs to the one above, as in a report that names each once. By hashing, since all rows may be refused ones.
 *
 * An id is compared with ids of its own type: an internal one may be another product's SKU. One that a product has is nobody else's. Zeros in
 * front may have been lost, but not where another product is called so without them; of UPCs they say nothing.
 *
 * Where the last row of a bin counts, a refused one before it would not have counted either.
 */
const refuseIncompleteSql = (rule: EqualKeyRule, columns: FeedColumns) => {
  // Whether a product may have several rows without bins.
  const areSeveral = rule !== 'refuse';
  const saysBin = isSaidSql(['locationSeqId'], columns);
  const saysPlace = isSaidSql(['facilityId', 'externalFacilityId'], columns);
  return refuseSql({
    from: `(
    WITH written AS NOT MATERIALIZED (
      SELECT row_number, ${ID_TYPE} AS type, coalesce(id_value, refused_texts ->> 'idValue', refused_texts ->> 'sku') AS id,
        coalesce(facility_id, external_facility_id, nullif(refused_texts ->> 'facilityId', ''),
          refused_texts ->> 'externalFacilityId', '') AS place,
        coalesce(location_seq_id, refused_texts ->> 'locationSeqId', refused_texts ->> 'binName', '') AS bin, refused_texts
      FROM staged_row
    ), refusal AS MATERIALIZED (
      SELECT row_number, type, id, place, bin, refused_texts IS NULL AND bin = '' AND NOT ${areSeveral} AS needs_bin,
        refused_texts ->> 'idValue' = '' AND (${saysBin} OR (${areSeveral} AND ${saysPlace})) AS lacks_id,
        id <> '' AND place = '' AND (bin <> '' OR ${areSeveral}) AS lacks_place
      FROM written JOIN refused_row USING (row_number)
      WHERE refused_texts IS NOT NULL OR ${areSeveral} OR (SELECT EXISTS (SELECT FROM staged_row WHERE location_seq_id IS NOT NULL))
    ), named AS (
      SELECT row_number, type, id, place, bin, needs_bin FROM refusal
      UNION ALL
      SELECT refusal.row_number, with_id.type, with_id.id, coalesce(nullif(refusal.place, ''), with_place.place), refusal.bin, false
      FROM refusal JOIN (
        SELECT row_number, max(row_number) FILTER (WHERE id <> '') OVER above AS id_row,
          max(row_number) FILTER (WHERE place <> '') OVER above AS place_row
        FROM written WHERE EXISTS (SELECT FROM refusal WHERE lacks_id OR lacks_place) WINDOW above AS (ORDER BY row_number)
      ) AS order_of USING (row_number)
      JOIN written AS with_id ON with_id.row_number = order_of.id_row
      LEFT JOIN written AS with_place ON with_place.row_number = order_of.place_row
      WHERE lacks_id OR (lacks_place AND ${unspoiltSql('with_place.id')} = ${unspoiltSql('refusal.id')})
    ), unsure AS MATERIALIZED (
      SELECT type, id, ${keySql('place')} AS place, bin, needs_bin, ${rule === 'last' ? 'max' : 'min'}(row_number) AS other_row
      FROM named WHERE id <> '' AND place <> '' GROUP BY 1, 2, 3, 4, 5
    ), told AS MATERIALIZED (
      SELECT DISTINCT type, id, text, ltrim(text, '0') AS key
      FROM unsure CROSS JOIN LATERAL (VALUES (${unspoiltSql('id')}), (lower(id))) AS form (text)
    ), name AS (
      SELECT product_id, type, id, text, key, bool_or(text = key) OVER (PARTITION BY type, key) AS has_bare
      FROM product CROSS JOIN LATERAL (VALUES ${NAMES.join(', ')}) AS called (type, id)
      CROSS JOIN LATERAL (SELECT lower(id) AS text, ${keySql('id')} AS key) AS form
      WHERE key IN (SELECT key FROM told)
    ), likely AS (
      SELECT told.type, told.id, product_id, name.id = told.id AS is_own,
        bool_or(name.id = told.id) OVER (PARTITION BY told.type, told.id) AS has_own
      FROM told JOIN name USING (key)
      WHERE told.type IN (name.type, '') AND (name.type = 'UPC' OR name.text = told.text OR NOT has_bare)
    ), good AS MATERIALIZED (
      SELECT row_number, product_id, facility_id, coalesce(location_seq_id, '') AS bin FROM resolved_row AS row WHERE ${IS_GOOD}
    ), place AS (
      SELECT DISTINCT facility_id, ${keySql('name')} AS place FROM facility
      CROSS JOIN LATERAL (VALUES (facility_id), (external_id)) AS called (name)
    )
    SELECT good.row_number, good.facility_id, min(unsure.other_row) AS other_row
    FROM unsure JOIN place USING (place)
    JOIN (SELECT DISTINCT type, id, product_id FROM likely WHERE is_own = has_own) AS meant USING (type, id)
    JOIN good ON good.product_id = meant.product_id AND good.facility_id = place.facility_id
      AND NOT (needs_bin AND good.bin = '')
    ${
      rule === 'last'
        ? `LEFT JOIN (SELECT product_id, facility_id, bin, max(row_number) AS row_number FROM good GROUP BY 1, 2, 3) AS last
      ON last.product_id = good.product_id AND last.facility_id = good.facility_id AND last.bin = unsure.bin
    WHERE (last.row_number > unsure.other_row) IS NOT TRUE`
        : ''
    }
    GROUP BY good.row_number, good.facility_id)`,
    condition: 'true',
    column: `'idValue'`,
    code: 'FEED_COUNT_INCOMPLETE',
    detail: `'otherRow', row.other_row, 'facilityId', row.facility_id`,
  });
};

const HAS_REFUSED = 'SELECT FROM refused_row LIMIT 1';

/**
 * Refuses the good rows of a product at a facility of which another row is refused. To be called once the rows are resolved, and before they are
 * compared with each other.
 *
 * @param columns our name of each column of the file; null: nothing reads it
 */
export async function refuseIncompleteCounts(
  connection: Connection,
  rule: EqualKeyRule,
  columns: FeedColumns,
): Promise<void> {
  const refused = await connection.query(HAS_REFUSED);
  if (refused.rowCount === 0) return;
  await passOver(connection, refuseIncompleteSql(rule, columns));
}
