/** What the last verification of a shop has found, row by row. */
import { DIFFERENCE_CAUSES, isHealedByFile, needsALook } from '../domain/difference.ts';
import { byDefault, choice, count, id, label, optional } from '../domain/input-fields.ts';
import { PAGE_ROWS_MAX, PAGE_ROWS_SHOWN } from '../domain/limits.ts';
import {
  findLastVerification,
  listDifferences,
  type ListedDifference,
} from '../postgres/lane/verification-history.ts';
import { findShop } from '../postgres/master-data/shops.ts';
import { defineOperation } from './operation.ts';
import { readPage } from './page-of-rows.ts';

export const listShopDifferences = defineOperation({
  name: 'shop.differences',
  role: 'viewer',
  description:
    'where Shopify showed another number than Online ATP, by the last verification of all products',
  fields: {
    shopId: id('the shop'),
    cause: optional(choice('only differences of this cause', DIFFERENCE_CAUSES)),
    limit: byDefault(count('differences at most', PAGE_ROWS_MAX), PAGE_ROWS_SHOWN),
    after: optional(label('where to go on: the last SKU of the page before', 'sku')),
  },
  run: async ({ app }, { shopId, cause, limit, after }) => {
    const database = await app.database();
    await findShop(database, shopId);
    const verification = await findLastVerification(database, shopId);
    if (verification === null) return { shopId, verification, differences: [], next: null };
    const id = { shopId, verification: verification.verification };
    const from = { cause: cause ?? null, after: after ?? null };
    const { rows, next } = await readPage(
      limit,
      (rowsMax) => listDifferences(database, id, { ...from, limit: rowsMax }),
      (last) => last.sku,
    );
    return { shopId, verification, differences: rows.map(toDifference), next };
  },
});

function toDifference({ sku, onlineAtp, shopify, cause, isOwed }: ListedDifference) {
  return {
    ...{ sku, onlineAtp, shopify },
    /** Units that Shopify shows too many; null: it does not know the item. */
    excess: shopify === null ? null : shopify - onlineAtp,
    cause,
    needsALook: needsALook(cause),
    isHealedByFile: isHealedByFile(cause),
    /** The next file has the product again already. */
    isOwed,
  };
}
