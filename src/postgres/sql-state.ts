/** What an error of Postgres means, by its SQLSTATE (PostgreSQL documentation, "Error Codes"). */

/**
 * A second row with the same key. Of two writers at once the constraint decides, not a look beforehand: these functions
 * tell which constraint it was, so that it becomes a coded error.
 */
export function breaksUnique(error: unknown): boolean {
  return readState(error) === '23505';
}

/** The foreign key of this column, by Postgres's own naming `<table>_<column>_fkey`. */
export function breaksForeignKey(error: unknown, column: string): boolean {
  const { constraint } = (error ?? {}) as { constraint?: string };
  return readState(error) === '23503' && constraint?.endsWith(`_${column}_fkey`) === true;
}

/** A lock that another transaction or session holds was not given up within lock_timeout. */
export function isLockTimeout(error: unknown): boolean {
  return readState(error) === '55P03';
}

/** Two transactions waited for each other; Postgres has ended this one. */
export function isDeadlock(error: unknown): boolean {
  return readState(error) === '40P01';
}

/** A number that its column cannot hold. */
export function isOutOfRange(error: unknown): boolean {
  return readState(error) === '22003';
}

function readState(error: unknown): string | undefined {
  return ((error ?? {}) as { code?: string }).code;
}
