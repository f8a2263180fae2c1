/** IMP_PRODUCT: products, by their ids. */
import type { EqualKeyRule } from '../../domain/feed-source.ts';
import type { ProductRow } from '../../domain/feed-type.ts';
import { oddityOf } from '../../domain/recognition/odd-id.ts';
import type { ImportWarning } from '../../domain/import-warning.ts';
import type { Connection } from '../database.ts';
import { looksSql } from '../master-data/looks-alike.ts';
import { refuseContradictions } from './contradictions.ts';
import { IS_GOOD, refuseSql } from './resolving.ts';
import type { StagingShape } from './staging.ts';

export const PRODUCT_STAGING: StagingShape<ProductRow> = {
  columns: { product_id: 'text', sku: 'text', upc: 'text', oddity: 'text' },
  valuesOf: (row) => [row.productId, row.sku, row.upc, oddityOf(row.sku)],
};

/** First key of the advisory lock under which feeds of products take turns; the second is 0. */
const PRODUCTS_LOCK = 7_201_157;

/** Without an id of its own a row means the product with its SKU, else a new one of that id. By product_sku_key. */
const RESOLVE = `
  CREATE TEMPORARY TABLE resolved_row ON COMMIT DROP AS
  SELECT row.row_number, coalesce(row.product_id, same.product_id, row.sku) AS product_id, row.sku, row.upc,
    row.oddity, row.product_id IS NULL AND same.product_id IS NULL AS is_named_by_sku
  FROM (SELECT * FROM staged_row AS row WHERE ${IS_GOOD}) AS row
  LEFT JOIN product AS same ON row.product_id IS NULL AND same.sku = row.sku`;

/** Another product has the id, in the database or in this file. By product_sku_key and product_upc_key. */
function refuseTaken(id: 'sku' | 'upc'): string {
  return refuseSql({
    from: `(
      SELECT row.row_number, row.product_id,
        EXISTS (SELECT FROM product AS other WHERE other.${id} = row.${id} AND other.product_id <> row.product_id)
          OR min(row.product_id) OVER same <> max(row.product_id) OVER same AS is_taken
      FROM resolved_row AS row WHERE row.${id} IS NOT NULL AND ${IS_GOOD}
      WINDOW same AS (PARTITION BY row.${id}))`,
    condition: 'row.is_taken',
    column: `'${id}'`,
    code: 'PRODUCT_EXISTS',
    detail: `'productId', row.product_id`,
  });
}

/** The product that has this SKU as its id is another one. By product_pkey. */
const REFUSE_ID_OF_ANOTHER = refuseSql({
  from: 'resolved_row',
  condition: `row.is_named_by_sku AND EXISTS (SELECT FROM product AS other WHERE other.product_id = row.product_id)`,
  column: `'sku'`,
  code: 'PRODUCT_EXISTS',
  detail: `'productId', row.product_id`,
});

/**
 * What a program has spoiled on its way is nobody's SKU, and a product that got it in place of its own would leave its shops. One that a
 * product has was made by a person, or is so in a shop. By product_sku_key.
 */
const REFUSE_ODD = refuseSql({
  from: 'resolved_row',
  condition: 'row.oddity IS NOT NULL AND NOT EXISTS (SELECT FROM product AS known WHERE known.sku = row.sku)',
  column: `'sku'`,
  code: 'FEED_VALUE_INVALID',
  detail: `'column', 'sku', 'reason', row.oddity || ' (if it is meant, make the product by \`atp product add\`)'`,
});

/**
 * A new SKU that nobody can tell from that of another product, in the database or in this file: rows of the one would count for the
 * other as soon as somebody types it. Reads all products once.
 */
const REFUSE_LOOK_ALIKE = refuseSql({
  from: `(
    SELECT row.row_number, other.sku AS other_sku
    FROM resolved_row AS row
    JOIN (SELECT product_id, sku FROM product UNION ALL SELECT product_id, sku FROM resolved_row AS row WHERE ${IS_GOOD}) AS other
      ON ${looksSql('other.sku')} = ${looksSql('row.sku')} AND other.sku <> row.sku AND other.product_id <> row.product_id
    WHERE ${IS_GOOD} AND NOT EXISTS (SELECT FROM product AS known WHERE known.sku = row.sku))`,
  condition: 'true',
  column: `'sku'`,
  code: 'FEED_VALUE_INVALID',
  detail: `'column', 'sku', 'reason', 'it looks like "' || row.other_sku || '", the SKU of another product, and has other letters, blanks or dashes (if it is meant, make the product by \`atp product add\`)'`,
});

/** An empty UPC leaves what there is. By product_pkey. */
const SET = `
  INSERT INTO product (product_id, sku, upc)
  SELECT DISTINCT ON (product_id) product_id, sku, upc FROM resolved_row AS row WHERE ${IS_GOOD}
  ORDER BY product_id, row_number DESC
  ON CONFLICT (product_id) DO UPDATE SET sku = excluded.sku, upc = coalesce(excluded.upc, product.upc)
    WHERE (product.sku, product.upc) IS DISTINCT FROM (excluded.sku, coalesce(excluded.upc, product.upc))`;

/** Reads all products once. */
const COUNT_ALIKE = `
  SELECT count(DISTINCT row.product_id)::int AS rows FROM resolved_row AS row
  JOIN product AS other ON lower(other.sku) = lower(row.sku) AND other.product_id <> row.product_id
  WHERE ${IS_GOOD}`;

/**
 * Adds products, and sets the SKUs and UPCs of those that are there.
 *
 * @returns how many have a SKU that differs only in case from another one
 */
export async function applyProducts(
  connection: Connection,
  { equalKeys }: { readonly equalKeys?: EqualKeyRule | null },
): Promise<readonly ImportWarning[]> {
  await connection.query('SELECT pg_advisory_xact_lock($1, 0)', [PRODUCTS_LOCK]);
  await connection.query(RESOLVE);
  await connection.query('ANALYZE resolved_row');
  await refuseContradictions(connection, equalKeys, {
    key: 'product_id',
    values: ['sku', 'upc'],
    column: 'productId',
  });
  await connection.query(REFUSE_ODD);
  await connection.query(REFUSE_ID_OF_ANOTHER);
  await connection.query(refuseTaken('sku'));
  await connection.query(refuseTaken('upc'));
  await connection.query(REFUSE_LOOK_ALIKE);
  await connection.query(SET);
  const { rows } = await connection.query<{ rows: number }>(COUNT_ALIKE);
  const alike = rows[0]?.rows ?? 0;
  return alike > 0 ? [{ code: 'PRODUCT_SKU_CASE', rows: alike }] : [];
}
