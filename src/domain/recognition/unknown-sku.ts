/** What may be meant by a SKU that no product has. */
import { nearMisses } from '../near-miss.ts';

/** Zeros that a spreadsheet takes from the front of a number. */
const ZEROS_LOST_MAX = 8;

/** Letters of other alphabets that look like Latin ones: capitals of Cyrillic and Greek. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  ...{
    А: 'A',
    В: 'B',
    С: 'C',
    Е: 'E',
    Н: 'H',
    І: 'I',
    Ј: 'J',
    К: 'K',
    М: 'M',
    О: 'O',
    Р: 'P',
    Ѕ: 'S',
    Т: 'T',
    Х: 'X',
    У: 'Y',
  },
  ...{
    Α: 'A',
    Β: 'B',
    Ε: 'E',
    Ζ: 'Z',
    Η: 'H',
    Ι: 'I',
    Κ: 'K',
    Μ: 'M',
    Ν: 'N',
    Ο: 'O',
    Ρ: 'P',
    Τ: 'T',
    Υ: 'Y',
    Χ: 'X',
  },
};

/** SKUs that may be meant, the likelier ones first; all of them can be looked up by an index. */
export function likelySkus(sku: string): readonly string[] {
  const latin = [...sku].map((letter) => LOOK_ALIKES[letter.toUpperCase()] ?? letter).join('');
  const withoutBlanks = sku.replace(/\s+/g, '');
  const bare = sku.replace(/^0+(?=.)/, '');
  const padded = /^\d/.test(sku)
    ? Array.from({ length: ZEROS_LOST_MAX }, (_, zeros) => '0'.repeat(zeros + 1) + sku)
    : [];
  const asNumber = sku.replace(/\.0+$/, '');
  const spellings = [
    ...otherForms(sku),
    sku.toUpperCase(),
    sku.toLowerCase(),
    latin,
    withoutBlanks,
    asNumber,
    bare,
    ...padded,
  ];
  return [...new Set([...spellings, ...nearMisses(sku)])].filter((near) => near !== sku && near !== '');
}

/**
 * The same letters in other bytes: `é` as one character or as two (files of a Mac), wide ones of East Asia, and UTF-8 that a program has read as
 * windows-1252 (`Ã©`).
 */
function otherForms(sku: string): readonly string[] {
  const forms = (['NFC', 'NFD', 'NFKC'] as const).map((form) => sku.normalize(form));
  const misread = readAsUtf8(sku);
  return misread === null ? forms : [...forms, misread];
}

/** Each byte as windows-1252 shows it. */
const SHOWN_BYTES = new Map(
  Array.from({ length: 256 }, (_, byte) => [
    new TextDecoder('windows-1252').decode(Uint8Array.of(byte)),
    byte,
  ]),
);

/** Null: it is no such text. */
function readAsUtf8(text: string): string | null {
  const bytes = [...text].map((letter) => SHOWN_BYTES.get(letter));
  if (bytes.every((byte) => byte !== undefined && byte < 0x80)) return null;
  if (bytes.includes(undefined)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes as number[]));
  } catch {
    return null;
  }
}

/** `10-Nov` and `Nov-26`, as spreadsheets show a date, in English, German, French and Spanish. */
const MONTHS =
  'jan|ene|f[eé]b|f[eé]v|m[aä]r|apr|avr|abr|ma[iy]|jun|jui|jul|aug|ao[uû]|ago|sep|o[ck]t|nov|d[eé][cz]|dic';
const DATE_OF_SPREADSHEET = new RegExp(
  `^(\\d{1,2}[-. ](${MONTHS})[a-zé]{0,2}\\.?|(${MONTHS})[a-zé]{0,2}[-. ]\\d{2})$`,
  'i',
);

/** `1.23E+11`, as spreadsheets show a long number. */
const ROUNDED_NUMBER = /^\d([.,]\d+)?E\+?\d{1,2}$/i;

/** Patterns of ids of which nothing is left that says what was meant; in any case. Postgres understands them, too. */
export const LOST_IDS: readonly string[] = [ROUNDED_NUMBER.source, DATE_OF_SPREADSHEET.source];

/** Letters, and at the same place the Latin ones that they look like. */
export const LOOK_ALIKE_LETTERS = {
  foreign: lettersOf(Object.keys(LOOK_ALIKES)),
  latin: lettersOf(Object.values(LOOK_ALIKES)),
} as const;

function lettersOf(capitals: readonly string[]): string {
  const letters = capitals.join('');
  return letters + letters.toLowerCase();
}

/** What is odd about an id whatever products there are, as a sentence's end; null: nothing is. */
export function oddityOf(sku: string): string | null {
  if (ROUNDED_NUMBER.test(sku)) {
    return 'a spreadsheet has rounded it: format the column as text and export it again';
  }
  if (DATE_OF_SPREADSHEET.test(sku)) {
    return 'a spreadsheet has made a date of it: format the column as text and export it again';
  }
  const foreign = /[A-Za-z]/.test(sku)
    ? [...sku].find((letter) => letter.toUpperCase() in LOOK_ALIKES)
    : undefined;
  if (foreign === undefined) return null;
  const point = (foreign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `its "${foreign}" is U+${point}, which looks like the Latin letter ${LOOK_ALIKES[foreign.toUpperCase()]}`;
}
