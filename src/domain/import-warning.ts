/**
 * What an import names though it takes the row: something about the row is not known that its stock does not depend on.
 * Refused, the units would be promised again.
 */
import { counted } from './words.ts';

export type ImportWarningCode = keyof typeof IN_WORDS;

export interface ImportWarning {
  readonly code: ImportWarningCode;
  /** How many rows of the feed. */
  readonly rows: number;
}

const IN_WORDS = {
  ORDER_SHOP_REMOVED: (rows) => `${rows} of a shop that was removed: imported without it.`,
  ORDER_FACILITY_UNKNOWN: (rows) =>
    `${rows} at a facility that is not known: imported into the brokering queue, until a row names one that is.`,
  ORDER_WITHOUT_SHOP: (rows) =>
    `${rows} with an externalOrderId and no shopId. Where they are sales of a shop, their units are kept back from it as well: send them again with shopId.`,
  ORDER_DATE_UNKNOWN: (rows) =>
    `${rows} whose orderDate cannot be read, or lies in the future: imported with the time of the file. Say for its source how it writes times (\`atp source set <source> --time-zone …\`), and set its clock right.`,
  ORDER_UPDATE_UNKNOWN: (rows) =>
    `${rows} whose updatedAt cannot be read, has no time of day, or lies in the future: taken as states that come without it. Say for its source how it writes times (\`atp source set <source> --time-zone …\`), and set its clock right.`,
  ORDER_STATE_OLD: (rows) => `${rows} of an older state (updatedAt) than is known: left out.`,
  ORDER_OVERTAKEN: (rows) =>
    `${rows} that could not be applied when the feed came, and that a later one has told since: left out.`,
  ORDER_SHIPPED_COUNTED: (rows) =>
    `${rows} shipped before a count that has come already: the count has seen that the units are gone, so they were not taken again.`,
  ORDER_SHIPPED_ELSEWHERE: (rows) =>
    `${rows} completed without a facility that holds stock: somebody else has sent them, so no stock was taken.`,
  ORDER_WATERMARK_WAITS: (rows) =>
    `${rows} left out: orders that came before wait to be applied, so they are not complete. State it again when \`atp import list --state applying\` shows none of them.`,
  COUNT_ABSENT_UNKNOWN: (rows) =>
    `${rows} of which nobody can say what product they are about: so it is not known what the file does not name, and nothing of it was set to zero.`,
  COUNT_ROWS_ALIKE: (rows) =>
    `${rows} that count what a row before counts, with the same quantity, and differ from it in a column that nothing reads: taken as one count. If they are bins, say so for its source (\`atp source set <source> --column "<name>=locationSeqId"\`); if their sum is meant, \`--rows sum\`.`,
  COUNT_OVER_UNFINISHED: (rows) =>
    `${rows} of a feed that is posted only in part had happened before this count: the count has seen them, so they are not posted any more.`,
  DRY_RUN_BESIDE_UNFINISHED: (rows) =>
    `${rows} of a large feed, or of an undo, that was cut off are still to be posted: this dry run does not know of them, and an import would post them first. Let \`atp job run import --wait\` do it, and try again.`,
  PRODUCT_SKU_CASE: (rows) =>
    `${rows} with a SKU that differs only in case from that of another product: a spreadsheet or a person takes them for one.`,
  TRANSFER_RECEIVED_OTHERWISE: (rows) =>
    `${rows} received with another quantity than was shipped: what did not arrive is on hand nowhere.`,
} as const satisfies Readonly<Record<string, (rows: string) => string>>;

/** What the rows are, where they are no order lines. */
const NOUNS: Partial<Readonly<Record<ImportWarningCode, string>>> = {
  COUNT_ABSENT_UNKNOWN: 'row',
  COUNT_OVER_UNFINISHED: 'change',
  COUNT_ROWS_ALIKE: 'row',
  DRY_RUN_BESIDE_UNFINISHED: 'row',
  ORDER_WATERMARK_WAITS: 'order watermark',
  PRODUCT_SKU_CASE: 'product',
  TRANSFER_RECEIVED_OTHERWISE: 'transfer line',
};

export const IMPORT_WARNINGS = Object.keys(IN_WORDS) as readonly ImportWarningCode[];

export function warningInWords({ code, rows }: ImportWarning): string {
  return IN_WORDS[code](counted(rows, NOUNS[code] ?? 'order line'));
}

/** Of two parts of a feed: rows of the same warning add up. */
export function addWarnings(
  one: readonly ImportWarning[],
  other: readonly ImportWarning[],
): readonly ImportWarning[] {
  const rowsOf = (code: ImportWarningCode) =>
    [...one, ...other].reduce((sum, warning) => sum + (warning.code === code ? warning.rows : 0), 0);
  return IMPORT_WARNINGS.map((code) => ({ code, rows: rowsOf(code) })).filter(({ rows }) => rows > 0);
}
