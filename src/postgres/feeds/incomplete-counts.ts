/** Counts of which one row cannot be read: nobody knows what is there in all. */
import type { Connection } from '../database.ts';
import { refuseSql } from './resolving.ts';

/**
 * A count of a product at a facility is all of its rows: when one of them cannot be read, the others are not what is there. That one
 * may name both by other ids than they do, so each of their ids counts; texts that are equal mean the same, however they were found. By hashing,
 * since all rows may be refused ones.
 */
const REFUSE_INCOMPLETE = refuseSql({
  from: `(
    WITH unread AS MATERIALIZED (
      SELECT coalesce(refused_texts ->> 'idValue', refused_texts ->> 'sku') AS id_value,
        coalesce(facility_id, nullif(refused_texts ->> 'facilityId', ''), refused_texts ->> 'externalFacilityId') AS place,
        min(row_number) AS other_row
      FROM staged_row WHERE refused_texts IS NOT NULL GROUP BY 1, 2
    ), name AS (
      SELECT product_id, id_value FROM resolved_row WHERE id_value IN (SELECT id_value FROM unread)
      UNION SELECT product_id, sku FROM product WHERE sku IN (SELECT id_value FROM unread)
      UNION SELECT product_id, upc FROM product WHERE upc IN (SELECT id_value FROM unread)
      UNION SELECT product_id, product_id FROM product WHERE product_id IN (SELECT id_value FROM unread)
    ), place AS (
      SELECT facility_id, facility_id AS place FROM facility UNION SELECT facility_id, external_id FROM facility
    )
    SELECT row.row_number, row.facility_id, min(unread.other_row) AS other_row
    FROM unread JOIN name USING (id_value) JOIN place USING (place)
    JOIN resolved_row AS row ON row.product_id = name.product_id AND row.facility_id = place.facility_id
    GROUP BY row.row_number, row.facility_id)`,
  condition: 'true',
  column: `'idValue'`,
  code: 'FEED_COUNT_INCOMPLETE',
  detail: `'otherRow', row.other_row, 'facilityId', row.facility_id`,
});

const HAS_UNREAD = 'SELECT FROM staged_row WHERE refused_texts IS NOT NULL LIMIT 1';

/** Refuses the good rows of a product at a facility of which another row cannot be read. To be called once `resolved_row` is there. */
export async function refuseIncompleteCounts(connection: Connection): Promise<void> {
  const unread = await connection.query(HAS_UNREAD);
  if (unread.rowCount !== 0) await connection.query(REFUSE_INCOMPLETE);
}
