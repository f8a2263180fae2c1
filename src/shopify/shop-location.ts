/** The location of a shop on Shopify: without it, nothing can be read or written there. */
import { AtpError } from '../domain/errors.ts';
import type { ShopConnection } from './admin-client.ts';
import type { ShopLocation } from './read-location.ts';

type ShopPlace = Pick<ShopConnection, 'locationId' | 'domain'>;

/** Throws LOCATION_UNUSABLE when Shopify has no such location, and what the shop's API throws. */
export async function requireLocation(
  shop: ShopPlace,
  api: { readLocation(): Promise<ShopLocation | null> },
): Promise<ShopLocation> {
  const location = await api.readLocation();
  if (location === null) throw locationUnusableError(shop, 'there is no such location');
  return location;
}

/**
 * Throws LOCATION_UNUSABLE also when the location is deactivated: nothing is sold there, and nothing can be written.
 *
 * @param location as Shopify has just shown it; null: there is none of the shop's id
 */
export function refuseUnusable(shop: ShopPlace, location: Pick<ShopLocation, 'isActive'> | null): void {
  if (location === null) throw locationUnusableError(shop, 'there is no such location');
  if (!location.isActive) throw locationUnusableError(shop, 'it is deactivated');
}

export function locationUnusableError({ locationId, domain }: ShopPlace, reason: string): AtpError {
  return new AtpError('LOCATION_UNUSABLE', { locationId, domain, reason });
}
