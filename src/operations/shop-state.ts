import { listShops, type Shop } from '../postgres/master-data/shops.ts';
import type { Context } from './operation.ts';

/** The shop as the audit log keeps it before and after an act: references to secrets, and no secret. */
export async function shopState({ app }: Context, input: { readonly shopId: string }): Promise<Shop | null> {
  const shops = await listShops(await app.database());
  return shops.find((shop) => shop.shopId === input.shopId) ?? null;
}
