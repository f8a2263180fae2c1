import { productsInWords } from '../../domain/catalogue.ts';
import { CLOCKS_APART_MS, MAPPING_AGE_MAX_MS } from '../../domain/limits.ts';
import { findMappingState } from '../../postgres/mapping/mapping-check.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { Application } from '../application.ts';
import { faulty, fine, type Finding } from './check.ts';

/** Whether the shop's catalogue is matched again and again, and whether a person is waited for. */
export async function inspectCatalogue(
  app: Application,
  { shopId, unmapLimitPercent, closingSince }: Shop,
): Promise<Finding> {
  if (closingSince !== null) return fine('The shop is emptied to be removed, so nothing is matched.');
  const { mappedAt, held } = await findMappingState(await app.database(), shopId);
  if (mappedAt === null) return fine('It was never read.', `\`atp shop map ${shopId}\` matches it by SKU.`);
  const at = mappedAt.toISOString();
  if (held.count > 0) {
    return faulty(
      `The items of ${productsInWords(held)} have other SKUs on Shopify now, which is more than ${unmapLimitPercent} % at once (as of ${at}). They keep their items until a person decides.`,
      `If the SKUs are wrong in Shopify, correct them there. If the products are to leave the shop, \`atp shop map ${shopId} --approve\` unmaps them.`,
      { code: 'MAPPING_HELD' },
    );
  }
  const ageMs = Date.now() - mappedAt.getTime();
  // A time that lies ahead was recorded before the clock was set back: nobody knows how old it is.
  if (ageMs > MAPPING_AGE_MAX_MS || ageMs < -CLOCKS_APART_MS) {
    return faulty(
      `It was matched last at ${at}, so variants and products that are new since sell nothing.`,
      `\`atp job show map-shop --shop ${shopId}\` shows when it runs, \`atp pipeline failed\` why it fails, and \`atp shop map ${shopId}\` does it now.`,
      { code: 'MAPPING_OLD', since: mappedAt },
    );
  }
  return fine(`It was matched by SKU at ${at}.`);
}
