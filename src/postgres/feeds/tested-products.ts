/** Products that the first rows of a file name, before any of it is imported. */
import { AtpError } from '../../domain/errors.ts';
import type { ProductReference } from '../../domain/feed-type.ts';
import { oddityOf } from '../../domain/recognition/odd-id.ts';
import type { Connection, Database } from '../database.ts';
import { findLikelySkus } from '../master-data/unknown-product.ts';

export interface TestedProducts {
  /** Products that were looked up: those that the first rows name. */
  readonly lookedUp: number;
  readonly known: number;
  /** Why each of the others would be refused, with what may be meant. */
  readonly unknown: readonly { readonly idValue: string; readonly refusedFor: string }[];
  /** How many of those that are known are mapped to a variant, by shop. */
  readonly shops: readonly { readonly shopId: string; readonly mapped: number }[];
}

/** As an import finds them, zeros in front of a UPC do not count. By product_sku_key, product_upc_key and product_pkey. */
const FIND = `
  SELECT given.id_type AS "idType", given.id_value AS "idValue", (
    SELECT product_id FROM product WHERE given.id_type = 'SKU' AND sku = given.id_value
    UNION ALL SELECT product_id FROM product WHERE given.id_type = 'PRODUCT_ID' AND product_id = given.id_value
    UNION ALL SELECT product_id FROM product WHERE given.id_type = 'UPC' AND upc = ANY (
      SELECT given.id_value UNION ALL SELECT lpad(ltrim(given.id_value, '0'), length, '0')
      FROM generate_series(length(ltrim(given.id_value, '0')), 14) AS padded (length))
    LIMIT 1
  ) AS "productId"
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (id_type, id_value, place) ORDER BY place`;

/** By shop_product_pkey. */
const COUNT_MAPPED = `
  SELECT shop_id AS "shopId", (SELECT count(*)::int FROM shop_product
    WHERE shop_product.shop_id = shop.shop_id AND product_id = ANY ($1)) AS mapped
  FROM shop ORDER BY shop_id`;

/** @param named each once; the caller bounds them, since each unknown SKU is some thousand looks into an index */
export function testProducts(
  database: Database,
  named: readonly ProductReference[],
): Promise<TestedProducts> {
  return database.session(async (session) => {
    const { rows } = await session.query<ProductReference & { readonly productId: string | null }>(FIND, [
      named.map(({ idType }) => idType),
      named.map(({ idValue }) => idValue),
    ]);
    const known = rows.flatMap(({ productId }) => (productId === null ? [] : [productId]));
    const unknown: TestedProducts['unknown'][number][] = [];
    for (const { productId, ...reference } of rows) {
      if (productId !== null) continue;
      unknown.push({ idValue: reference.idValue, refusedFor: await whyUnknown(session, reference) });
    }
    const { rows: shops } = await session.query<TestedProducts['shops'][number]>(COUNT_MAPPED, [known]);
    return { lookedUp: rows.length, known: known.length, unknown, shops };
  });
}

async function whyUnknown(session: Connection, { idType, idValue }: ProductReference): Promise<string> {
  const likely = idType === 'SKU' ? (await findLikelySkus(session, idValue)).join(', ') : '';
  const oddity = oddityOf(idValue);
  const found = { ...(likely !== '' && { likely }), ...(oddity !== null && { oddity }) };
  return new AtpError('PRODUCT_UNKNOWN', { idType, idValue, ...found }).message;
}
