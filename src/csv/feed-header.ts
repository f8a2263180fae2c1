/** The header of a feed: which line it is, what separates its names, and what is told where there is none. */
import { AtpError } from '../domain/errors.ts';
import type { Separator, SourceSettings } from '../domain/feed-source.ts';
import {
  FEED_COLUMNS_MAX,
  FEED_LINE_LENGTH_MAX,
  FEED_LINES_ABOVE_HEADER_MAX,
  REFUSED_VALUE_LENGTH_MAX,
} from '../domain/limits.ts';
import { knowColumns, type KnownColumns } from '../domain/recognition/column-names.ts';
import { markupOf } from '../domain/recognition/file-kind.ts';
import { beforeOtherLineEnd, otherLineEndIn } from '../domain/recognition/line-ends.ts';
import { recogniseSeparator, statedSeparator } from '../domain/recognition/separator.ts';
import { quote, showText } from '../domain/shown-text.ts';
import type { RecordReader } from './feed-records.ts';
import { unreadableFeedError } from './feed-text.ts';
import type { FeedSchema } from './feed-values.ts';

export interface Head {
  readonly header: readonly string[];
  /** With the empty names at its end. */
  readonly width: number;
  readonly columns: readonly (string | null)[];
  readonly separator: Separator;
}

/** @throws AtpError FEED_UNREADABLE, FEED_HEADER_INVALID */
export async function readHeader(
  reader: RecordReader,
  schema: FeedSchema<unknown>,
  { separator: named, columns: called, fixed }: SourceSettings,
  fileName: string,
): Promise<Head> {
  const first = await nextLine(reader, fileName);
  const stated = statedSeparator(first);
  const line = stated === null ? first : await nextLine(reader, fileName);
  const know = (names: readonly string[]) => knowColumns(names, schema, called, Object.keys(fixed));
  const read = (text: string) => recogniseSeparator(text, named ?? stated, know);
  const seen: string[] = [];
  const { guess, isSure } = (await findHeader(reader, line, read, seen)) ?? read(line);
  const { separator, known } = guess;
  // A program that ends each line with a separator does so with the header, too.
  const header = withoutEmptyEnd(guess.header.map((name) => name.trim()));
  if (header.length > FEED_COLUMNS_MAX)
    throw unreadableFeedError(fileName, `it has more than ${FEED_COLUMNS_MAX} columns`);
  if (known.missing.length > 0) {
    const markup = markupOf(line);
    if (markup) throw unreadableFeedError(fileName, markup);
    if (read(header[0] ?? '').guess.known.missing.length === 0)
      throw unreadableFeedError(
        fileName,
        'each line stands in quotes as a whole: export it again, or take the first and the last quote of each line away',
      );
    const cutOff = seen.find((text) => read(beforeOtherLineEnd(text)).guess.known.missing.length === 0);
    if (cutOff !== undefined)
      throw unreadableFeedError(
        fileName,
        `its header ends with ${otherLineEndIn(cutOff)}, and the line above it otherwise: end all lines the same way`,
      );
    if (know(seen).missing.length === 0)
      throw unreadableFeedError(
        fileName,
        'the names of its columns stand each in a line of its own: put them into one line, separated by commas, semicolons, tabs or pipes',
      );
    const fits = (text: string, sign: string) =>
      know(text.split(sign).filter((name) => name !== '')).missing.length === 0;
    const sign = UNREAD_SIGNS.find((one) => seen.some((text) => fits(text, one)));
    throw headerInvalid(fileName, known, separator, sign);
  }
  if (!isSure)
    throw unreadableFeedError(
      fileName,
      'its header can be read with more than one separator; say for its source which one it is (--separator)',
    );
  if (known.twice !== null) {
    throw unreadableFeedError(
      fileName,
      `its header names the column ${quote(known.twice, REFUSED_VALUE_LENGTH_MAX)} twice`,
    );
  }
  return { header, width: guess.header.length, columns: known.names.slice(0, header.length), separator };
}

type Guess = ReturnType<typeof recogniseSeparator<KnownColumns>>;

/**
 * Reports have a title and a date above their header: it is the first line that has all columns. Spreadsheets put a name of two
 * lines into quotes: then it is some lines. Null: none has.
 *
 * @param seen gets the lines that were looked at
 */
async function findHeader(
  reader: RecordReader,
  first: string,
  read: (line: string) => Guess,
  seen: string[],
): Promise<Guess | null> {
  let line = first;
  let begun = '';
  for (let above = 0; ; above += 1) {
    const whole = begun + line;
    seen.push(line);
    const ofLine = read(line);
    if (ofLine.guess.known.missing.length === 0) return ofLine;
    const ofWhole = read(whole);
    if (ofWhole.guess.known.missing.length === 0) {
      reader.joinRows(whole.split('\n').length);
      return ofWhole;
    }
    if (above >= FEED_LINES_ABOVE_HEADER_MAX) return null;
    const next = await reader.nextLine();
    if (next === 'none' || next === 'too-long') return null;
    begun = hasOpenQuote(whole) ? `${whole}\n` : '';
    line = next.line;
  }
}

/** Quotes come in pairs. */
const hasOpenQuote = (text: string) => (text.split('"').length - 1) % 2 === 1;

async function nextLine(reader: RecordReader, fileName: string): Promise<string> {
  const next = await reader.nextLine();
  if (next === 'none') throw unreadableFeedError(fileName, 'it is empty');
  if (next !== 'too-long') return next.line;
  throw unreadableFeedError(fileName, `its first line is longer than ${FEED_LINE_LENGTH_MAX} characters`);
}

/** What other programs separate values by, and nobody reads: they are only told. */
const UNREAD_SIGNS: readonly string[] = [
  '^',
  '~',
  ':',
  '#',
  '/',
  '\\',
  '\u001f',
  '\u001e',
  '\u0001',
  '\u2028',
  '\u2029',
  '\v',
  '\f',
  '§',
  '¦',
  ' ',
];

function headerInvalid(
  fileName: string,
  { missing }: KnownColumns,
  separator: Separator,
  sign: string | undefined,
): AtpError {
  const columns = missing.map((group) => group.join(' or ')).join(', ');
  return new AtpError('FEED_HEADER_INVALID', {
    fileName,
    columns,
    plural: missing.length > 1 ? 's' : '',
    separator,
    ...(sign !== undefined && { sign: showText(sign, REFUSED_VALUE_LENGTH_MAX) }),
  });
}

/** Values at the end that are empty, as far as there are more than `lengthMin` of them. */
export function withoutEmptyEnd(values: readonly string[], lengthMin = 0): readonly string[] {
  let length = values.length;
  while (length > lengthMin && (values[length - 1] ?? '').trim() === '') length -= 1;
  return values.slice(0, length);
}
