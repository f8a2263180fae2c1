/** What kind of file it is, by its first bytes. */
import type { Encoding } from '../feed-source.ts';

export type FileKind =
  | { readonly kind: 'text'; readonly encoding: Encoding; readonly markBytes: number }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'other'; readonly what: string };

/** So many bytes are enough to tell. */
export const FIRST_BYTES = 512;

const MARKS: readonly { readonly bytes: readonly number[]; readonly encoding: Encoding }[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** How files of other programs begin (their formats' own documents), and what a person does with such a one. */
const OTHERS: readonly { readonly bytes: readonly number[]; readonly what: string }[] = [
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    what: 'this is a spreadsheet (xlsx) or a zip archive: save it as "CSV UTF-8"',
  },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: 'this is an old spreadsheet (xls): save it as "CSV UTF-8"' },
  // Before the marks of UTF-16, which begin the same.
  { bytes: [0xff, 0xfe, 0x00, 0x00], what: 'this is UTF-32: save it as "CSV UTF-8"' },
  { bytes: [0x00, 0x00, 0xfe, 0xff], what: 'this is UTF-32: save it as "CSV UTF-8"' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'this is a PDF: export the table as "CSV UTF-8"' },
];

const GZIP: readonly number[] = [0x1f, 0x8b];

/** @param named the encoding that the source says; a byte order mark counts before it */
export function recogniseFile(first: Uint8Array, named: Encoding | null): FileKind {
  const other = OTHERS.find(({ bytes }) => beginsWith(first, bytes));
  if (other) return { kind: 'other', what: other.what };
  const mark = MARKS.find(({ bytes }) => beginsWith(first, bytes));
  if (mark) return { kind: 'text', encoding: mark.encoding, markBytes: mark.bytes.length };
  if (beginsWith(first, GZIP)) return { kind: 'gzip' };
  const halves = halvesOfNul(first);
  const looksLike = halves && (halves === 'odd' ? 'utf-16le' : 'utf-16be');
  if (looksLike !== null && looksLike !== named)
    return {
      kind: 'other',
      what: `this looks like UTF-16 without a byte order mark${named === null ? '' : `, and its source says that it is ${named}`}: save it as "CSV UTF-8", or say so for its source (--encoding ${looksLike})`,
    };
  if (named?.startsWith('utf-16') && first.length >= PAIRS_MIN * 2 && !first.includes(0))
    return {
      kind: 'other',
      what: `its source says that it is ${named}, and it is not: say for its source what it is (--encoding utf-8), or save it as UTF-16`,
    };
  return { kind: 'text', encoding: named ?? 'utf-8', markBytes: 0 };
}

/** Fewer pairs of bytes say nothing. A table in UTF-16 has NUL bytes, since its separators do. */
const PAIRS_MIN = 4;

function beginsWith(first: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => first[index] === byte);
}

/** Where the NUL bytes are when every second byte is one, as in UTF-16 of Latin letters; null: it is not so. */
function halvesOfNul(first: Uint8Array): 'even' | 'odd' | null {
  const pairs = Math.floor(first.length / 2);
  if (pairs < PAIRS_MIN) return null;
  const nuls = [0, 0];
  for (let at = 0; at < pairs * 2; at += 1) if (first[at] === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  if (even === 0 && odd > pairs * 0.8) return 'odd';
  return odd === 0 && even > pairs * 0.8 ? 'even' : null;
}

/** What a text is by its first line, when it is no table of values; null: nothing that we know. */
export function markupOf(line: string): string | null {
  const start = line.trimStart();
  if (/^<\?xml/i.test(start)) return 'this is XML: export the table as "CSV UTF-8"';
  if (/^<(!doctype\s+)?[a-z!]/i.test(start)) {
    return 'this is HTML, a page such as an error or a login: look what the program has saved, and export the table as "CSV UTF-8"';
  }
  return /^(\{|\[\s*[{[]|\[$)/.test(start) ? 'this is JSON: export the table as "CSV UTF-8"' : null;
}
