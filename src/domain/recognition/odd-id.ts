/** What programs have made of an id on its way, whatever products and orders there are. */
import { latinFor } from './look-alikes.ts';
import { readAsUtf8 } from './misread-text.ts';

/** `10-Nov` and `Nov-26`, as spreadsheets show a date, in English, German, French and Spanish. */
const MONTHS =
  'jan|ene|f[eé]b|f[eé]v|m[aä]r|apr|avr|abr|ma[iy]|jun|jui|jul|aug|ao[uû]|ago|sep|o[ck]t|nov|d[eé][cz]|dic';
const DATE_OF_SPREADSHEET = new RegExp(
  `^(\\d{1,2}[-. ](${MONTHS})[a-zé]{0,2}\\.?|(${MONTHS})[a-zé]{0,2}[-. ]\\d{2})$`,
  'i',
);

/** `1.23E+11`, as spreadsheets show a long number. */
const ROUNDED_NUMBER = /^\d([.,]\d+)?E\+?\d{1,2}$/i;

/** The same of which a fraction or a plus says so: somebody may call a thing `2E5`. */
const SURELY_ROUNDED = /^\d([.,]\d+E\+?|E\+)\d{1,2}$/i;

/** `#N/A` and `#REF!`, in any language, and a number that has no room in its column. */
const FAULT_OF_SPREADSHEET = /^#([A-ZÀ-ÖØ-Þ0/]+[!?]|N\/A|NV|N\/D|#+)$/i;

/** How programs write that they know nothing. */
const NO_VALUE = /^(\\N|\(?null\)?|none|nan|undefined)$/i;

/** What stands where a program has lost a letter. */
const LOST_LETTER = '\uFFFD';

/** Patterns of ids of which nothing is left that says what was meant; in any case. Postgres understands them, too. */
export const LOST_IDS: readonly string[] = [
  ...[ROUNDED_NUMBER, DATE_OF_SPREADSHEET, FAULT_OF_SPREADSHEET, NO_VALUE].map(({ source }) => source),
  LOST_LETTER,
];

/** Whether a spreadsheet has surely rounded it. */
export function isRounded(id: string): boolean {
  return SURELY_ROUNDED.test(id);
}

/** Why several ids may have become this one on their way, as a sentence's end; null: nothing says so. */
export function lossOf(id: string): string | null {
  if (isRounded(id)) return ROUNDED;
  if (FAULT_OF_SPREADSHEET.test(id))
    return 'a spreadsheet shows a fault in its place: mend the formula, and export it again';
  if (NO_VALUE.test(id)) return 'with this word a program says that it knows none';
  if (id.includes(LOST_LETTER))
    return 'a program has lost a letter of it, which is U+FFFD now: export it again as "CSV UTF-8"';
  return null;
}

const ROUNDED = 'a spreadsheet has rounded it: format the column as text and export it again';

/** Marks without a width, blanks that are no ordinary one, and tabs. */
const UNSEEN = /[\p{Cf}\p{Cc}]|(?! )\s/u;

/** What is odd about an id, as a sentence's end; null: nothing is. */
export function oddityOf(id: string): string | null {
  const loss = lossOf(id);
  if (loss !== null) return loss;
  if (DATE_OF_SPREADSHEET.test(id)) {
    return 'a spreadsheet has made a date of it: format the column as text and export it again';
  }
  if (/^\d+\.0+$/.test(id)) return 'a program has made a number of it: export it as text';
  const [unseen] = UNSEEN.exec(id) ?? [];
  if (unseen !== undefined) return `it has ${pointOf(unseen)} in it, which nobody sees`;
  const meant = readAsUtf8(id);
  if (meant !== null) return `its letters are garbled: in UTF-8 it is "${meant}"`;
  const foreign = /[A-Za-z]/.test(id) ? [...id].find((letter) => latinFor(letter) !== null) : undefined;
  if (foreign === undefined) return null;
  return `its "${foreign}" is ${pointOf(foreign)}, which looks like the Latin letter ${latinFor(foreign)}`;
}

function pointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The id without what nobody sees: a blank of another kind is one. */
export function withoutUnseen(id: string): string {
  return id.replace(/[\p{Cf}\p{Cc}]/gu, '').replace(/\s/g, ' ');
}
