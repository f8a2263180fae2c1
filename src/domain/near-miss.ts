/** What somebody may have meant who typed a SKU that does not exist. */
import { NEAR_MISS_LENGTH_MAX } from './limits.ts';

const DIGITS_AND_MARKS = '0123456789-_./ ';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/**
 * The texts that differ from `typed` by its case as a whole, by one character that is wrong, missing or too much, or by two
 * neighbours that changed places; each once, and without `typed` itself. Those that differ by case alone come first. All
 * of them can be looked up by an index: for 20 characters there are about 4,000, for NEAR_MISS_LENGTH_MAX 8,000. A longer
 * text is tried in other cases only.
 */
export function nearMisses(typed: string): readonly string[] {
  const cases = [typed.toUpperCase(), typed.toLowerCase(), typed];
  const near = new Set(cases);
  if (typed.length <= NEAR_MISS_LENGTH_MAX) {
    for (const text of cases) for (const other of oneEditFrom(text)) near.add(other);
  }
  near.delete(typed);
  near.delete('');
  return [...near];
}

/** In the case of the text: a SKU in capitals is not meant to get a small letter. */
function* oneEditFrom(text: string): Generator<string> {
  const letters = text === text.toUpperCase() ? LETTERS.toUpperCase() : LETTERS;
  const alphabet = [...letters, ...DIGITS_AND_MARKS];
  for (let at = 0; at <= text.length; at += 1) {
    const before = text.slice(0, at);
    const first = text.charAt(at);
    const second = text.charAt(at + 1);
    const after = text.slice(at + 1);
    if (first !== '') yield before + after;
    if (second !== '') yield before + second + first + text.slice(at + 2);
    for (const letter of alphabet) {
      if (first !== '') yield before + letter + after;
      yield before + letter + text.slice(at);
    }
  }
}
