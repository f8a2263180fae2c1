/** Fields in which somebody may type a secret by mistake. */
import { PLACE_PATTERN } from './credential-reference.ts';
import { pattern } from './input-fields.ts';

/** No error repeats what was typed: somebody may have typed a token in the wrong place. */
export function hidden(
  about: string,
  rule: { readonly pattern: string; readonly wanted: string; readonly placeholder: string },
) {
  return pattern(about, { ...rule, isHidden: true });
}

/** `env:NAME` or `file:PATH`. */
export function reference(about: string) {
  return hidden(about, {
    pattern: PLACE_PATTERN,
    wanted:
      'env:NAME or file:PATH, NAME no variable of the database, SFTP or Temporal; the value itself is never stored',
    placeholder: 'env:NAME|file:PATH',
  });
}
