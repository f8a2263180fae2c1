/** Ending an import of order lines that cannot be applied whole: what is left of it is refused, and its sender gets it back. */
import { AtpError } from '../../domain/errors.ts';
import type { FeedImport } from '../../domain/feed-import.ts';
import { IMPORT_WAIT_MS } from '../../domain/limits.ts';
import type { Database } from '../database.ts';
import { findImport } from './feed-imports.ts';
import { takeApplying } from './apply-chunks.ts';
import { toCodedError } from './import-errors.ts';
import { refuseRest } from './order-chunks.ts';

/**
 * What is applied stays: it is states of order lines, and correct. Whoever works on the import finds nothing left after its chunk.
 *
 * @throws AtpError IMPORT_UNKNOWN, IMPORT_NOT_HELD (it is not applied in part any more), IMPORT_NOT_REJECTABLE (its type), IMPORT_BUSY
 */
export async function rejectRest(
  database: Database,
  importId: number,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<FeedImport> {
  try {
    await database.transaction(async (connection) => {
      await connection.query(`SET LOCAL lock_timeout = ${IMPORT_WAIT_MS}`);
      const found = await takeApplying(connection, importId);
      if (!found) {
        const { state } = await findImport(database, importId);
        throw new AtpError('IMPORT_NOT_HELD', { importId, state });
      }
      const { type, fileName } = found;
      if (type !== 'ORDER_ITEMS') throw new AtpError('IMPORT_NOT_REJECTABLE', { importId, fileName, type });
      const why = new AtpError('ORDER_ROW_REJECTED', { importId, by, reason });
      const refused = await refuseRest(connection, found, why);
      await connection.query(
        `UPDATE feed_import SET state = 'applied', refused_count = refused_count + $2, pending_count = 0,
           decided_at = clock_timestamp(), decided_by = $3, decision_reason = $4
         WHERE import_id = $1`,
        [importId, refused, by, reason],
      );
    });
  } catch (error) {
    throw toCodedError(error, `import ${importId}`, IMPORT_WAIT_MS);
  }
  return findImport(database, importId);
}
