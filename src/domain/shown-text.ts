/**
 * Text from outside (an answer of Shopify, a file name, a value of a row, what somebody typed) before a person sees it
 * in a terminal, a history, a log or a table. A terminal obeys control characters, and a bidirectional mark turns the
 * text around it; a name could so rewrite what stands beside it.
 */

/** What has no look of its own: control, format (bidirectional marks among them), half a character, line separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, what is unseen as an escape such as `\u{1b}`, and at most so many characters before a "…". */
export function showText(text: string, lengthMax: number): string {
  // Cut first, so that a text of megabytes costs nothing; then again, since an escape is longer than what it stands for.
  return cut(cut(text, lengthMax).replace(UNSEEN, escapeOf), lengthMax);
}

/** The same for text of several lines that we have put together ourselves: line feeds stay, and nothing is cut. */
export function showLines(text: string): string {
  return text.replace(UNSEEN, (unseen) => (unseen === '\n' ? unseen : escapeOf(unseen)));
}

/** JSON that a terminal can show. It is the same document: what is unseen in its texts is written as `\u009b`. */
export function showJson(json: string): string {
  return json.replace(UNSEEN, (unseen) => (unseen === '\n' ? unseen : unseen.replace(/[^]/g, jsonEscapeOf)));
}

/** A value that was refused, as a message repeats it: as JSON, of at most so many characters. */
export function quote(value: unknown, lengthMax: number): string {
  const json = JSON.stringify(typeof value === 'string' ? cut(value, lengthMax) : value) as
    string | undefined;
  return showText(json ?? 'nothing', lengthMax);
}

function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return `${text.slice(0, lengthMax).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function escapeOf(unseen: string): string {
  return SHORT_ESCAPES[unseen] ?? `\\u{${(unseen.codePointAt(0) ?? 0).toString(16)}}`;
}

function jsonEscapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
