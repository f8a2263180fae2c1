/** What separates the values of a file, by its first line. */
import { SEPARATOR_NAMES, SEPARATORS, type Separator } from '../feed-source.ts';
import { splitLine } from './split-line.ts';

/** A first line such as `sep=;`, which spreadsheets write and read; null: it is none. */
export function statedSeparator(line: string): Separator | null {
  const sign = /^\s*"?sep=(.)"?\s*$/i.exec(line)?.[1];
  return SEPARATOR_NAMES.find((name) => SEPARATORS[name] === sign) ?? null;
}

export interface HeaderGuess<Known> {
  readonly separator: Separator;
  readonly header: readonly string[];
  readonly known: Known;
}

/**
 * Reads the header with each separator that may be meant. The one is taken with which nothing is missing; where there is
 * none, or more than one, that with which least is missing, so that a message can name it.
 *
 * @returns `isSure`: exactly one separator fits, or the header is one name, which nothing separates
 */
export function recogniseSeparator<Known extends { readonly missing: readonly unknown[] }>(
  line: string,
  stated: Separator | null,
  know: (header: readonly string[]) => Known,
): { readonly guess: HeaderGuess<Known>; readonly isSure: boolean } {
  const guesses = (stated === null ? SEPARATOR_NAMES : [stated]).map((separator) => {
    const header = splitLine(line, SEPARATORS[separator]);
    return { separator, header, known: know(header) };
  });
  const fitting = guesses.filter(({ known }) => known.missing.length === 0);
  const [best] = fitting.length > 0 ? fitting : guesses.toSorted(byMissing);
  if (!best) throw new Error('There is always a separator to try.');
  return { guess: best, isSure: fitting.length === 1 || fitting.every(({ header }) => header.length === 1) };
}

/** With equally many missing, the header that falls into more columns. */
function byMissing<Known extends { readonly missing: readonly unknown[] }>(
  one: HeaderGuess<Known>,
  other: HeaderGuess<Known>,
): number {
  return one.known.missing.length - other.known.missing.length || other.header.length - one.header.length;
}
