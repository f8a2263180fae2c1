/** SHOPIFY_INVENTORY: what Shopify's admin has exported, taken as counts of what is on hand. */
import type { ShopifyInventoryRow } from '../../domain/feed-type.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import type { Connection } from '../database.ts';
import { applyCount, RESET_STAGING, type CountFeed } from './reset-inventory.ts';
import type { StagingShape } from './staging.ts';
import { toStockValues } from './stock-rows.ts';

export const SHOPIFY_INVENTORY_STAGING: StagingShape<ShopifyInventoryRow> = {
  columns: RESET_STAGING.columns,
  valuesOf: ({ sku, location, quantity, locationSeqId }) => [
    ...toStockValues(
      { idType: 'SKU', idValue: sku ?? '', facilityId: location, externalFacilityId: null },
      quantity,
    ),
    false,
    locationSeqId,
    null,
  ],
};

/** A variant that the location does not have, or one without a SKU and without units: nothing to count. */
const LEAVE_OUT = `DELETE FROM staged_row WHERE refused_code IS NULL AND (quantity IS NULL OR id_value = '')`;

/** Of a row that cannot be read, so that it is known which count it leaves incomplete. */
const TELL_LOCATIONS = `UPDATE staged_row SET facility_id = refused_texts ->> 'location' WHERE refused_texts IS NOT NULL`;

/**
 * Shopify names its locations as people do: by the name of the facility, its id or its external id. A name that two have is
 * nobody's.
 */
const NAME_FACILITIES = `
  UPDATE staged_row AS row SET facility_id = named.facility_id
  FROM (
    SELECT told.name, min(facility.facility_id) AS facility_id
    FROM (SELECT DISTINCT facility_id AS name FROM staged_row) AS told
    JOIN facility ON facility.external_id = told.name OR lower(facility.facility_name) = lower(told.name)
    WHERE NOT EXISTS (SELECT FROM facility AS own WHERE own.facility_id = told.name)
    GROUP BY told.name HAVING count(*) = 1
  ) AS named
  WHERE row.facility_id = named.name`;

/** Refused rows name the columns that the file has. */
const NAME_COLUMNS = `
  UPDATE refused_row SET column_name = CASE column_name
    WHEN 'idValue' THEN 'sku' WHEN 'facilityId' THEN 'location' WHEN 'quantity' THEN 'onHand'
    WHEN 'locationSeqId' THEN 'binName' ELSE column_name END`;

/** Makes the quantity on hand of each variant at each location what Shopify has exported. */
export async function applyShopifyInventory(
  connection: Connection,
  feed: CountFeed,
): Promise<readonly ImportWarning[]> {
  await connection.query(LEAVE_OUT);
  await connection.query(TELL_LOCATIONS);
  await connection.query(NAME_FACILITIES);
  const warnings = await applyCount(connection, feed);
  await connection.query(NAME_COLUMNS);
  return warnings;
}
