import { leftInWords } from '../../domain/left-items.ts';
import { listLeftItems } from '../../postgres/lane/left-items.ts';
import { listLeftLocations } from '../../postgres/lane/upload-files.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/**
 * Locations that the shop has left and that Shopify still sells from. What no drain has sent to zero is sold there, and
 * nothing of ours changes it any more, until a person drains it or dismisses it. And Shopify restocks a cancelled order at
 * the location of the order.
 *
 * @param wellNow what is right about the shop's location of now
 */
export async function inspectLeftLocations(app: Application, shop: Shop, wellNow: string): Promise<Finding> {
  const { shopId } = shop;
  const database = await app.database();
  const onSale = (await listLeftItems(database, shopId)).filter(
    ({ state, locationId }) => state === 'ON_SALE' && locationId !== shop.locationId,
  );
  const locations = new Set([
    ...(await listLeftLocations(database, shopId)),
    ...onSale.map(({ locationId }) => locationId),
  ]);
  const stillSold: string[] = [];
  const notDrained: string[] = [];
  for (const locationId of locations) {
    const left = await (await app.adminApi({ ...shop, locationId })).readLocation();
    if (!left?.isActive || !left.fulfillsOnlineOrders) continue;
    const name = `"${left.name}" (${locationId})`;
    stillSold.push(name);
    const items = onSale.find((found) => found.locationId === locationId);
    if (!items) continue;
    const file = items.sequence === null ? 'no file has' : `file ${items.sequence} has not`;
    notDrained.push(`${leftInWords(items)} at ${name}, which ${file} sent to 0`);
  }
  const switchOff = 'in Shopify, under Settings > Locations, switch "Fulfill online orders" off';
  if (notDrained.length > 0) {
    return faulty(
      `The shop has left a location, and Shopify still sells there: ${notDrained.join('; ')}. Nothing changes these quantities any more.`,
      `\`atp shop drain ${shopId}\` sends them to 0. Where nothing else is sold from there: ${switchOff}. Where somebody else sells them there: \`atp shop drain ${shopId} --dismiss --reason <text>\`.`,
      { code: 'LEFT_LOCATION_SELLS' },
    );
  }
  if (stillSold.length === 0) return fine(wellNow);
  return fine(
    wellNow,
    `The shop has left ${stillSold.join(' and ')}, and what is restocked there is still sold: ${switchOff}.`,
  );
}
