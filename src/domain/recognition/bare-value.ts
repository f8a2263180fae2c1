/**
 * A value without what programs put round it: blanks that are seen or not, the apostrophe that tells a spreadsheet "this is
 * text", and `="…"`, which does the same in a file.
 */
export function bareValue(text: string): string {
  const trimmed = trimUnseen(text);
  const formula = trimmed.startsWith('=') ? /^="(.*)"$/s.exec(trimmed)?.[1] : undefined;
  if (formula !== undefined) return trimUnseen(formula.replaceAll('""', '"'));
  if (!trimmed.startsWith("'")) return trimmed;
  return trimUnseen(trimmed.slice(1).replace(/'$/, ''));
}

/**
 * White space in the sense of Unicode (a no-break blank is one), and marks without a width: blanks, joiners, directions. Windows puts
 * those round a number that is copied from one of its programs.
 */
const UNSEEN = String.raw`\s\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF`;

/** Old programs end a file with it (DOS, Ctrl-Z). */
const END_OF_FILE = '\u001A';

const EDGES = new RegExp(`^[${UNSEEN}${END_OF_FILE}]+|[${UNSEEN}${END_OF_FILE}]+$`, 'g');

/** Most values begin and end with a letter, a digit or a sign of ASCII: they need no second look, of which a file has millions. */
const isPlain = (code: number) => code > 0x20 && code < 0x7f;

function trimUnseen(text: string): string {
  if (isPlain(text.charCodeAt(0)) && isPlain(text.charCodeAt(text.length - 1))) return text;
  return text.replace(EDGES, '');
}
