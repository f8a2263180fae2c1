/** Differences of the last verification that a file mends: the next file has their products again. */
import { DIFFERENCE_CAUSES, HEALED_BY_A_FILE } from '../domain/difference.ts';
import { choice, invalid, label, list, optional } from '../domain/input-fields.ts';
import { SKUS_ASKED_MAX } from '../domain/limits.ts';
import { SHOP_FIELDS } from '../domain/shop-fields.ts';
import { counted } from '../domain/words.ts';
import { findLastVerification, listHealable, type Healable } from '../postgres/lane/verification-history.ts';
import { healProducts } from '../postgres/lane/verified-rows.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import { ifTemporalIsThere } from './best-effort-temporal.ts';
import { confirm, YES } from './confirmation.ts';
import { defineOperation } from './operation.ts';

export const healShop = defineOperation({
  name: 'shop.heal',
  role: 'operator',
  description:
    'let the next file make equal what the last verification has found different, all or some of it',
  fields: {
    shopId: { ...SHOP_FIELDS.shopId, about: 'the shop' },
    skus: optional(list('only these products', label('the product’s SKU', 'sku'), SKUS_ASKED_MAX)),
    cause: optional(choice('only differences of this cause', DIFFERENCE_CAUSES)),
    yes: YES,
  },
  check: ({ cause }, nameOf) => {
    if (cause !== undefined && !HEALED_BY_A_FILE.includes(cause))
      throw invalid(`${nameOf('cause')} ${cause} is mended by no file`);
  },
  run: async (context, { shopId, skus = null, cause = null, yes }) => {
    const { app } = context;
    const database = await app.database();
    await findShop(database, shopId);
    const verification = await findLastVerification(database, shopId);
    const found =
      verification === null
        ? []
        : await listHealable(database, { shopId, verification: verification.verification }, { skus, cause });
    const estimate = estimateOf(found);
    if (found.length > 0) await confirm(context, yes, consequenceOf(shopId, estimate));
    await healProducts(
      database,
      shopId,
      found.map(({ productId }) => productId),
    );
    const run =
      found.length === 0
        ? null
        : await ifTemporalIsThere(app, async (temporal) => {
            const { runJob } = await import('../temporal/run-job.ts');
            await runJob(temporal, { job: 'recent-changes', shopId }, { wait: false });
          });
    return { shopId, verifiedAt: verification?.verifiedAt ?? null, ...estimate, run };
  },
});

function estimateOf(found: readonly Healable[]) {
  const excess = found.map(({ onlineAtp, shopify }) => (shopify ?? onlineAtp) - onlineAtp);
  const sum = (units: readonly number[]) => units.reduce((total, one) => total + one, 0);
  return {
    products: found.length,
    /** Units that Shopify would show less, and more, than the verification has seen. */
    unitsLess: sum(excess.filter((units) => units > 0)),
    unitsMore: 0 - sum(excess.filter((units) => units < 0)),
    /** Products of which more units are shown once the orders up to now are imported: they may be sold. */
    mayBeSales: found.filter(({ cause }) => cause === 'MAY_BE_SALES').length,
  };
}

function consequenceOf(
  shopId: string,
  { products, unitsLess, unitsMore, mayBeSales }: ReturnType<typeof estimateOf>,
): string {
  const sales =
    mayBeSales === 0
      ? ''
      : ` Of ${counted(mayBeSales, 'product')} the missing units may be sold: they are put on sale again once the orders up to now are imported.`;
  return `The next file of ${shopId} has ${counted(products, 'product')} again: ${unitsLess} units less and ${unitsMore} more than Shopify has shown.${sales}`;
}
