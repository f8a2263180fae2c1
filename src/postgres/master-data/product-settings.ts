/** Settings of products at a facility and in a group, for one product or all of them: set-wise, all of it or nothing. */
import { AtpError } from '../../domain/errors.ts';
import { PRODUCTS_SET_CHUNK_ROWS, ROWS_NAMED_MAX } from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';

/** What is set of a product; undefined: it stays as it is. */
export interface SettingsOfProduct {
  /** Units that the facility keeps back; 0: none. */
  readonly safetyStock?: number | undefined;
  readonly allowBrokering?: boolean | undefined;
  /** Units kept back in the group; null: no threshold of its own, so that the group's counts. */
  readonly threshold?: number | null | undefined;
}

/** Which products: all of them, or by SKU, each with settings of its own where it has some. */
export type ChosenProducts = 'all' | readonly (SettingsOfProduct & { readonly sku: string })[];

export interface SettingsPlace {
  readonly facilityId?: string | undefined;
  readonly facilityGroupId?: string | undefined;
}

export interface SettingsSet {
  /** Products that were chosen. */
  readonly products: number;
  /** Of these, whose settings are others now. */
  readonly changed: number;
}

/** Rows that are set, of all: a product that is set at a facility and in a group is two. */
export type OnRows = (rows: { readonly done: number; readonly total: number }) => void;

/**
 * Sets what is given; what a product has of its own comes before `common`. What stays as it was is not written, so that no delta
 * looks at it. A product of which the facility has nothing yet gets the facility's default safety stock where none is given.
 *
 * @throws AtpError INPUT_INVALID (SKUs of no product), FACILITY_UNKNOWN, FACILITY_GROUP_UNKNOWN
 */
export async function setProductSettings(
  connection: Connection,
  chosen: ChosenProducts,
  common: SettingsOfProduct,
  { facilityId, facilityGroupId }: SettingsPlace,
  onRows: OnRows = () => undefined,
): Promise<SettingsSet> {
  const products = await choose(connection, chosen, common);
  await connection.query('CREATE TEMPORARY TABLE changed (product_id text PRIMARY KEY) ON COMMIT DROP');
  const steps: SetChunk[] = [];
  if (facilityId !== undefined) steps.push(await atFacility(connection, facilityId));
  if (facilityGroupId !== undefined) steps.push(await inGroup(connection, facilityGroupId));
  let done = 0;
  for (const setChunk of steps) {
    await eachChunk(connection, async (chunk) => {
      await setChunk(chunk);
      onRows({ done: (done += chunk.products), total: products * steps.length });
    });
  }
  const { rows } = await connection.query<{ changed: number }>('SELECT count(*) AS changed FROM changed');
  return { products, changed: rows[0]?.changed ?? 0 };
}

/** Makes `chosen`: the products with what is set of each. */
async function choose(
  connection: Connection,
  chosen: ChosenProducts,
  { safetyStock, allowBrokering, threshold }: SettingsOfProduct,
): Promise<number> {
  await connection.query(
    `CREATE TEMPORARY TABLE chosen (
       product_id text PRIMARY KEY, safety_stock integer, allow_brokering boolean, threshold integer,
       clears_threshold boolean NOT NULL
     ) ON COMMIT DROP`,
  );
  const common = [safetyStock, allowBrokering, threshold ?? null, threshold === null];
  if (chosen === 'all') {
    const { rowCount } = await connection.query(
      'INSERT INTO chosen SELECT product_id, $1, $2, $3, $4 FROM product',
      common,
    );
    return rowCount ?? 0;
  }
  await refuseUnknown(
    connection,
    chosen.map(({ sku }) => sku),
  );
  await connection.query(
    `INSERT INTO chosen
     SELECT product_id, coalesce(own.safety_stock, $1), coalesce(own.allow_brokering, $2),
       coalesce(own.threshold, $3), own.clears OR own.threshold IS NULL AND $4
     FROM unnest($5::text[], $6::integer[], $7::boolean[], $8::integer[], $9::boolean[])
       AS own (sku, safety_stock, allow_brokering, threshold, clears)
     JOIN product USING (sku)`,
    [
      ...common,
      chosen.map(({ sku }) => sku),
      chosen.map((own) => own.safetyStock),
      chosen.map((own) => own.allowBrokering),
      chosen.map((own) => own.threshold),
      chosen.map((own) => own.threshold === null),
    ],
  );
  return chosen.length;
}

async function refuseUnknown(connection: Connection, skus: readonly string[]): Promise<void> {
  const { rows } = await connection.query<{ sku: string }>(
    `SELECT sku FROM unnest($1::text[]) AS asked (sku)
     WHERE NOT EXISTS (SELECT FROM product WHERE product.sku = asked.sku) ORDER BY sku`,
    [skus],
  );
  if (rows.length === 0) return;
  const named = rows.slice(0, ROWS_NAMED_MAX).map(({ sku }) => sku);
  const more = rows.length > named.length ? ` and ${rows.length - named.length} more` : '';
  throw new AtpError('INPUT_INVALID', {
    reason: `there is no product with the SKU ${named.join(', ')}${more}; nothing was set`,
  });
}

/** Ids of products by SKU. @throws AtpError INPUT_INVALID (SKUs of no product) */
export async function findProductIds(
  database: Database,
  skus: readonly string[],
): Promise<readonly string[]> {
  return database.transaction(async (connection) => {
    await refuseUnknown(connection, skus);
    const { rows } = await connection.query<{ productId: string }>(
      'SELECT product_id AS "productId" FROM product WHERE sku = ANY ($1)',
      [skus],
    );
    return rows.map(({ productId }) => productId);
  });
}

/** Of a row of `chosen`: it is in the chunk between the second and the third parameter. */
const IN_CHUNK = 'chosen.product_id > $2 AND chosen.product_id <= $3';

/** Notes in `changed` which products a statement has written. */
const noteChanged = (statement: string): string => `
  WITH written AS (${statement} RETURNING product_id)
  INSERT INTO changed SELECT product_id FROM written ON CONFLICT DO NOTHING`;

/** Products of `chosen` that follow each other by their id. */
interface Chunk {
  /** The last id of the chunk before; empty: there is none. */
  readonly after: string;
  readonly last: string;
  readonly products: number;
}

type SetChunk = (chunk: Chunk) => Promise<void>;

/** By chosen_pkey. In chunks only so that a person sees how far it is: all of them are one transaction. */
const NEXT_CHUNK = `
  SELECT max(product_id) AS last, count(*) AS products
  FROM (SELECT product_id FROM chosen WHERE product_id > $1 ORDER BY product_id LIMIT $2) AS next`;

interface NextChunk {
  readonly last: string | null;
  readonly products: number;
}

async function eachChunk(connection: Connection, setChunk: SetChunk): Promise<void> {
  let after = '';
  for (;;) {
    const { rows } = await connection.query<NextChunk>(NEXT_CHUNK, [after, PRODUCTS_SET_CHUNK_ROWS]);
    const { last = null, products = 0 } = rows[0] ?? {};
    if (last === null) return;
    await setChunk({ after, last, products });
    after = last;
  }
}

/** In key order, as postings lock levels. Only the settings are written: a feed that posts to the same rows loses nothing. */
async function atFacility(connection: Connection, facilityId: string): Promise<SetChunk> {
  const known = await connection.query('SELECT FROM facility WHERE facility_id = $1', [facilityId]);
  if (known.rowCount === 0) throw new AtpError('FACILITY_UNKNOWN', { facilityId });
  const safetyStock = ofChosen('safety_stock', 'minimum_stock');
  const allowBrokering = ofChosen('allow_brokering', 'allow_brokering');
  const set =
    noteChanged(`INSERT INTO product_facility AS level (product_id, facility_id, minimum_stock, allow_brokering)
     SELECT product_id, facility_id, coalesce(safety_stock, default_safety_stock), coalesce(allow_brokering, true)
     FROM chosen CROSS JOIN facility
     WHERE facility_id = $1 AND (safety_stock IS NOT NULL OR allow_brokering IS NOT NULL) AND ${IN_CHUNK}
     ORDER BY product_id
     ON CONFLICT (product_id, facility_id) DO UPDATE
       SET minimum_stock = ${safetyStock},
         allow_brokering = ${allowBrokering}
       WHERE (level.minimum_stock, level.allow_brokering) IS DISTINCT FROM
         (${safetyStock}, ${allowBrokering})`);
  return async ({ after, last }) => {
    await connection.query(set, [facilityId, after, last]);
  };
}

/** In SQL, of the level that a row of `chosen` meets: its setting from now on. */
function ofChosen(given: string, setting: string): string {
  return `(SELECT coalesce(chosen.${given}, level.${setting}) FROM chosen WHERE chosen.product_id = excluded.product_id)`;
}

/** A threshold that is cleared is deleted, and the change log notes that. */
async function inGroup(connection: Connection, facilityGroupId: string): Promise<SetChunk> {
  const known = await connection.query('SELECT FROM facility_group WHERE facility_group_id = $1', [
    facilityGroupId,
  ]);
  if (known.rowCount === 0) throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId });
  const set =
    noteChanged(`INSERT INTO product_facility_group AS own (product_id, facility_group_id, threshold)
     SELECT product_id, $1, threshold FROM chosen WHERE threshold IS NOT NULL AND ${IN_CHUNK} ORDER BY product_id
     ON CONFLICT (product_id, facility_group_id) DO UPDATE SET threshold = excluded.threshold
       WHERE own.threshold <> excluded.threshold`);
  const clear = noteChanged(`DELETE FROM product_facility_group AS own
     WHERE facility_group_id = $1 AND product_id IN (SELECT product_id FROM chosen WHERE clears_threshold AND ${IN_CHUNK})`);
  return async ({ after, last }) => {
    await connection.query(set, [facilityGroupId, after, last]);
    await connection.query(clear, [facilityGroupId, after, last]);
  };
}
