import { isCoded } from '../domain/errors.ts';
import type { Shop } from '../postgres/master-data/shops.ts';
import type { Application } from './application.ts';

/**
 * Asks Shopify for a sign of life, before a person waits for a run: the run would try for minutes. Only silence counts;
 * what else is wrong with the shop, such as a token that only the worker has, is for the run to find out.
 *
 * @throws AtpError SHOPIFY_UNREACHABLE after SHOPIFY_CALL_TIMEOUT_MS at the latest
 */
export async function requireAnswer(app: Application, shop: Shop): Promise<void> {
  try {
    await (await app.adminApi(shop)).readAccessScopes();
  } catch (error) {
    if (isCoded(error, 'SHOPIFY_UNREACHABLE')) throw error;
  }
}
