import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { RefusedRow } from '../domain/feed.ts';
import { SEPARATORS, type Separator } from '../domain/feed-source.ts';
import { FEED_LINE_LENGTH_MAX } from '../domain/limits.ts';
import { showText } from '../domain/shown-text.ts';

/** In front of the columns of the feed itself. */
export const ERROR_FILE_COLUMNS = ['row', 'column', 'code', 'message'] as const;

/**
 * Writes the refused rows of a feed, each with its reason and as it was sent, so that a person can correct the row in
 * this file and send it again. Memory does not grow with the number of rows.
 *
 * It is UTF-8 with a byte order mark, whatever the feed was: the mark counts before what a source says of its encoding, and a spreadsheet
 * shows letters as they are.
 *
 * @param separator what the source says of its files; null: commas
 */
export async function writeErrorFile(
  localPath: string,
  { header, separator }: { readonly header: readonly string[]; readonly separator: Separator | null },
  rows: AsyncIterable<RefusedRow>,
): Promise<void> {
  await writeLines(localPath, linesOf(header, rows), separator ?? 'comma');
}

/** The error file of a feed that was refused as a whole. */
export async function writeFileFault(
  localPath: string,
  { code, message }: { readonly code: string; readonly message: string },
): Promise<void> {
  await writeLines(localPath, [ERROR_FILE_COLUMNS, ['', '', code, message].map(defuse)], 'comma');
}

async function* linesOf(header: readonly string[], rows: AsyncIterable<RefusedRow>) {
  yield [...ERROR_FILE_COLUMNS, ...header].map(defuse);
  for await (const { rowNumber, column, code, message, values } of rows) {
    yield [String(rowNumber), ...[column, code, message, ...values].map(defuse)];
  }
}

async function writeLines(
  localPath: string,
  lines: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  separator: Separator,
): Promise<void> {
  await pipeline(
    Readable.from(lines),
    stringify({ quoted: true, quoted_empty: true, bom: true, delimiter: SEPARATORS[separator] }),
    createWriteStream(localPath),
  );
}

/**
 * A person opens this file in a spreadsheet, which runs a cell that begins like a formula (OWASP, "CSV injection"): such
 * a cell gets a quote in front. A plain number is no formula, and a quantity of −5 must stay a number.
 *
 * - Excel takes the full-width forms of the signs for the signs.
 * - Where Excel separates by semicolons, as in most of Europe, it does not see our quotes: what follows a semicolon
 *   within a value is a cell of its own, and may have a quote or blanks in front.
 * - Control characters are shown as escapes, since a terminal would obey them, so that a row is one line.
 */
export function defuse(value: string): string {
  const shown = showText(value, FEED_LINE_LENGTH_MAX);
  return PLAIN_NUMBER.test(shown) ? shown : shown.replace(BEFORE_A_FORMULA, "$1'");
}

const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/;
const BEFORE_A_FORMULA = /((?:^|;)["\s]*)(?=[=+\-@＝＋－＠])/g;
