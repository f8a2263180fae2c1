/** Which column of a file is which of ours. */
import { bareValue } from './bare-value.ts';

/** How names are compared: `Available Qty`, `available_qty`, `[availableQty]` and `availableQty*` are one. */
export function plainName(name: string): string {
  return bareValue(name)
    .toLowerCase()
    .replace(/[\s_\-.:*()[\]]+/g, '');
}

export interface ColumnRequirements {
  /** Every column that is read. */
  readonly columns: readonly string[];
  /** Of each group one must be there. */
  readonly required: readonly (readonly string[])[];
}

export interface KnownColumns {
  /** Our name of each column of the file; null: nothing reads it. */
  readonly names: readonly (string | null)[];
  /** Groups of which no column is there. */
  readonly missing: readonly (readonly string[])[];
  /** A column of ours that two columns of the file are; null: there is none. */
  readonly twice: string | null;
}

/** Of those by which rows name their product one that the file has, or that is said for the source: then a SKU says something else. */
const PRODUCT_COLUMNS = ['idValue', 'idType', 'productId'];

/** A column that is called SKU is the product of each row, where no other column may be. */
function knowSku(
  header: readonly string[],
  names: readonly (string | null)[],
  isOurs: (column: string) => boolean,
  isTold: (column: string) => boolean,
): readonly (string | null)[] {
  if (!isOurs('idValue') || PRODUCT_COLUMNS.some(isTold)) return names;
  return names.map((name, at) => name ?? (plainName(header[at] ?? '') === 'sku' ? 'idValue' : null));
}

/**
 * @param called the sender's names of columns, and ours
 * @param fixed columns of ours whose value is said for the source; a column of the file counts before it
 */
export function knowColumns(
  header: readonly string[],
  { columns, required }: ColumnRequirements,
  called: Readonly<Record<string, string>>,
  fixed: readonly string[],
): KnownColumns {
  const ours = new Map(columns.map((column) => [plainName(column), column]));
  const mapped = new Map(
    Object.entries(called).map(([theirs, column]) => [plainName(theirs), ours.get(plainName(column))]),
  );
  const told = header.map((name) => {
    const plain = plainName(name);
    return mapped.get(plain) ?? ours.get(plain) ?? null;
  });
  const names = knowSku(
    header,
    told,
    (column) => columns.includes(column),
    (column) => told.includes(column) || fixed.includes(column),
  );
  const known = names.filter((name) => name !== null);
  const missing = required.filter(
    (group) => !group.some((column) => known.includes(column) || fixed.includes(column)),
  );
  return { names, missing, twice: known.find((name, index) => known.indexOf(name) !== index) ?? null };
}
