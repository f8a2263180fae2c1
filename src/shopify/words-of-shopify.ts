import { SHOWN_TEXT_LENGTH_MAX } from '../domain/limits.ts';
import { showText } from '../domain/shown-text.ts';
import { withoutSecrets } from '../domain/without-secrets.ts';

/** What Shopify says, as we keep and repeat it: without what might be a token, on one line, and cut. */
export function wordsOfShopify(text: string): string {
  return showText(withoutSecrets(text), SHOWN_TEXT_LENGTH_MAX);
}
