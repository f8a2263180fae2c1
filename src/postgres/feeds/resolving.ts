/** SQL that is the same for every feed: which product a row means, and which rows are still good. */

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
  readonly code: string;
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

export const REFUSE_UNKNOWN_PRODUCT = refuseSql({
  from: 'resolved_row',
  condition: 'row.product_id IS NULL',
  column: `'idValue'`,
  code: 'PRODUCT_UNKNOWN',
  detail: `'idType', row.id_type, 'idValue', row.id_value`,
});
