/** A result that is a list, as CSV for a spreadsheet: the rows and names of its JSON. */
import type { Fields } from '../domain/input-fields.ts';
import { API_ROWS_MAX, EXPORTED_PAGES_MAX } from '../domain/limits.ts';

type Row = Readonly<Record<string, unknown>>;

/** The rows of a result: itself, or the one list of objects in it. Null: it is no list. */
export function rowsIn(result: unknown): readonly Row[] | null {
  if (isRows(result)) return result;
  if (typeof result !== 'object' || result === null) return null;
  const [rows, ...more] = Object.values(result).filter(isRows);
  return rows && more.length === 0 ? rows : null;
}

function isRows(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.every((row) => typeof row === 'object' && row !== null);
}

/**
 * All pages of a list, one after the other, EXPORTED_PAGES_MAX at most: `after` of each is `next` of the one before. One
 * page, where the list has none, or the caller has said how many rows to show.
 */
export async function* pagesOf(
  fields: Fields,
  input: Readonly<Record<string, unknown>>,
  read: (input: Readonly<Record<string, unknown>>) => Promise<unknown>,
  limit = API_ROWS_MAX,
): AsyncGenerator<unknown> {
  const isPaged = fields['after'] !== undefined && fields['limit'] !== undefined && !('limit' in input);
  if (!isPaged) {
    yield await read(input);
    return;
  }
  let after = input['after'];
  for (let page = 0; page < EXPORTED_PAGES_MAX; page += 1) {
    const result = await read({
      ...{ ...input, limit, ...(after !== undefined && { after }) },
      // A file of rows has no place for their number, which costs as much as a page or more.
      ...(fields['withoutTotal'] !== undefined && { withoutTotal: true }),
    });
    yield result;
    const next = typeof result === 'object' && result !== null && 'next' in result ? result.next : null;
    if (next === null) return;
    after = next;
  }
}

/**
 * Line by line, below a line with the names of the columns: those of the rows of the first page, in their order.
 *
 * @param without the columns of a list that has no rows
 */
export async function* rowsAsCsv(
  first: readonly Row[],
  others: AsyncIterable<unknown>,
  without: readonly string[],
): AsyncGenerator<string> {
  const { csvForPeople } = await import('../csv/csv-for-people.ts');
  const columns = first.length === 0 ? without : [...new Set(first.flatMap((row) => Object.keys(row)))];
  yield* csvForPeople(columns, cellsOf(first, others));
}

async function* cellsOf(first: readonly Row[], others: AsyncIterable<unknown>) {
  for (const row of first) yield cells(row);
  for await (const page of others) for (const row of rowsIn(page) ?? []) yield cells(row);
}

function cells(row: Row): Readonly<Record<string, string | number | null>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)]));
}

/** What is no text or number is as in JSON. */
function cellOf(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}
