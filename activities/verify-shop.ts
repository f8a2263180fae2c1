import { Context } from '@temporalio/activity';
import { differenceCause, unitsForSale, type DifferenceCause } from '../src/domain/difference.ts';
import { DIFFERENCES_LISTED_MAX, ROWS_PER_CALL } from '../src/domain/limits.ts';
import type { Database } from '../src/postgres/database.ts';
import { findShop, type Shop } from '../src/postgres/shops.ts';
import { oweProducts, productsToVerify, sampleOfProducts } from '../src/postgres/verifying.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { keepAlive } from './keep-alive.ts';

export interface VerifyDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
}

export interface Difference {
  readonly sku: string;
  readonly onlineAtp: number;
  /** Units for sale on Shopify; null when it does not know the item. */
  readonly shopify: number | null;
  readonly cause: DifferenceCause;
}

export interface VerifyResult {
  readonly shopId: string;
  readonly checked: number;
  readonly equal: number;
  /** The first DIFFERENCES_LISTED_MAX; `differentCount` counts all. */
  readonly different: readonly Difference[];
  readonly differentCount: number;
  readonly causes: Readonly<Partial<Record<DifferenceCause, number>>>;
  /** Products that the next file carries again. */
  readonly healing: number;
}

/** What a file can mend: Shopify's own settings are a person's to change. */
const HEALED_BY_A_FILE: readonly DifferenceCause[] = ['CHANGED_ON_SHOPIFY', 'QUARANTINED', 'OWED'];

export function createVerifyActivities({ database, adminApi }: VerifyDeps) {
  return {
    /** Compares the Online ATP of now with what Shopify really holds, for all mapped products or a sample. */
    async compareShop({
      shopId,
      sample,
      heal,
    }: {
      readonly shopId: string;
      readonly sample?: number;
      readonly heal?: boolean;
    }): Promise<VerifyResult> {
      return keepAlive(async () => {
        const shop = await findShop(database, shopId);
        const api = adminApi(shop);
        const only = sample === undefined ? null : await sampleOfProducts(database, shopId, sample);
        const different: Difference[] = [];
        const causes: Partial<Record<DifferenceCause, number>> = {};
        let checked = 0;
        let healing = 0;
        for (let after = ''; ;) {
          Context.current().cancellationSignal.throwIfAborted();
          const page = await productsToVerify(database, { shopId, after, limit: ROWS_PER_CALL, only });
          const last = page.at(-1);
          if (!last) break;
          const items = await api.readItems(page.map((product) => product.inventoryItemId));
          const toHeal: string[] = [];
          for (const [index, product] of page.entries()) {
            const item = items[index] ?? null;
            const cause = differenceCause(product, item);
            if (cause === null) continue;
            causes[cause] = (causes[cause] ?? 0) + 1;
            if (HEALED_BY_A_FILE.includes(cause)) toHeal.push(product.productId);
            if (different.length >= DIFFERENCES_LISTED_MAX) continue;
            const { sku, onlineAtp } = product;
            different.push({ sku, onlineAtp, shopify: unitsForSale(item), cause });
          }
          if (heal && toHeal.length > 0) {
            await oweProducts(database, shopId, toHeal, 'HEAL');
            healing += toHeal.length;
          }
          checked += page.length;
          after = last.productId;
        }
        const differentCount = Object.values(causes).reduce((sum, count) => sum + count, 0);
        const equal = checked - differentCount;
        return { shopId, checked, equal, different, differentCount, causes, healing };
      });
    },
  };
}
