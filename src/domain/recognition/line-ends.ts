/** Signs other than a line feed by which programs end lines: old Macs, mainframes (NEL), and the two of Unicode. */
import { scanRecord } from './split-line.ts';

const OTHER_LINE_ENDS = /[\r\u0085\u2028\u2029]/;

/** The sign that ends the first line of a text; null: none does. Two of Windows are a line feed. */
export function firstLineEnd(text: string): string | null {
  const [sign] = /\r\n|[\r\n\u0085\u2028\u2029]/.exec(text) ?? [];
  return sign === '\r\n' ? '\n' : (sign ?? null);
}

/** The first of them that stands in the text, as it is called; null: none does. */
export function otherLineEndIn(text: string): string | null {
  const [sign] = OTHER_LINE_ENDS.exec(text) ?? [];
  return sign === undefined ? null : `U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

export function indexOfOtherLineEnd(text: string): number {
  return text.search(OTHER_LINE_ENDS);
}

/** The text before the first of them. */
export function beforeOtherLineEnd(text: string): string {
  return text.split(OTHER_LINE_ENDS, 1)[0] ?? '';
}

/**
 * The records of a line in which some of these signs end records, as where two programs have written one file. Null: not all that
 * stands between them are whole records, so a sign may belong to a value.
 */
export function recordsIn(
  line: string,
  separator: string,
  columnCount: number,
): readonly (readonly string[])[] | null {
  const parts = line.split(OTHER_LINE_ENDS).filter((part) => part.trim() !== '');
  if (parts.length < 2) return null;
  const records = parts.map((part) => {
    const scanned = scanRecord(part, 0, separator);
    return scanned.outcome === 'values' ? scanned.values : [];
  });
  return records.every((values) => values.length === columnCount) ? records : null;
}
