/** A page of a list, and where the next one goes on. */

export interface PageOfRows<Row, Next> {
  readonly rows: readonly Row[];
  /** Null: these are the last. */
  readonly next: Next | null;
}

/**
 * Reads one row more than the page has: so a page is never told to follow that would be empty.
 *
 * @param read at most so many rows of the list, from where the page begins
 * @param nextOf the last row of a page as the next page names it
 */
export async function readPage<Row, Next>(
  limit: number,
  read: (rowsMax: number) => Promise<readonly Row[]>,
  nextOf: (last: Row) => Next,
): Promise<PageOfRows<Row, Next>> {
  return cutPage(limit, await read(limit + 1), nextOf);
}

/** @param found one row more than the page has, where there is one */
export function cutPage<Row, Next>(
  limit: number,
  found: readonly Row[],
  nextOf: (last: Row) => Next,
): PageOfRows<Row, Next> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: last !== undefined && found.length > limit ? nextOf(last) : null };
}
