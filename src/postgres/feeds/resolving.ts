/** SQL that is the same for every feed: which product a row means, and which rows are still good. */
import type { ErrorCode } from '../../domain/errors.ts';
import type { ProductIdType } from '../../domain/feed-type.ts';
import type { Connection } from '../database.ts';

/** By which of a product's ids rows name it, and where that id is unique: product_sku_key, product_upc_key, product_pkey. */
export const PRODUCT_COLUMNS = {
  SKU: 'sku',
  UPC: 'upc',
  PRODUCT_ID: 'product_id',
} as const satisfies Readonly<Record<ProductIdType, string>>;

/** SQL of the product that a row of `staged_row` names. */
export interface ProductLookup {
  readonly joins: string;
  /** Null: there is no such product. */
  readonly productId: string;
}

/**
 * Most feeds have ids of one type: products are read for the types only that are there. A join whose condition is never true would
 * read them all, and write the rows to files on their way.
 */
export async function lookUpProducts(connection: Connection): Promise<ProductLookup> {
  const { rows } = await connection.query<{ type: ProductIdType }>(
    'SELECT DISTINCT id_type AS type FROM staged_row WHERE id_type IS NOT NULL',
  );
  const columns = rows.map(({ type }) => ({ type, column: PRODUCT_COLUMNS[type] }));
  const joins = columns.map(
    ({ type, column }) =>
      `LEFT JOIN product AS by_${column} ON row.id_type = '${type}' AND by_${column}.${column} = row.id_value`,
  );
  const ids = columns.map(({ column }) => `by_${column}.product_id`);
  return { joins: joins.join('\n'), productId: `coalesce(${[...ids, 'NULL'].join(', ')})::text` };
}

/** A row that no check has refused so far; by the primary key of refused_row. */
export const IS_GOOD =
  'NOT EXISTS (SELECT FROM refused_row AS refused WHERE refused.row_number = row.row_number)';

export interface Refusal {
  readonly from: string;
  readonly condition: string;
  readonly column: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

/**
 * Adds the rows for which `condition` holds to the refused ones; a row keeps the reason that it got first.
 *
 * @param detail SQL of what the code's message names, as arguments of jsonb_build_object
 */
export function refuseSql({ from, condition, column, code, detail }: Refusal): string {
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

/**
 * Refuses rows of one table, for what comes first. As a rule there is nothing to refuse: one look at all rows says so, which is
 * cheaper than one for each of the reasons.
 */
export async function refuseRows(
  connection: Connection,
  from: string,
  refusals: readonly Omit<Refusal, 'from'>[],
): Promise<void> {
  const any = refusals.map(({ condition }) => `(${condition})`).join(' OR ');
  const found = await connection.query(`SELECT FROM ${from} AS row WHERE ${any} LIMIT 1`);
  if (found.rowCount === 0) return;
  for (const refusal of refusals) await connection.query(refuseSql({ from, ...refusal }));
}

/** Refuses rows of `resolved_row` that name no product. */
export async function refuseUnknownProducts(connection: Connection): Promise<void> {
  const unknown = await connection.query('SELECT FROM resolved_row WHERE product_id IS NULL LIMIT 1');
  if (unknown.rowCount === 0) return;
  await connection.query(FIND_BY_GTIN);
  await connection.query(REFUSE_UNKNOWN_PRODUCT);
}
