/**
 * Reading a feed: a stream of rows, each either understood or refused with its reason. Size, rows and columns are
 * bounded.
 */
import { stat } from 'node:fs/promises';
import type { ZodType } from 'zod';
import { AtpError } from '../domain/errors.ts';
import type { RowRefusal, TableRow } from '../domain/feed.ts';
import {
  NO_SETTINGS,
  SEPARATORS,
  type Encoding,
  type Separator,
  type SourceSettings,
} from '../domain/feed-source.ts';
import type { FeedContents, FeedType } from '../domain/feed-type.ts';
import {
  FEED_COLUMNS_MAX,
  FEED_LINE_LENGTH_MAX,
  FEED_LINES_ABOVE_HEADER_MAX,
  FEED_ROWS_MAX,
  FEED_SIZE_MAX_BYTES,
  FEED_VALUE_LENGTH_MAX,
  REFUSED_VALUE_LENGTH_MAX,
} from '../domain/limits.ts';
import { bareValue } from '../domain/recognition/bare-value.ts';
import { markupOf } from '../domain/recognition/file-kind.ts';
import { knowColumns, type KnownColumns } from '../domain/recognition/column-names.ts';
import { recogniseSeparator, statedSeparator } from '../domain/recognition/separator.ts';
import { quote, showText } from '../domain/shown-text.ts';
import { RecordReader, type FeedRecord } from './feed-records.ts';
import { FEED_SCHEMAS } from './feed-schemas.ts';
import { readingOf, type FeedSchema } from './feed-values.ts';
import { feedTooLargeError, openFeedText, unreadableFeedError } from './feed-text.ts';

export interface FeedFile<Type extends FeedType> {
  readonly localPath: string;
  /** How messages name it. */
  readonly fileName: string;
  readonly type: Type;
  /** How its sender writes; absent: nothing was said. */
  readonly settings?: SourceSettings;
}

export interface OpenTable<Content> {
  readonly header: readonly string[];
  /** Our name of each column of the header; null: nothing reads it. */
  readonly columns: readonly (string | null)[];
  readonly encoding: Encoding;
  readonly separator: Separator;
  /**
   * In the order of the file; may be read once. Throws FEED_UNREADABLE when it comes to a place that cannot be read.
   */
  readonly rows: AsyncIterable<TableRow<Content>>;
}

type OpenFeed<Type extends FeedType> = OpenTable<FeedContents[Type]>;

/**
 * Opens a feed for `work`, and closes it afterwards, even when it was not read to its end.
 *
 * @throws AtpError FEED_UNREADABLE, FEED_HEADER_INVALID
 */
export function withFeed<Type extends FeedType, Result>(
  { type, ...file }: FeedFile<Type>,
  work: (feed: OpenFeed<Type>) => Promise<Result>,
): Promise<Result> {
  const schema: FeedSchema<FeedContents[Type]> = FEED_SCHEMAS[type];
  return withTable(file, schema, work);
}

/** The same of any file that is written as feeds are. */
export async function withTable<Content, Result>(
  { localPath, fileName, settings = NO_SETTINGS }: Omit<FeedFile<FeedType>, 'type'>,
  schema: FeedSchema<Content>,
  work: (table: OpenTable<Content>) => Promise<Result>,
): Promise<Result> {
  const { size } = await stat(localPath);
  if (size > FEED_SIZE_MAX_BYTES) throw feedTooLargeError(fileName);
  const { encoding, blocks } = await openFeedText(localPath, fileName, settings.encoding);
  const reader = new RecordReader(blocks);
  try {
    const head = await readHeader(reader, schema, settings, fileName);
    const records = reader.records(SEPARATORS[head.separator], head.header.length);
    return await work({ ...head, encoding, rows: readRows(records, head, schema, settings, fileName) });
  } finally {
    await reader.close();
  }
}

interface Head {
  readonly header: readonly string[];
  readonly columns: readonly (string | null)[];
  readonly separator: Separator;
}

async function readHeader(
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
  const { guess, isSure } = (await findHeader(reader, line, read)) ?? read(line);
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
    const fits = (sign: string) => know(line.split(sign).filter((name) => name !== '')).missing.length === 0;
    throw headerInvalid(fileName, known, separator, UNREAD_SIGNS.find(fits));
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
  return { header, columns: known.names.slice(0, header.length), separator };
}

type Guess = ReturnType<typeof recogniseSeparator<KnownColumns>>;

/**
 * Reports have a title and a date above their header: it is the first line that has all columns. Spreadsheets put a name of two
 * lines into quotes: then it is some lines. Null: none has.
 */
async function findHeader(
  reader: RecordReader,
  first: string,
  read: (line: string) => Guess,
): Promise<Guess | null> {
  let line = first;
  let begun = '';
  for (let above = 0; ; above += 1) {
    const whole = begun + line;
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
const UNREAD_SIGNS: readonly string[] = ['^', '~', ':', '#', '/', '\\', '\u001f', '\u0001', '§', '¦', ' '];

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

async function* readRows<Content>(
  records: AsyncIterable<readonly FeedRecord[]>,
  head: Head,
  schema: FeedSchema<Content>,
  settings: SourceSettings,
  fileName: string,
): AsyncGenerator<TableRow<Content>> {
  const schemaOfRow = schema.row(readingOf(settings));
  for await (const together of records)
    for (const record of together) {
      if (record.rowNumber > FEED_ROWS_MAX + 1)
        throw unreadableFeedError(fileName, `it has more than ${FEED_ROWS_MAX} rows`);
      // Spreadsheets leave rows behind that consist of separators only.
      if (record.fault === null && record.values.every((value) => bareValue(value) === '')) continue;
      yield readRow(record, head, schemaOfRow, settings.fixed);
    }
}

function readRow<Content>(
  record: FeedRecord,
  head: Head,
  schemaOfRow: ZodType<Content>,
  fixed: SourceSettings['fixed'],
): TableRow<Content> {
  const { rowNumber } = record;
  const isSurplus = record.fault === null && record.values.length > head.header.length;
  const values = isSurplus ? withoutEmptyEnd(record.values, head.header.length) : record.values;
  const texts = namedValues(values, head.columns, fixed);
  const misshapen = faultInShape(record, values, head);
  if (misshapen) {
    const shown = values.slice(0, FEED_COLUMNS_MAX);
    const read = record.fault === 'too-long' ? null : texts;
    return { rowNumber, values: shown, content: null, refusal: misshapen, texts: read };
  }
  const parsed = schemaOfRow.safeParse(texts);
  if (parsed.success) return { rowNumber, values, content: parsed.data, refusal: null };
  const [issue] = parsed.error.issues;
  const column = String(issue?.path[0] ?? '');
  const detail = { column, reason: issue?.message ?? 'it is not valid' };
  const refusal: RowRefusal = { column, code: 'FEED_VALUE_INVALID', detail };
  return { rowNumber, values, content: null, refusal, texts };
}

function namedValues(
  values: readonly string[],
  columns: readonly (string | null)[],
  fixed: Readonly<Record<string, string>>,
): Record<string, string> {
  const named: Record<string, string> = { ...fixed };
  columns.forEach((column, index) => {
    if (column !== null) named[column] = bareValue(values[index] ?? '');
  });
  return named;
}

/** Values at the end that are empty, as far as there are more than `lengthMin` of them. */
function withoutEmptyEnd(values: readonly string[], lengthMin = 0): readonly string[] {
  let length = values.length;
  while (length > lengthMin && (values[length - 1] ?? '').trim() === '') length -= 1;
  return values.slice(0, length);
}

/** What nothing reads cannot refuse a row. */
function faultInShape(
  { line, fault, isOpen }: FeedRecord,
  values: readonly string[],
  { header, columns }: Head,
): RowRefusal | null {
  const unreadable = (reason: string): RowRefusal => ({
    column: '',
    code: 'FEED_ROW_UNREADABLE',
    detail: { reason },
  });
  if (fault === 'too-long')
    return unreadable(`line ${line} is longer than ${FEED_LINE_LENGTH_MAX} characters`);
  const isRead = (index: number) => (columns[index] ?? null) !== null;
  const isReadFrom = (start: number) => columns.slice(start).some((column) => column !== null);
  if (fault === 'stray-quote') {
    const isHarmless =
      values.length === header.length &&
      values.every((value, index) => !isRead(index) || !value.includes('"'));
    if (!isHarmless) return unreadable(`a quote is in the wrong place in line ${line}`);
  }
  // Spreadsheets leave out empty values at the end of rows.
  const isWhole =
    values.length === header.length ||
    (values.length < header.length && !isOpen && !isReadFrom(values.length));
  if (!isWhole) return unreadable(`it has ${values.length} values, the header has ${header.length} columns`);
  const tooLong = values.findIndex((value, index) => isRead(index) && value.length > FEED_VALUE_LENGTH_MAX);
  if (tooLong === -1) return null;
  const column = columns[tooLong] ?? '';
  const detail = { column, reason: `it is longer than ${FEED_VALUE_LENGTH_MAX} characters` };
  return { column, code: 'FEED_VALUE_INVALID', detail };
}
