/** What the last verification of each shop has found. */
import type { DifferenceCause } from '../../domain/difference.ts';
import type { Database } from '../database.ts';

export interface Verification {
  readonly verifiedAt: Date;
  readonly checked: number;
  /** Products that differ, and that nothing brings in order by itself. */
  readonly different: number;
  readonly causes: Readonly<Partial<Record<DifferenceCause, number>>>;
  /** The first DIFFERENCES_LISTED_MAX of them. */
  readonly skus: readonly string[];
  /** Null: the last one found none. */
  readonly differentSince: Date | null;
}

/** Records what was found; since when it differs stays, until a verification finds nothing. */
export async function recordVerification(
  database: Database,
  shopId: string,
  { checked, different, causes, skus }: Omit<Verification, 'verifiedAt' | 'differentSince'>,
): Promise<void> {
  await database.query(
    `INSERT INTO verification AS last (shop_id, verified_at, checked, different, causes, skus, different_since)
     VALUES ($1, clock_timestamp(), $2, $3, $4, $5, CASE WHEN $3 > 0 THEN clock_timestamp() END)
     ON CONFLICT (shop_id) DO UPDATE SET verified_at = excluded.verified_at, checked = excluded.checked,
       different = excluded.different, causes = excluded.causes, skus = excluded.skus,
       different_since = CASE WHEN excluded.different > 0
         THEN coalesce(last.different_since, excluded.different_since) END`,
    [shopId, checked, different, JSON.stringify(causes), skus],
  );
}

export interface KnownDifferent {
  /** Of the products that differed at the last verification, those that it has listed. */
  readonly productIds: readonly string[];
  /** Whether it has listed all of them: only then can a sample that has them tell that none is left. */
  readonly areAll: boolean;
}

export async function findKnownDifferent(database: Database, shopId: string): Promise<KnownDifferent> {
  const [known] = await database.query<KnownDifferent>(
    `SELECT ARRAY(SELECT product_id FROM product WHERE sku = ANY (last.skus)) AS "productIds",
       cardinality(skus) = different AS "areAll"
     FROM verification AS last WHERE shop_id = $1`,
    [shopId],
  );
  return known ?? { productIds: [], areAll: true };
}

/** Null: the shop was never verified. */
export async function findVerification(database: Database, shopId: string): Promise<Verification | null> {
  const [last] = await database.query<Verification>(
    `SELECT verified_at AS "verifiedAt", checked, different, causes, skus, different_since AS "differentSince"
     FROM verification WHERE shop_id = $1`,
    [shopId],
  );
  return last ?? null;
}
