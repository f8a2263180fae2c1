/** Tables for a person's eyes, no wider than the terminal. */
import Table from 'cli-table3';
import { SHOWN_TEXT_LENGTH_MAX } from '../domain/limits.ts';
import { showText } from '../domain/shown-text.ts';

export type Cell = string | number | boolean | null | undefined;

/** What each column takes beside its text: a space on both sides, and its border. */
const PADDING = 2;
const BORDER = 1;

/**
 * A table; numbers are aligned to the right. What does not fit into `width` is wrapped between words, and where even that is
 * not enough, each row becomes a list of its cells. Nothing is cut.
 *
 * @param empty said when there is no row
 * @param width of the terminal; undefined: nobody looks at one, and no line is wrapped
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty: string,
  width: number | undefined = process.stdout.columns,
): string {
  if (rows.length === 0) return empty;
  const cells = rows.map((row) => row.map(cellText));
  const columns = head.map((name, column) => [name, ...cells.map((row) => row[column] ?? '')]);
  const widths = width === undefined ? columns.map(naturalWidth) : fitColumns(columns, width);
  if (widths === null) return asList(head, cells);
  const colAligns = head.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || row[column] === '–') ? 'right' : 'left',
  );
  const colWidths = widths.map((text) => text + PADDING);
  const style = { head: [], border: [], compact: true };
  const drawn = new Table({ head: [...head], colAligns, colWidths, wordWrap: true, style });
  drawn.push(...cells);
  return drawn.toString();
}

/** The width of each column's text, so that the table fits; null: its words are too long for that. */
function fitColumns(columns: readonly (readonly string[])[], width: number): readonly number[] | null {
  const widths = columns.map(naturalWidth);
  const least = columns.map((column) => Math.max(...column.flatMap((cell) => cell.split(/\s/)).map(widthOf)));
  const available = width - columns.length * (PADDING + BORDER) - BORDER;
  if (sum(least) > available) return null;
  // The widest one gives way first: it is the one with sentences.
  while (sum(widths) > available) {
    const spare = widths.map((text, column) => (text > (least[column] ?? 0) ? text : 0));
    const widest = spare.indexOf(Math.max(...spare));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function naturalWidth(column: readonly string[]): number {
  return Math.max(...column.flatMap((cell) => cell.split('\n')).map(widthOf));
}

/** Characters from Hangul on may take two places of a terminal. */
function widthOf(line: string): number {
  return [...line].reduce((places, character) => places + (character >= '\u1100' ? 2 : 1), 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function asList(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = naturalWidth(head);
  return rows
    .map((row) =>
      row
        .flatMap((cell, column) =>
          cell
            .split('\n')
            .map((line, at) => `${(at === 0 ? (head[column] ?? '') : '').padEnd(names)}  ${line}`.trimEnd()),
        )
        .join('\n'),
    )
    .join('\n\n');
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '–';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  // A cell of ours may have several lines; each is cut, so that a table stays readable.
  return String(cell)
    .split('\n')
    .map((line) => showText(line, SHOWN_TEXT_LENGTH_MAX))
    .join('\n');
}
