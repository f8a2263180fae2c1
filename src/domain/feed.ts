/**
 * Feeds: CSV files by which other systems tell the master of inventory what they know.
 *
 * A row that cannot be imported is *refused*; the other rows of its file are imported. When the whole file is at fault
 * (not readable, of no known type, imported before), none of its rows is imported.
 */
import { AtpError, type ErrorCode, type ErrorDetail } from './errors.ts';
import { parseFeedType, type FeedContents, type FeedType } from './feed-type.ts';
import { INCOMING_FOLDER } from './drop-folders.ts';
import type { ImportWarning } from './import-warning.ts';

/** Why a row is refused. */
export interface RowRefusal {
  /** The column to correct; empty when the whole row is at fault. */
  readonly column: string;
  readonly code: ErrorCode;
  /** The values that the code's message names. */
  readonly detail: ErrorDetail;
}

interface RowAsSent {
  /** As a spreadsheet counts: the header is row 1. */
  readonly rowNumber: number;
  /** The values as they were sent, in the order of the header. */
  readonly values: readonly string[];
}

export interface ReadableRow<Content> extends RowAsSent {
  readonly content: Content;
  readonly refusal: null;
}

export interface UnreadableRow extends RowAsSent {
  readonly content: null;
  readonly refusal: RowRefusal;
  /** Its bare texts by our names of columns: of a row with too many or too few values, those at their places. Null: nothing of it was read. */
  readonly texts: Readonly<Record<string, string>> | null;
}

export type TableRow<Content> = ReadableRow<Content> | UnreadableRow;

export type FeedRow<Type extends FeedType> = TableRow<FeedContents[Type]>;

/** A row in a feed's error file. */
export interface RefusedRow {
  readonly rowNumber: number;
  readonly column: string;
  readonly code: string;
  readonly message: string;
  readonly values: readonly string[];
}

export interface ImportCounts {
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  /** What is to be told of rows that were applied; absent: nothing. */
  readonly warnings?: readonly ImportWarning[];
}

/** The reasons that the ledger gives for the postings of feeds; a variance may name its own. */
export const LEDGER_REASONS = {
  reset: 'VAR_EXT_RESET',
  variance: 'VAR_MANUAL',
  undone: 'IMPORT_UNDONE',
  orderReserved: 'ORDER_RESERVED',
  orderReleased: 'ORDER_RELEASED',
  orderShipped: 'ORDER_SHIPPED',
  transferShipped: 'TRANSFER_SHIPPED',
  transferReceived: 'TRANSFER_RECEIVED',
} as const;

/** Words by which programs say that a file is not whole. `tmp` may have a number or letters with a number behind it: `tmp1a2b`. */
const UNDER_WAY =
  'part|partial|filepart|writing|uploading|downloading|transferring|in-?progress|incomplete|crdownload|sw[op]|te?mp(?:[-_]?(?=[a-z]*\\d)[a-z0-9]+)?';

/**
 * Names under which programs send or keep a file until it is whole and gets its own: `x.csv.part`, `x.tmp.csv`, `.x.csv.Ab12`, `tmp_x.csv`, also
 * behind a type (`ORDER_ITEMS__tmp_x.csv`); those of an editor (`x.csv~`, `#x.csv#`, `x.csv.swp`), and of a program that has it open
 * (`~$x.csv`, `~x.csv`). A word within a name says nothing: `tmpl.csv`, `tempered-glass.csv`, `temp-controlled.csv`.
 */
const TEMPORARY_NAME = new RegExp(
  [
    ...['^[.~]', '~$', '^#.*#$', `\\.(?:${UNDER_WAY})(?![a-z0-9])`, `\\.csv(?:\\.gz)?[-_](?:${UNDER_WAY})$`],
    ...['(?:^|__)(?:tmp[-_.]|temp[_.])', '[-_]tmp\\.csv(?:\\.gz)?$'],
  ].join('|'),
  'i',
);

/** Whether a name is hidden, or that of a file that is still being sent: its sender goes on with it. */
export function isNameInUse(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}

/** Whether a name is that of a feed: it ends with `.csv` or `.csv.gz`, and is neither hidden nor that of a file being sent. */
export function isFeedName(name: string): boolean {
  return /\.csv(\.gz)?$/i.test(name) && !TEMPORARY_NAME.test(name);
}

/**
 * The type of a feed: the part of its name before `__`, else the folder that it lies in, else what was said of its source.
 *
 * @param path below `incoming/`, or a bare file name
 * @throws AtpError FEED_TYPE_UNKNOWN
 */
export function feedTypeOf(path: string, ofSource: string | null = null): FeedType {
  const segments = path.split('/');
  const fileName = segments.at(-1) ?? '';
  const named =
    parseFeedType(fileName.split('__', 1)[0]) ?? parseFeedType(segments.at(-2)) ?? parseFeedType(ofSource);
  if (named === null) throw new AtpError('FEED_TYPE_UNKNOWN', { fileName });
  return named;
}

/** The same; null: it cannot be told. */
export function feedTypeOrNull(path: string, ofSource: string | null): FeedType | null {
  try {
    return feedTypeOf(path, ofSource);
  } catch {
    return null;
  }
}

/** The source of a feed: the folder that it lies in, below `incoming/`, or `incoming` itself. */
export function sourceOf(path: string): string {
  return path.split('/').slice(0, -1).slice(-1)[0] ?? INCOMING_FOLDER;
}

/**
 * What feeds are ordered by: the name without the type in front, since the sender's time or number comes next. So a
 * count of eight o'clock comes before a variance of nine, whatever their types.
 */
export function feedOrderKey(fileName: string): string {
  const [prefix, ...rest] = fileName.split('__');
  return parseFeedType(prefix) !== null && rest.length > 0 ? rest.join('__') : fileName;
}
