/** Letters that look like others: nobody who reads two ids sees that they differ. */

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

/** Signs that programs put in the place of a hyphen: as they type, so that a line does not break at it, or as a minus. */
const DASHES = '\u2010\u2011\u2012\u2013\u2014\u2212';

/** The Latin letter that a letter of another alphabet looks like; null: it looks like none. */
export function latinFor(letter: string): string | null {
  return LOOK_ALIKES[letter.toUpperCase()] ?? null;
}

/** The same text in Latin letters and with hyphens. */
export function toLatin(text: string): string {
  return [...text].map((letter) => latinFor(letter) ?? (DASHES.includes(letter) ? '-' : letter)).join('');
}

/** Letters and dashes, and at the same place what they look like. */
export const LOOK_ALIKE_LETTERS = {
  foreign: lettersOf(Object.keys(LOOK_ALIKES)) + DASHES,
  latin: lettersOf(Object.values(LOOK_ALIKES)) + '-'.repeat(DASHES.length),
} as const;

function lettersOf(capitals: readonly string[]): string {
  const letters = capitals.join('');
  return letters + letters.toLowerCase();
}
