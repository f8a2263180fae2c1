/** What Shopify has been asked so far. */
import type { Installation } from '../end-to-end/installation.ts';

/** A call was repeated while Shopify was still at it: its key is taken. */
export async function untilRefusedAsConcurrent(shop: Installation): Promise<void> {
  await shop.until(async () =>
    (await shop.twin.requests('SetOnlineAtp')).some(({ userErrors, errors }) =>
      [...errors, ...userErrors.map(({ code }) => code)].includes('IDEMPOTENCY_CONCURRENT_REQUEST'),
    ),
  );
}

/** A call came again after it had been answered: Shopify answers from its key store. */
export async function hasReplayed(shop: Installation): Promise<boolean> {
  return (await shop.twin.requests('SetOnlineAtp')).some(({ replayed }) => replayed);
}
