import { stringify } from 'csv-stringify/sync';
import { defuse } from './error-file-csv.ts';

type Cell = string | number | null;

/**
 * Rows for a spreadsheet, a line for each as it comes: memory does not grow with their number. What is not known is
 * empty, and no text is taken for a formula.
 */
export async function* csvForPeople<Column extends string>(
  columns: readonly Column[],
  rows: AsyncIterable<Readonly<Record<Column, Cell>>>,
): AsyncGenerator<string> {
  yield stringify([columns]);
  for await (const row of rows) {
    yield stringify([columns.map((column) => defuse(String(row[column] ?? '')))]);
  }
}
