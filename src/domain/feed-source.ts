/** A source: a folder in which one sender's feeds come in, and what must be said of how it writes. */
import type { GateLimits } from './feed-gates.ts';

/** Encodings of letters in one or two bytes, and more: no file says which of them it is. `gb18030` has all of GBK and GB2312. */
export const EAST_ASIAN_ENCODINGS = ['shift-jis', 'gb18030', 'euc-kr'] as const;

/** Encodings that a source may name. `iso-8859-1` is read as windows-1252, as browsers do. */
export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-1',
  ...EAST_ASIAN_ENCODINGS,
] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** What separates values, by the name of the sign. */
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;
export type Separator = keyof typeof SEPARATORS;
export const SEPARATOR_NAMES = Object.keys(SEPARATORS) as readonly Separator[];

/** The sign between whole units and their fraction. */
export const DECIMAL_SIGNS = ['point', 'comma'] as const;
export type DecimalSign = (typeof DECIMAL_SIGNS)[number];

/** Which of `03/04/2026` is the day. */
export const DATE_ORDERS = ['day-first', 'month-first'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

/** What becomes of several rows of one file that say something about the same key. */
export const EQUAL_KEY_RULES = ['refuse', 'last', 'sum'] as const;
export type EqualKeyRule = (typeof EQUAL_KEY_RULES)[number];

/** In which order a source's files are imported: by name without the type, or by the time of the file. */
export const FEED_ORDERS = ['name', 'time'] as const;
export type FeedOrder = (typeof FEED_ORDERS)[number];

/** What a count is about when it does not say so itself: its file's time, or the moment at which it is applied. */
export const COUNT_INSTANTS = ['file', 'import'] as const;
export type CountInstant = (typeof COUNT_INSTANTS)[number];

/** How a sender writes, and what of it is held. Null: it is recognised, or has the default that the comment names. */
export interface SourceSettings extends GateLimits {
  /** The type of its files, where neither their name nor the folder says it. */
  readonly type: string | null;
  readonly encoding: Encoding | null;
  readonly separator: Separator | null;
  readonly decimal: DecimalSign | null;
  /** IANA name of the zone of times without an offset. Null: such a time is not known. */
  readonly timeZone: string | null;
  readonly dateOrder: DateOrder | null;
  /** How long a file without a marker must stand still. Null: FEED_SETTLE_MS. */
  readonly settleMs: number | null;
  /** How often a feed of it is to come; somebody is told when none does. Null: none is expected. */
  readonly expectedEveryMs: number | null;
  /** Null: by name. */
  readonly order: FeedOrder | null;
  /** A difference of the same name and content within so many days is held. Null: FEED_DUPLICATE_DAYS. */
  readonly duplicateDays: number | null;
  /** Null: the moment at which it is applied. */
  readonly countsAsOf: CountInstant | null;
  /** Whether what a count does not name is zero, as far as this source has counted it before. Null: it stays as it is. */
  readonly complete: boolean | null;
  /** Whether an open state opens an order line again that was cancelled or completed. Null: only one with a later updatedAt. */
  readonly reopen: boolean | null;
  /** Null: equal values are one row, and different ones refuse all rows of the key. */
  readonly rows: EqualKeyRule | null;
  /** The sender's name of a column, and ours. */
  readonly columns: Readonly<Record<string, string>>;
  /** Values of our columns that the file does not have. */
  readonly fixed: Readonly<Record<string, string>>;
  /** The sender's name of an order line's status, and ours. */
  readonly statuses: Readonly<Record<string, string>>;
  /** The sender's name of a reason, and that of the ledger. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** A sender of whom nothing was said. */
export const NO_SETTINGS: SourceSettings = {
  type: null,
  encoding: null,
  separator: null,
  decimal: null,
  timeZone: null,
  dateOrder: null,
  rows: null,
  settleMs: null,
  expectedEveryMs: null,
  order: null,
  duplicateDays: null,
  countsAsOf: null,
  complete: null,
  reopen: null,
  columns: {},
  fixed: {},
  statuses: {},
  reasons: {},
  rowsFallMax: null,
  toZeroMax: null,
  absentMax: null,
  unknownMax: null,
  riseTimesMax: null,
  riseUnitsMax: null,
};
