/** The location of a shop on Shopify: without it, nothing can be read or written there. */
import { AtpError } from '../domain/errors.ts';
import type { AdminApi } from './admin-api.ts';
import type { ShopConnection } from './admin-client.ts';
import type { ShopLocation } from './read-location.ts';

type ShopPlace = Pick<ShopConnection, 'locationId' | 'domain'>;

/** Throws LOCATION_UNUSABLE when Shopify has no such location, and what the shop's API throws. */
export async function requireLocation(
  shop: ShopPlace,
  api: Pick<AdminApi, 'readLocation'>,
): Promise<ShopLocation> {
  const location = await api.readLocation();
  if (location === null) throw locationUnusableError(shop, 'there is no such location');
  return location;
}

export function locationUnusableError({ locationId, domain }: ShopPlace, reason: string): AtpError {
  return new AtpError('LOCATION_UNUSABLE', { locationId, domain, reason });
}
