/** What goes wrong in the database while an import, or its undo, waits for others or posts. */
import { AtpError } from '../../domain/errors.ts';
import { isDeadlock, isLockTimeout, isOutOfRange } from '../sql-state.ts';

/** The coded error for what Postgres says when another transaction is in the way, or when a level cannot hold its sum. */
export function toCodedError(error: unknown, fileName: string, waitMs: number): unknown {
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
