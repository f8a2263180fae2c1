/** What Shopify has been asked so far. */
import type { Installation } from '../end-to-end/installation.ts';

/** Waits until Shopify has refused a repeat because the first request with its key still runs. */
export async function untilRefusedAsConcurrent(shop: Installation): Promise<void> {
  await shop.until(async () =>
    (await shop.twin.requests('SetOnlineAtp')).some(({ userErrors, errors }) =>
      [...errors, ...userErrors.map(({ code }) => code)].includes('IDEMPOTENCY_CONCURRENT_REQUEST'),
    ),
  );
}

/** Whether Shopify has answered a repeat from its key store, because the call had been applied before. */
export async function hasReplayed(shop: Installation): Promise<boolean> {
  return (await shop.twin.requests('SetOnlineAtp')).some(({ replayed }) => replayed);
}
