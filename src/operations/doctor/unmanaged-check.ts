import { variantsInWords } from '../../domain/unmanaged-stock.ts';
import { findUnmanagedStock } from '../../postgres/mapping/unmanaged-variants.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/** Units for sale that the last verification has seen of variants without a product, and that nobody has dismissed. */
export async function inspectUnmanaged(app: Application, { shopId }: Shop): Promise<Finding> {
  const found = await findUnmanagedStock(await app.database(), shopId);
  if (found === null) return fine('No verification has found stock that nobody manages.');
  return faulty(
    `${variantsInWords(found)} for sale at the shop’s location, and no product is mapped to ${found.variants === 1 ? 'it' : 'them'}: nothing lowers what Shopify shows.`,
    `\`atp verify ${shopId}\` lists them. \`atp product import --from-shop ${shopId}\` makes products of their SKUs; where somebody else looks after them: \`atp shop drain ${shopId} --dismiss --reason <text>\`.`,
    { code: 'UNMANAGED_STOCK', since: found.since },
  );
}
