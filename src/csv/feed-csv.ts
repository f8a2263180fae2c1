/**
 * Reading a feed: a stream of rows, each either understood or refused with its reason. Size, rows and columns are
 * bounded.
 */
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { AtpError } from '../domain/errors.ts';
import type { FeedRow, RowRefusal } from '../domain/feed.ts';
import type { FeedContents, FeedType } from '../domain/feed-type.ts';
import {
  FEED_COLUMNS_MAX,
  FEED_LINE_LENGTH_MAX,
  FEED_ROWS_MAX,
  FEED_SIZE_MAX_BYTES,
  FEED_VALUE_LENGTH_MAX,
  REFUSED_VALUE_LENGTH_MAX,
} from '../domain/limits.ts';
import { quote } from '../domain/shown-text.ts';
import { FEED_SCHEMAS, type FeedSchema } from './feed-schemas.ts';
import { feedText, feedTooLargeError, unreadableFeedError } from './feed-text.ts';

export interface FeedFile<Type extends FeedType> {
  readonly localPath: string;
  /** How messages name it. */
  readonly fileName: string;
  readonly type: Type;
}

export interface OpenFeed<Type extends FeedType> {
  readonly header: readonly string[];
  /**
   * In the order of the file; may be read once. Throws FEED_UNREADABLE when it comes to a place that cannot be read.
   */
  readonly rows: AsyncIterable<FeedRow<Type>>;
}

/**
 * Opens a feed for `work`, and closes it afterwards, even when it was not read to its end.
 *
 * @throws AtpError FEED_UNREADABLE, FEED_HEADER_INVALID
 */
export async function withFeed<Type extends FeedType, Result>(
  file: FeedFile<Type>,
  work: (feed: OpenFeed<Type>) => Promise<Result>,
): Promise<Result> {
  const records = readRecords(file);
  try {
    const first = await records.next();
    if (first.done) throw unreadableFeedError(file.fileName, 'it is empty');
    const schema: FeedSchema<FeedContents[Type]> = FEED_SCHEMAS[file.type];
    const header = readHeader(first.value.values, schema, file.fileName);
    return await work({ header, rows: readRows(records, header, schema, file.fileName) });
  } finally {
    await records.return(undefined);
  }
}

interface SentRecord {
  readonly rowNumber: number;
  readonly values: readonly string[];
}

/** A record with its counters, as the option `info` of csv-parse gives it; csv-parse's types do not know that. */
interface CountedRecord {
  readonly record: readonly string[];
  readonly info: { readonly records: number; readonly empty_lines: number };
}

async function* readRecords({
  localPath,
  fileName,
}: FeedFile<FeedType>): AsyncGenerator<SentRecord, void, undefined> {
  const { size } = await stat(localPath);
  if (size > FEED_SIZE_MAX_BYTES) throw feedTooLargeError(fileName);
  const parser = parse({
    bom: true,
    info: true,
    // readRows refuses single rows of the wrong length.
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: FEED_LINE_LENGTH_MAX,
  });
  const source = Readable.from(feedText(localPath, fileName));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<CountedRecord>) {
      if (info.records > FEED_ROWS_MAX + 1)
        throw unreadableFeedError(fileName, `it has more than ${FEED_ROWS_MAX} rows`);
      yield { rowNumber: info.records + info.empty_lines, values: record };
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadableFeedError(fileName, reasonOf(error)) : error;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

/** In our own words: csv-parse quotes values, which may be a customer's data. */
function reasonOf(error: CsvError): string {
  const at = typeof error['lines'] === 'number' ? ` in line ${error['lines']}` : '';
  switch (error.code) {
    case 'CSV_MAX_RECORD_SIZE':
      return `a row longer than ${FEED_LINE_LENGTH_MAX} characters${at}`;
    case 'CSV_QUOTE_NOT_CLOSED':
      return `a quote that is never closed${at}`;
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `a quote in the wrong place${at}`;
    default:
      return `${error.code}${at}`;
  }
}

function readHeader(
  values: readonly string[],
  { required }: FeedSchema<unknown>,
  fileName: string,
): readonly string[] {
  const header = values.map((name) => name.trim());
  if (header.length > FEED_COLUMNS_MAX)
    throw unreadableFeedError(fileName, `it has more than ${FEED_COLUMNS_MAX} columns`);
  const missing = required.filter((group) => !group.some((column) => header.includes(column)));
  if (missing.length > 0) {
    const columns = missing.map((group) => group.join(' or ')).join(', ');
    throw new AtpError('FEED_HEADER_INVALID', { fileName, columns, plural: missing.length > 1 ? 's' : '' });
  }
  const known = header.filter((name) => name !== '');
  const twice = known.find((name, index) => known.indexOf(name) !== index);
  if (twice !== undefined) {
    throw unreadableFeedError(
      fileName,
      `its header names the column ${quote(twice, REFUSED_VALUE_LENGTH_MAX)} twice`,
    );
  }
  return header;
}

async function* readRows<Content>(
  records: AsyncGenerator<SentRecord, void, undefined>,
  header: readonly string[],
  { row }: FeedSchema<Content>,
  fileName: string,
): AsyncGenerator<
  | { rowNumber: number; values: readonly string[]; content: Content; refusal: null }
  | { rowNumber: number; values: readonly string[]; content: null; refusal: RowRefusal }
> {
  for await (const { rowNumber, values } of records) {
    if (values.length > FEED_COLUMNS_MAX) {
      throw unreadableFeedError(fileName, `row ${rowNumber} has more than ${FEED_COLUMNS_MAX} values`);
    }
    // Spreadsheets leave rows behind that consist of commas only.
    if (values.every((value) => value.trim() === '')) continue;
    const misshapen = faultInShape(values, header);
    if (misshapen) {
      yield { rowNumber, values, content: null, refusal: misshapen };
      continue;
    }
    const parsed = row.safeParse(
      Object.fromEntries(header.map((column, index) => [column, values[index] ?? ''])),
    );
    if (parsed.success) {
      yield { rowNumber, values, content: parsed.data, refusal: null };
      continue;
    }
    const [issue] = parsed.error.issues;
    const column = String(issue?.path[0] ?? '');
    const detail = { column, reason: issue?.message ?? 'it is not valid' };
    yield { rowNumber, values, content: null, refusal: { column, code: 'FEED_VALUE_INVALID', detail } };
  }
}

function faultInShape(values: readonly string[], header: readonly string[]): RowRefusal | null {
  if (values.length !== header.length) {
    const reason = `it has ${values.length} values, the header has ${header.length} columns`;
    return { column: '', code: 'FEED_ROW_UNREADABLE', detail: { reason } };
  }
  const tooLong = values.findIndex((value) => value.length > FEED_VALUE_LENGTH_MAX);
  if (tooLong === -1) return null;
  const column = header[tooLong] ?? '';
  const detail = { column, reason: `it is longer than ${FEED_VALUE_LENGTH_MAX} characters` };
  return { column, code: 'FEED_VALUE_INVALID', detail };
}
