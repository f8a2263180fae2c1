import { z } from 'zod';
import { AtpError } from '../domain/errors.ts';
import type { ObservedItem } from '../domain/row-decision.ts';
import type { AdminClient, ShopConnection } from './admin-client.ts';
import { refuseUnusable } from './shop-location.ts';

const ITEM = z.object({
  id: z.string(),
  tracked: z.boolean(),
  inventoryLevel: z
    .object({
      isActive: z.boolean(),
      quantities: z.array(z.object({ name: z.string(), quantity: z.int() })),
    })
    .nullable(),
});
const ANSWER = z.object({
  location: z.object({ isActive: z.boolean() }).nullable(),
  nodes: z.array(ITEM.nullable()),
});

/** What Shopify shows of each item at the shop's location, in the order of the ids; null: there is no such item. */
export async function readItems(
  client: AdminClient,
  shop: ShopConnection,
  inventoryItemIds: readonly string[],
): Promise<readonly (ObservedItem | null)[]> {
  if (inventoryItemIds.length === 0) return [];
  const { items } = await readAtLocation(client, shop, inventoryItemIds);
  return items;
}

/** The same for items that are to be written. Throws LOCATION_UNUSABLE when nothing can be written at the location. */
export async function readItemsToWrite(
  client: AdminClient,
  shop: ShopConnection,
  inventoryItemIds: readonly string[],
): Promise<readonly (ObservedItem | null)[]> {
  const { location, items } = await readAtLocation(client, shop, inventoryItemIds);
  refuseUnusable(shop, location);
  return items;
}

async function readAtLocation(
  client: AdminClient,
  { locationId }: ShopConnection,
  inventoryItemIds: readonly string[],
): Promise<{
  readonly location: z.output<typeof ANSWER>['location'];
  readonly items: readonly (ObservedItem | null)[];
}> {
  const { location, nodes } = await client.request(
    'ReadOnlineAtp',
    { ids: inventoryItemIds, locationId },
    ANSWER,
  );
  // A compare-and-swap on the quantity of another item would be a wrong write, so every position is checked.
  const isInOrder =
    nodes.length === inventoryItemIds.length &&
    nodes.every((node, index) => node === null || node.id === inventoryItemIds[index]);
  if (!isInOrder) {
    throw new AtpError('SHOPIFY_RESPONSE_UNEXPECTED', {
      reason: 'ReadOnlineAtp: the answer has other items than we asked for',
    });
  }
  return { location, items: nodes.map((node) => node && toObservedItem(node)) };
}

function toObservedItem({ tracked, inventoryLevel }: z.output<typeof ITEM>): ObservedItem {
  const available = inventoryLevel?.quantities.find(({ name }) => name === 'available');
  return {
    tracked,
    levelActive: inventoryLevel?.isActive ?? false,
    available: available?.quantity ?? null,
  };
}
