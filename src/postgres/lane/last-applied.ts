import type { FileOutcome } from '../../domain/jobs/process-uploads.ts';
import type { Database } from '../database.ts';

/** The newest file that was applied to its end. */
export interface LastApplied extends FileOutcome {
  readonly sequence: number;
  readonly rows: number;
  /** ISO 8601. */
  readonly appliedAt: string;
}

/** Null: none was applied yet. Read backwards by the primary key of upload_file: files are applied in their order. */
export async function findLastApplied(database: Database, shopId: string): Promise<LastApplied | null> {
  const [file] = await database.query<Omit<LastApplied, 'appliedAt'> & { appliedAt: Date }>(
    `SELECT sequence, row_count AS rows, closed_at AS "appliedAt", coalesce(applied_count, 0) AS applied,
       coalesce(unchanged_count, 0) AS unchanged, coalesce(quarantined_count, 0) AS quarantined,
       coalesce(owed_count, 0) AS owed
     FROM upload_file WHERE shop_id = $1 AND state IN ('APPLIED', 'PARTIAL') ORDER BY sequence DESC LIMIT 1`,
    [shopId],
  );
  return file ? { ...file, appliedAt: file.appliedAt.toISOString() } : null;
}
