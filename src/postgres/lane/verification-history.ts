/** What verifications have found, over time, and the rows of the last one. */
import { HEALED_BY_A_FILE, type DifferenceCause } from '../../domain/difference.ts';
import {
  DIFFERENCES_KEPT_MAX,
  DIFFERENCES_LEFT_HOURS,
  VERIFICATIONS_KEPT_DAYS,
} from '../../domain/limits.ts';
import type { Connection, Database } from '../database.ts';
import { removeInPages } from '../remove-in-pages.ts';
import { passOver } from '../whole-pass.ts';

/** A verification of a shop, by the run that makes it. */
export interface VerificationId {
  readonly shopId: string;
  readonly verification: string;
}

export interface FoundDifference {
  readonly sku: string;
  readonly productId: string;
  readonly onlineAtp: number;
  /** Units for sale on Shopify; null when it does not know the item. */
  readonly shopify: number | null;
  readonly cause: DifferenceCause;
}

export interface PastVerification {
  readonly verification: string;
  /** When its first product was compared, or a little earlier. */
  readonly beganAt: Date;
  readonly verifiedAt: Date;
  /** Only some products were compared. */
  readonly isSample: boolean;
  readonly checked: number;
  /** All that differed, also what ends by itself. */
  readonly different: number;
  readonly causes: Readonly<Partial<Record<DifferenceCause, number>>>;
}

/** Removes what an earlier attempt of this verification has kept, and what others have left that never ended. */
export async function beginDifferences(
  database: Database,
  { shopId, verification }: VerificationId,
): Promise<void> {
  await database.query(
    `DELETE FROM verification_difference AS row WHERE shop_id = $1 AND (verification = $2
       OR (seen_at < clock_timestamp() - make_interval(hours => $3) AND NOT EXISTS (
         SELECT FROM verification_history AS done
         WHERE done.shop_id = row.shop_id AND done.verification = row.verification)))`,
    [shopId, verification, DIFFERENCES_LEFT_HOURS],
  );
}

/** Keeps differences of a page; those that an earlier attempt has kept are the ones of this. */
export async function keepDifferences(
  database: Database,
  { shopId, verification }: VerificationId,
  differences: readonly FoundDifference[],
): Promise<void> {
  if (differences.length === 0) return;
  await database.query(
    `INSERT INTO verification_difference AS row
       (shop_id, verification, sku, product_id, online_atp, shopify, cause)
     SELECT $1, $2, sku, "productId", "onlineAtp", shopify, cause
     FROM jsonb_to_recordset($3::jsonb) AS found (sku text, "productId" text, "onlineAtp" int, shopify int, cause text)
     ON CONFLICT (shop_id, verification, sku) DO UPDATE SET product_id = excluded.product_id,
       online_atp = excluded.online_atp, shopify = excluded.shopify, cause = excluded.cause`,
    [shopId, verification, JSON.stringify(differences)],
  );
}

/**
 * The verification has ended: its differences take the place of those of the last one of its kind, and what it has read back
 * of each file the place of what the last one has.
 */
export async function endVerification(
  database: Database,
  { shopId, verification }: VerificationId,
  {
    beganAt,
    isSample,
    checked,
    different,
    causes,
  }: Omit<PastVerification, 'verification' | 'verifiedAt' | 'beganAt'> & { readonly beganAt: string },
): Promise<void> {
  const isWhole = !isSample && different <= DIFFERENCES_KEPT_MAX;
  await database.transaction(async (connection) => {
    await passOver(
      connection,
      `INSERT INTO verification_history
         (shop_id, verification, began_at, verified_at, is_sample, checked, different, causes, read_back)
       VALUES ($1, $2, $7, clock_timestamp(), $3, $4, $5, $6, ${isWhole ? READ_BACK : 'NULL'})
       ON CONFLICT (shop_id, verification) DO UPDATE SET verified_at = excluded.verified_at,
         checked = excluded.checked, different = excluded.different, causes = excluded.causes,
         read_back = excluded.read_back`,
      [shopId, verification, isSample, checked, different, JSON.stringify(causes), beganAt],
    );
    await connection.query(
      `DELETE FROM verification_difference AS row USING verification_history AS earlier
       WHERE row.shop_id = $1 AND row.verification <> $2
         AND earlier.shop_id = $1 AND earlier.verification = row.verification AND earlier.is_sample = $3`,
      [shopId, verification, isSample],
    );
    if (isSample) return;
    await connection.query(
      `UPDATE verification_history SET read_back = NULL
       WHERE shop_id = $1 AND verification <> $2 AND read_back IS NOT NULL`,
      [shopId, verification],
    );
  }, 'bulk');
}

/**
 * In SQL, of verification $2 of shop $1: for each file that has settled a mapped product last, how many it has settled, and how
 * many of them differ. One pass over the shop's products, made here once and not for everybody who looks at a file.
 */
const READ_BACK = `(
  SELECT coalesce(jsonb_object_agg(sequence, jsonb_build_array(rows, different)), '{}') FROM (
    SELECT applied.sequence, count(*) AS rows, count(row.sku) AS different
    FROM applied_row AS applied JOIN shop_product AS mapped USING (shop_id, product_id)
    LEFT JOIN verification_difference AS row ON row.shop_id = $1 AND row.verification = $2
      AND row.product_id = applied.product_id
    WHERE applied.shop_id = $1 GROUP BY applied.sequence
  ) AS file)`;

const COLUMNS = `verification, began_at AS "beganAt", verified_at AS "verifiedAt", is_sample AS "isSample", checked, different, causes`;

/**
 * The last one of all products; where there is none, the last sample. Null: neither. One of a time that lies ahead was made before
 * the clock was set back, so any other is later.
 */
export async function findLastVerification(
  database: Database,
  shopId: string,
): Promise<PastVerification | null> {
  const [last] = await database.query<PastVerification>(
    `SELECT ${COLUMNS} FROM verification_history WHERE shop_id = $1
     ORDER BY is_sample, verified_at > clock_timestamp(), verified_at DESC LIMIT 1`,
    [shopId],
  );
  return last ?? null;
}

export interface ListedDifference extends FoundDifference {
  /** The next file has the product again, for whatever reason. */
  readonly isOwed: boolean;
}

/** Differences in the order of their SKUs, after `after`. By verification_difference_pkey. */
export async function listDifferences(
  database: Database,
  { shopId, verification }: VerificationId,
  {
    cause,
    after,
    limit,
  }: { readonly cause: DifferenceCause | null; readonly after: string | null; readonly limit: number },
): Promise<readonly ListedDifference[]> {
  return database.query<ListedDifference>(
    `SELECT row.sku, row.product_id AS "productId", row.online_atp AS "onlineAtp", row.shopify, row.cause,
       EXISTS (SELECT FROM owed_row AS owed
         WHERE owed.shop_id = row.shop_id AND owed.product_id = row.product_id) AS "isOwed"
     FROM verification_difference AS row
     WHERE row.shop_id = $1 AND row.verification = $2 AND ($3::text IS NULL OR row.cause = $3)
       AND ($4::text IS NULL OR row.sku > $4)
     ORDER BY row.sku LIMIT $5`,
    [shopId, verification, cause, after, limit],
  );
}

export type Healable = Pick<FoundDifference, 'productId' | 'onlineAtp' | 'shopify' | 'cause'>;

/** Differences that a file mends, of products that the next file does not have already. At most DIFFERENCES_KEPT_MAX. */
export async function listHealable(
  database: Database,
  { shopId, verification }: VerificationId,
  { skus, cause }: { readonly skus: readonly string[] | null; readonly cause: DifferenceCause | null },
): Promise<readonly Healable[]> {
  return database.query<Healable>(
    `SELECT row.product_id AS "productId", row.online_atp AS "onlineAtp", row.shopify, row.cause
     FROM verification_difference AS row JOIN shop_product AS mapped USING (shop_id, product_id)
     WHERE row.shop_id = $1 AND row.verification = $2 AND row.cause = ANY ($3)
       AND ($4::text[] IS NULL OR row.sku = ANY ($4)) AND ($5::text IS NULL OR row.cause = $5)
       AND NOT EXISTS (SELECT FROM owed_row AS owed
         WHERE owed.shop_id = row.shop_id AND owed.product_id = row.product_id)
     ORDER BY row.product_id`,
    [shopId, verification, HEALED_BY_A_FILE, skus, cause],
  );
}

/** Verifications of more than VERIFICATIONS_KEPT_DAYS ago, but for those whose differences are kept. */
export async function purgeVerifications(session: Connection): Promise<void> {
  await removeInPages(
    session,
    `DELETE FROM verification_history WHERE (shop_id, verification) IN (
       SELECT shop_id, verification FROM verification_history AS old
       WHERE verified_at < clock_timestamp() - make_interval(days => $1)
         AND EXISTS (SELECT FROM verification_history AS newer
           WHERE newer.shop_id = old.shop_id AND newer.is_sample = old.is_sample AND newer.verified_at > old.verified_at)
       ORDER BY verified_at LIMIT $2)`,
    VERIFICATIONS_KEPT_DAYS,
  );
}
