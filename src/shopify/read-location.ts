import { z } from 'zod';
import type { AdminClient, ShopConnection } from './admin-client.ts';
import { wordsOfShopify } from './words-of-shopify.ts';

export interface ShopLocation {
  readonly name: string;
  readonly isActive: boolean;
  readonly fulfillsOnlineOrders: boolean;
}

const ANSWER = z.object({
  location: z
    .object({
      name: z.string().transform(wordsOfShopify),
      isActive: z.boolean(),
      fulfillsOnlineOrders: z.boolean(),
    })
    .nullable(),
});

export async function readLocation(
  client: AdminClient,
  { locationId }: ShopConnection,
): Promise<ShopLocation | null> {
  const { location } = await client.request('ReadLocation', { locationId }, ANSWER);
  return location;
}
