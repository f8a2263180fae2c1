/** SQLSTATEs by which Postgres says which rule a statement broke. */
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

/**
 * The rule that decides between two writers at once is the constraint, not a look beforehand; these tell which one
 * it was, so that it becomes a coded error.
 */
export function breaksUnique(error: unknown): boolean {
  return codeOf(error) === UNIQUE_VIOLATION;
}

/** Whether `error` is the foreign key of this column, by Postgres's own naming `<table>_<column>_fkey`. */
export function breaksForeignKey(error: unknown, column: string): boolean {
  const { constraint } = (error ?? {}) as { constraint?: string };
  return codeOf(error) === FOREIGN_KEY_VIOLATION && constraint?.endsWith(`_${column}_fkey`) === true;
}

function codeOf(error: unknown): string | undefined {
  return ((error ?? {}) as { code?: string }).code;
}
