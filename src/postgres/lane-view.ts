/** What a person sees of a shop's lane. */
import { LANE_FILES_LISTED_MAX, QUARANTINED_LISTED_MAX } from '../domain/limits.ts';
import type { UploadFileKind, UploadFileState } from '../domain/upload-file.ts';
import { uploadFileName } from '../domain/upload-file.ts';
import type { Database } from './database.ts';
import { findShop } from './shops.ts';

/** `blocked`: a person must decide. `applying`: a run holds the lane. `waiting`: files are there and nobody runs. */
export type LaneState = 'idle' | 'waiting' | 'applying' | 'blocked';

export interface LaneFile {
  readonly sequence: number;
  readonly name: string;
  readonly kind: UploadFileKind;
  readonly status: UploadFileState;
  readonly rows: number;
  readonly applied: number;
  /** Rows that needed no write: Shopify held the value already. */
  readonly skipped: number;
  readonly quarantined: number;
  readonly owed: number;
  readonly sha256: string | null;
}

/** A product whose last file could not be applied to it. */
export interface SetApartRow {
  readonly sku: string;
  readonly sequence: number;
  readonly outcome: 'QUARANTINED' | 'OWED';
  readonly code: string;
  readonly message: string;
}

export interface LaneView {
  readonly shopId: string;
  readonly state: LaneState;
  readonly reason: string | null;
  /** The newest LANE_FILES_LISTED_MAX and every one that is not done with, in sequence. */
  readonly files: readonly LaneFile[];
  /** At most QUARANTINED_LISTED_MAX, by SKU. */
  readonly setApart: readonly SetApartRow[];
}

interface FileRecord extends Omit<LaneFile, 'name'> {
  readonly createdAt: Date;
  readonly reason: string | null;
}

/** Throws SHOP_UNKNOWN. */
export async function laneView(database: Database, shopId: string): Promise<LaneView> {
  await findShop(database, shopId);
  const records = await database.query<FileRecord>(
    `SELECT sequence, kind, state AS status, row_count AS rows, sha256, created_at AS "createdAt",
       coalesce(applied_count, 0) AS applied, coalesce(unchanged_count, 0) AS skipped,
       coalesce(quarantined_count, 0) AS quarantined, coalesce(owed_count, 0) AS owed,
       reason_code || ': ' || reason AS reason
     FROM upload_file
     WHERE shop_id = $1 AND (state IN ('WRITING', 'READY', 'APPLYING', 'BLOCKED')
       OR sequence > (SELECT max(sequence) FROM upload_file WHERE shop_id = $1) - $2)
     ORDER BY sequence`,
    [shopId, LANE_FILES_LISTED_MAX],
  );
  const [lease] = await database.query<{ isHeld: boolean }>(
    `SELECT holder IS NOT NULL AND expires_at > clock_timestamp() AS "isHeld" FROM lane WHERE shop_id = $1`,
    [shopId],
  );
  const setApart = await database.query<SetApartRow>(
    `SELECT product.sku, applied.sequence, applied.outcome, applied.error_code AS code,
       applied.error_message AS message
     FROM applied_row AS applied JOIN product USING (product_id)
     WHERE applied.shop_id = $1 AND applied.outcome IN ('QUARANTINED', 'OWED')
     ORDER BY product.sku LIMIT $2`,
    [shopId, QUARANTINED_LISTED_MAX],
  );
  const blocked = records.find((file) => file.status === 'BLOCKED');
  return {
    shopId,
    state: stateOf(records, lease?.isHeld ?? false),
    reason: blocked?.reason ?? null,
    files: records.map(({ sequence, createdAt, reason: _reason, ...file }) => ({
      sequence,
      name: uploadFileName({ shopId, sequence, kind: file.kind, createdAt }),
      ...file,
    })),
    setApart,
  };
}

function stateOf(files: readonly FileRecord[], isHeld: boolean): LaneState {
  const head = files.find((file) => ['WRITING', 'READY', 'APPLYING', 'BLOCKED'].includes(file.status));
  if (head?.status === 'BLOCKED') return 'blocked';
  if (isHeld) return 'applying';
  return head ? 'waiting' : 'idle';
}
