import { leftInWords } from '../../domain/left-items.ts';
import { listLeftItems } from '../../postgres/lane/left-items.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/**
 * Items of the shop's location that no product has any more, and that show a number of ours. What waits for the next file,
 * or is in a drain, ends by itself; locations that the shop has left are looked at together with Shopify.
 */
export async function inspectLeftItems(
  app: Application,
  { shopId, locationId, collapseLimitPercent }: Shop,
): Promise<Finding> {
  const here = (await listLeftItems(await app.database(), shopId)).filter(
    (left) => left.locationId === locationId,
  );
  const withheld = here.find(({ state }) => state === 'WITHHELD');
  const onSale = here.find(({ state }) => state === 'ON_SALE');
  const drain = `\`atp shop drain ${shopId}\``;
  if (withheld) {
    return faulty(
      `${leftInWords(withheld)} on Shopify have lost the SKU of their product, more at once than may collapse (${collapseLimitPercent} %), and are still sold.`,
      `If their SKUs were changed by mistake, correct them in Shopify; then \`atp shop map ${shopId}\`. Else ${drain} sends them to 0.`,
      { code: 'LEFT_ITEMS_SELL', since: new Date(withheld.since) },
    );
  }
  if (onSale) {
    return faulty(
      `${leftInWords(onSale)} on Shopify belong to no product any more, and file ${onSale.sequence} has not sent them to 0: they may still be sold.`,
      `${drain} tries again. Where somebody else looks after them: ${drain.slice(0, -1)} --dismiss --reason <text>\`.`,
      { code: 'LEFT_ITEMS_SELL', since: new Date(onSale.since) },
    );
  }
  const [first] = here;
  if (!first) return fine('Nothing is on sale that no product has any more.');
  return fine(
    `${leftInWords(first)} go to 0 with ${first.state === 'DRAINING' ? `file ${first.sequence}` : 'the next file'}.`,
  );
}
