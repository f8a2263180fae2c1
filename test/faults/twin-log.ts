/** What Shopify has been asked so far. */
import type { Installation } from '../end-to-end/installation.ts';
import type { HoldStatus } from '../../src/stand-ins/shopify-twin/index.ts';

/**
 * Waits until a repeat of the call that waits at this hold has come, and Shopify has answered it. It refuses the repeat
 * because the first request still runs; where replay is off it knows no keys, and executes the repeat.
 */
export async function untilRepeated(shop: Installation, hold: string): Promise<void> {
  const { request } = await shop.twin.control<HoldStatus>('GET', `/holds/${hold}`);
  const key = request?.variables['idempotencyKey'];
  await shop.until(async () =>
    (await shop.twin.requests('SetOnlineAtp')).some(({ variables }) => variables['idempotencyKey'] === key),
  );
}

/** Whether a call has come to Shopify more than once. */
export async function hasRepeated(shop: Installation): Promise<boolean> {
  const keys = (await shop.twin.requests('SetOnlineAtp')).map(({ variables }) => variables['idempotencyKey']);
  return new Set(keys).size < keys.length;
}
