/** What goes wrong in the database while an import, or its undo, waits for others or posts. */
import { AtpError, isCoded, type ErrorCode } from '../../domain/errors.ts';
import { isDeadlock, isLockTimeout, isOutOfRange, toCodedError as toDatabaseError } from '../sql-state.ts';
import type { ChunksDone } from './apply-chunks.ts';

/** Their causes are what is looked for here. */
const KEPT = [
  'IMPORT_UNFINISHED',
  'IMPORT_UNDO_UNFINISHED',
  'IMPORT_STUCK',
  'IMPORT_BUSY',
] as const satisfies readonly ErrorCode[];

/** The coded error for what Postgres says when another transaction is in the way, or when a level cannot hold its sum. */
export function toCodedError(error: unknown, fileName: string, waitMs: number): unknown {
  if (KEPT.some((code) => isCoded(error, code))) return error;
  if (isLockTimeout(error)) {
    return new AtpError(
      'IMPORT_BUSY',
      { fileName, reason: `it has waited for ${waitMs / 1000} s` },
      { cause: error },
    );
  }
  if (isDeadlock(error)) {
    const reason = 'each had locked rows that the other needed';
    return new AtpError('IMPORT_BUSY', { fileName, reason }, { cause: error });
  }
  return isOutOfRange(error) ? new AtpError('LEVEL_OUT_OF_RANGE', {}, { cause: error }) : error;
}

/** An import came between that was broken off, and what comes next must not be judged beside it. */
export function brokenOffError(fileName: string): AtpError {
  return new AtpError('IMPORT_BUSY', {
    fileName,
    reason: 'one before it was broken off, and is finished first',
  });
}

/** A large import has the turn: by what it has posted so far, a dry run would tell what is not so. */
export function toDryRunError(error: unknown, fileName: string): unknown {
  if (!isLockTimeout(error)) return error;
  const reason = 'a large import is being posted, and a dry run beside it would tell what is not so';
  return new AtpError('IMPORT_BUSY', { fileName, reason }, { cause: error });
}

/**
 * What ends the posting of an import that is judged: from then on its rows are in the database, so it is no fault of its file.
 *
 * @param seen how far it was; null: that was not seen
 */
export function halfPostedError(
  error: unknown,
  { importId, fileName }: { readonly importId: number; readonly fileName: string },
  seen: ChunksDone | null,
): unknown {
  if (isOutOfRange(error)) return stuckError(importId, fileName, error);
  const coded = toDatabaseError(error);
  // Somebody has stopped this process, or it is a fault of ours: that is more than this import.
  if (!(coded instanceof AtpError)) return error;
  const detail = { importId, fileName, ...seen, reason: coded.message };
  return new AtpError('IMPORT_UNFINISHED', detail, { cause: error });
}

/** What ends an undo in chunks that is judged: the rest of it is done by whoever comes next. */
export function halfUndoneError(
  error: unknown,
  { importId, fileName }: { readonly importId: number; readonly fileName: string },
): unknown {
  const coded = isOutOfRange(error) ? new AtpError('LEVEL_OUT_OF_RANGE', {}) : toDatabaseError(error);
  if (!(coded instanceof AtpError)) return error;
  return new AtpError(
    'IMPORT_UNDO_UNFINISHED',
    { importId, fileName, reason: coded.message },
    { cause: error },
  );
}

/** Only a person can end it. */
export function stuckError(importId: number, fileName: string, cause?: unknown): AtpError {
  return new AtpError('IMPORT_STUCK', { importId, fileName }, { cause });
}
