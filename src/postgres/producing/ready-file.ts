import { SUPERSEDED_IF_BLOCKED_BY } from '../../domain/failed-step.ts';
import type { UploadFileKind } from '../../domain/upload-file.ts';
import type { Database } from '../database.ts';
import { lockLane } from '../lane/lane.ts';
import { readsRecords } from '../lane/reads-records.ts';
import { IS_OPEN } from '../lane/upload-files.ts';

/**
 * WRITING → READY: the file is on SFTP and may be applied. A second time, it changes nothing.
 *
 * A Hard Sync then supersedes the shop's earlier files that wait: it has every product of theirs, with newer quantities,
 * and takes over since when their changes wait.
 * Not a drain, which is of another location. Not one that is being applied, or that has a call whose outcome is unknown: that call may still arrive, and the later
 * file would not know. Nor a delta that was begun between two windows: the rest of the larger file comes before the
 * Hard Sync. The lane is locked first, so that a run that looks for its next file at this moment sees either
 * all of this or nothing.
 */
export async function markReady(
  database: Database,
  file: { readonly shopId: string; readonly sequence: number; readonly sha256: string },
): Promise<void> {
  await database.transaction(async (connection) => {
    await lockLane(connection, file.shopId);
    await readsRecords(connection);
    const { rows } = await connection.query<{ kind: UploadFileKind }>(
      `UPDATE upload_file SET state = 'READY', sha256 = $3, ready_at = now()
       WHERE shop_id = $1 AND sequence = $2 AND state = 'WRITING'
       RETURNING kind`,
      [file.shopId, file.sequence, file.sha256],
    );
    if (rows[0]?.kind !== 'hard-sync') return;
    await connection.query(
      `WITH superseded AS (
         UPDATE upload_file SET state = 'SUPERSEDED', closed_at = now()
         WHERE shop_id = $1 AND sequence < $2 AND kind <> 'drain'
           AND (state = 'READY' OR (state = 'BLOCKED' AND reason_code = ANY($3)))
           AND NOT EXISTS (
             SELECT FROM shopify_call AS call
             WHERE call.shop_id = upload_file.shop_id AND call.sequence = upload_file.sequence
               AND (call.state = 'STORED' OR EXISTS (SELECT FROM upload_file AS larger
                 WHERE larger.shop_id = $1 AND larger.sequence = upload_file.goes_before AND larger.${IS_OPEN})))
         RETURNING oldest_change_at
       )
       UPDATE upload_file AS file
       SET oldest_change_at = least(file.oldest_change_at, (SELECT min(oldest_change_at) FROM superseded))
       WHERE file.shop_id = $1 AND file.sequence = $2`,
      [file.shopId, file.sequence, SUPERSEDED_IF_BLOCKED_BY],
    );
  });
}
