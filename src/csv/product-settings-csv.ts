/** A file with settings of products, written by a person: one row a product. */
import { z } from 'zod';
import { PRODUCTS_SET_AT_ONCE_MAX, ROWS_NAMED_MAX, UNITS_SET_MAX } from '../domain/limits.ts';
import { AtpError } from '../domain/errors.ts';
import { withTable } from './feed-csv.ts';
import { columnsOf, flag, required, units, type FeedSchema, type Reading } from './feed-values.ts';

/** What the row says of its product; undefined: nothing. */
export interface ProductSettingsRow {
  readonly sku: string;
  readonly safetyStock: number | undefined;
  readonly allowBrokering: boolean | undefined;
  readonly threshold: number | undefined;
}

/** A value that is empty, or whose column is not there, says nothing. */
function ifGiven<Value>(kind: z.ZodType<Value>) {
  return z
    .string()
    .default('')
    .transform((text, context) => {
      if (text === '') return undefined;
      const read = kind.safeParse(text);
      if (read.success) return read.data;
      context.addIssue(read.error.issues[0]?.message ?? 'it is not valid');
      return z.NEVER;
    });
}

const settingsRow = (how: Reading) => {
  const kept = ifGiven(units(how, { min: 0, max: UNITS_SET_MAX }));
  return z.object({ sku: required, safetyStock: kept, allowBrokering: ifGiven(flag), threshold: kept });
};

const SCHEMA: FeedSchema<z.output<ReturnType<typeof settingsRow>>> = {
  required: [['sku']],
  columns: columnsOf(settingsRow),
  row: settingsRow,
};

/**
 * Reads all of it or nothing.
 *
 * @throws AtpError FEED_UNREADABLE, FEED_HEADER_INVALID, INPUT_INVALID (rows that cannot be read, a SKU in two rows, too many
 *   rows)
 */
export async function readProductSettings(
  localPath: string,
  fileName: string,
): Promise<readonly ProductSettingsRow[]> {
  return withTable({ localPath, fileName }, SCHEMA, async ({ rows }) => {
    const bySku = new Map<string, ProductSettingsRow>();
    const faults: string[] = [];
    for await (const { rowNumber, content, refusal } of rows) {
      if (bySku.size === PRODUCTS_SET_AT_ONCE_MAX)
        throw invalidFile(fileName, `has more than ${PRODUCTS_SET_AT_ONCE_MAX} rows`);
      if (refusal) faults.push(`row ${rowNumber} (${new AtpError(refusal.code, refusal.detail).message})`);
      else if (bySku.has(content.sku)) faults.push(`row ${rowNumber} (a second row of ${content.sku})`);
      else {
        bySku.set(content.sku, content);
      }
      if (faults.length > ROWS_NAMED_MAX) break;
    }
    if (faults.length > 0) {
      const more = faults.length > ROWS_NAMED_MAX ? ' and more' : '';
      throw invalidFile(fileName, `has faults in ${faults.slice(0, ROWS_NAMED_MAX).join(', ')}${more}`);
    }
    return [...bySku.values()];
  });
}

function invalidFile(fileName: string, what: string): AtpError {
  return new AtpError('INPUT_INVALID', { reason: `${fileName} ${what}; nothing was set` });
}
