import { listLeftLocations } from '../../postgres/lane/upload-files.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import { counted } from '../../domain/words.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/**
 * Locations that the shop has left and that Shopify still sells from. What a drain could not send to zero is sold there,
 * and nothing of ours changes it any more. And Shopify restocks a cancelled order at the location of the order.
 *
 * @param wellNow what is right about the shop's location of now
 */
export async function inspectLeftLocations(app: Application, shop: Shop, wellNow: string): Promise<Finding> {
  const stillSold: string[] = [];
  const notDrained: string[] = [];
  for (const { locationId, sequence, quarantined } of await listLeftLocations(
    await app.database(),
    shop.shopId,
  )) {
    const left = await (await app.adminApi({ ...shop, locationId })).readLocation();
    if (!left?.isActive || !left.fulfillsOnlineOrders) continue;
    const name = `"${left.name}" (${locationId})`;
    stillSold.push(name);
    if (quarantined > 0)
      notDrained.push(`${counted(quarantined, 'product')} at ${name}, by file ${sequence}`);
  }
  const switchOff = 'in Shopify, under Settings > Locations, switch "Fulfill online orders" off';
  if (notDrained.length > 0) {
    return faulty(
      `The shop has left a location, and Shopify could not take everything of its drain: ${notDrained.join('; ')}. What Shopify has of these products there may still be sold, and nothing changes it any more.`,
      `Where nothing else is sold from there: ${switchOff}. Else set these quantities to 0 in Shopify.`,
      { code: 'LEFT_LOCATION_SELLS' },
    );
  }
  if (stillSold.length === 0) return fine(wellNow);
  return fine(
    wellNow,
    `The shop has left ${stillSold.join(' and ')}, and what is restocked there is still sold: ${switchOff}.`,
  );
}
