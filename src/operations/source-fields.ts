/** Fields of what is said of a source, or only tried. */
import { FEED_TYPES } from '../domain/feed-type.ts';
import { choice, clearable, id, list, pattern, wholeNumber, type Field } from '../domain/input-fields.ts';
import { SOURCE_NAMES_MAX } from '../domain/limits.ts';

export const source = id('a folder below incoming/; "incoming" is that folder itself', 'source');

/** There are too many types for one line of help. */
export function feedType(about: string) {
  return { ...choice(`${about}: ${FEED_TYPES.join(', ')}`, FEED_TYPES), placeholder: 'type' };
}

/** A limit of a gate; its default is for all sources. */
export function gate(about: string, ofAll: number, max = 100): Field<number | null, 'clearable'> {
  return clearable(wholeNumber(`${about} (default: ${ofAll}); more is held`, 0, max), 'none');
}

/** Pairs of a sender's name and ours. */
export function pairs(about: string, ours: string): Field<readonly string[] | null, 'clearable'> {
  const pair = pairsToTry(about, ours);
  return { ...clearable(pair, 'none'), placeholder: `theirs=${ours}` };
}

/** The same, of what is only tried. */
export function pairsToTry(about: string, ours: string): Field<readonly string[], 'required'> {
  const pair = pattern('a pair', {
    pattern: '^[^=\\p{Cc}]*[^=\\s\\p{Cc}][^=\\p{Cc}]*=\\s*[^=\\s\\p{Cc}][^=\\p{Cc}]*$',
    wanted: `<theirs>=${ours}`,
    placeholder: `theirs=${ours}`,
  });
  return { ...list(about, pair, SOURCE_NAMES_MAX), placeholder: `theirs=${ours}` };
}

export function toRecord(
  given: readonly string[] | null | undefined,
): Readonly<Record<string, string>> | null | undefined {
  if (!given) return given;
  return Object.fromEntries(
    given.map((pair) => {
      const [theirs = '', ours = ''] = pair.split('=');
      return [theirs.trim(), ours.trim()];
    }),
  );
}
