/** SQL that is the same for every feed: which product a row means, and which rows are still good. */
import type { ErrorCode } from '../../domain/errors.ts';
import type { Connection } from '../database.ts';

/** The products that `row.id_value` may mean: product_sku_key, product_upc_key, product_pkey. */
export const PRODUCT_JOINS = `
  LEFT JOIN product AS by_sku ON row.id_type = 'SKU' AND by_sku.sku = row.id_value
  LEFT JOIN product AS by_upc ON row.id_type = 'UPC' AND by_upc.upc = row.id_value
  LEFT JOIN product AS by_product_id ON row.id_type = 'PRODUCT_ID' AND by_product_id.product_id = row.id_value`;

export const PRODUCT_ID = 'coalesce(by_sku.product_id, by_upc.product_id, by_product_id.product_id)';

/** A row that no check has refused so far; by the primary key of refused_row. */
export const IS_GOOD =
  'NOT EXISTS (SELECT FROM refused_row AS refused WHERE refused.row_number = row.row_number)';

/**
 * Adds the rows for which `condition` holds to the refused ones; a row keeps the reason that it got first.
 *
 * @param detail SQL of what the code's message names, as arguments of jsonb_build_object
 */
export function refuseSql(refusal: {
  readonly from: string;
  readonly condition: string;
  readonly column: string;
  readonly code: ErrorCode;
  readonly detail: string;
}): string {
  const { from, condition, column, code, detail } = refusal;
  return `
    INSERT INTO refused_row (row_number, column_name, code, detail)
    SELECT row.row_number, ${column}, '${code}', jsonb_build_object(${detail})
    FROM ${from} AS row
    WHERE ${condition}
    ON CONFLICT (row_number) DO NOTHING`;
}

/**
 * A spreadsheet takes the zeros in front of a UPC, and a GTIN is padded with them by definition: numbers that differ in them
 * alone are one. A program that takes it for a number of any kind writes a fraction of zeros behind it. By product_upc_key, for
 * rows only that were not found as they are written.
 */
const FIND_BY_GTIN = `
  UPDATE resolved_row SET product_id = found.product_id
  FROM (
    SELECT row.row_number, min(product.product_id) AS product_id
    FROM resolved_row AS row
    CROSS JOIN LATERAL ltrim(regexp_replace(row.id_value, '\\.0+$', ''), '0') AS bare (digits)
    CROSS JOIN LATERAL generate_series(length(bare.digits), 14) AS padded (length)
    JOIN product ON product.upc = lpad(bare.digits, padded.length, '0')
    WHERE row.product_id IS NULL AND row.id_type = 'UPC' AND row.id_value ~ '^[0-9]{1,14}(\\.0{1,6})?$' AND bare.digits <> ''
    GROUP BY row.row_number HAVING count(*) = 1
  ) AS found
  WHERE found.row_number = resolved_row.row_number`;

const REFUSE_UNKNOWN_PRODUCT = refuseSql({
  from: 'resolved_row',
  condition: 'row.product_id IS NULL',
  column: `'idValue'`,
  code: 'PRODUCT_UNKNOWN',
  detail: `'idType', row.id_type, 'idValue', row.id_value`,
});

/** Refuses rows of `resolved_row` that name no product. */
export async function refuseUnknownProducts(connection: Connection): Promise<void> {
  await connection.query(FIND_BY_GTIN);
  await connection.query(REFUSE_UNKNOWN_PRODUCT);
}
