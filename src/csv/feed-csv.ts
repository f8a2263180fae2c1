/**
 * Reading a feed: a stream of rows, each either understood or refused with its reason. Size, rows and columns are
 * bounded.
 */
import { stat } from 'node:fs/promises';
import type { ZodType } from 'zod';
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
  FEED_ROWS_MAX,
  FEED_SIZE_MAX_BYTES,
  FEED_VALUE_LENGTH_MAX,
} from '../domain/limits.ts';
import { bareValue } from '../domain/recognition/bare-value.ts';
import { UNIT_COLUMNS } from '../domain/recognition/proposed-columns.ts';
import { otherLineEndIn } from '../domain/recognition/line-ends.ts';
import { RecordReader, type FeedRecord } from './feed-records.ts';
import { readHeader, withoutEmptyEnd, type Head } from './feed-header.ts';
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

/** What nothing reads cannot refuse a row. */
function faultInShape(record: FeedRecord, values: readonly string[], head: Head): RowRefusal | null {
  const { line, fault, isOpen } = record;
  const { header, columns } = head;
  const unreadable = (reason: string): RowRefusal => ({
    column: '',
    code: 'FEED_ROW_UNREADABLE',
    detail: { reason },
  });
  const cut = findCutNumber(record, head);
  if (cut !== null)
    return unreadable(`it has a value too many, so "${cut}" in it may be one number: put it into quotes`);
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
  if (!isWhole) {
    const other = otherLineEndIn(values.join(''));
    const why =
      other === null ? '' : `; ${other} stands in it, and ends no line here: end all lines the same way`;
    return unreadable(`it has ${values.length} values, the header has ${header.length} columns${why}`);
  }
  const tooLong = values.findIndex((value, index) => isRead(index) && value.length > FEED_VALUE_LENGTH_MAX);
  if (tooLong === -1) return null;
  const column = columns[tooLong] ?? '';
  const detail = { column, reason: `it is longer than ${FEED_VALUE_LENGTH_MAX} characters` };
  return { column, code: 'FEED_VALUE_INVALID', detail };
}

/**
 * A number that was cut at the comma between its thousands: it has put an empty value of the row out at the end. Null: there is none.
 */
function findCutNumber({ values, fault }: FeedRecord, { width, columns, separator }: Head): string | null {
  if (separator !== 'comma' || fault !== null || values.length <= width) return null;
  const at = columns.findIndex(
    (column, index) =>
      UNIT_COLUMNS.has(column ?? '') &&
      /^\s*[+-]?\d{1,3}$/.test(values[index] ?? '') &&
      /^\d{3}(\.0+)?\s*$/.test(values[index + 1] ?? ''),
  );
  return at === -1 ? null : `${values[at]?.trim()},${values[at + 1]?.trim()}`;
}
