/** Values of one record of a file: RFC 4180, and what programs write instead of it. Lines end with a line feed. */

export type Scanned =
  /** `end`: after the record, and before its line end. */
  | { readonly outcome: 'values'; readonly values: readonly string[]; readonly end: number }
  /** Text stands behind a closing quote. */
  | { readonly outcome: 'stray-quote' }
  /** The text ends within quotes. */
  | { readonly outcome: 'open-quote' };

/**
 * Scans the record that begins at `at`. Blanks round a quoted value do not count. A quote within a value that did not begin
 * with one is a sign like any other (an inch mark).
 */
export function scanRecord(text: string, at: number, separator: string): Scanned {
  const values: string[] = [];
  for (let start = at; ;) {
    const opening = skipBlanks(text, start, separator);
    if (text[opening] === '"') {
      const closing = findClosing(text, opening);
      if (closing === -1) return { outcome: 'open-quote' };
      const next = skipBlanks(text, closing + 1, separator);
      const behind = text[next];
      if (behind !== undefined && behind !== separator && behind !== '\n') return { outcome: 'stray-quote' };
      values.push(text.slice(opening + 1, closing).replaceAll('""', '"'));
      if (behind !== separator) return { outcome: 'values', values, end: next };
      start = next + 1;
      continue;
    }
    let end = start;
    while (end < text.length && text[end] !== separator && text[end] !== '\n') end += 1;
    values.push(text.slice(start, end));
    if (text[end] !== separator) return { outcome: 'values', values, end };
    start = end + 1;
  }
}

/** A tab may be the separator: then it is no blank. */
function skipBlanks(text: string, at: number, separator: string): number {
  let next = at;
  while (text[next] === ' ' || (text[next] === '\t' && separator !== '\t')) next += 1;
  return next;
}

/** The quote that closes the one at `opening`: the first that is not doubled; -1: none. */
function findClosing(text: string, opening: number): number {
  let at = opening + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1 || text[quote + 1] !== '"') return quote;
    at = quote + 2;
  }
}

/** The values of one whole line. Where its quotes are not in order, it is cut at each separator. */
export function splitLine(line: string, separator: string): readonly string[] {
  if (!line.includes('"')) return line.split(separator);
  const scanned = scanRecord(line, 0, separator);
  return scanned.outcome === 'values' ? scanned.values : line.split(separator);
}
