import { Context } from '@temporalio/activity';
import { AtpError } from '../src/domain/errors.ts';
import { differenceCause, unitsForSale, type DifferenceCause } from '../src/domain/difference.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import type { Difference, VerifyResult } from '../src/domain/jobs/verify.ts';
import { DIFFERENCES_LISTED_MAX, ROWS_PER_CALL } from '../src/domain/limits.ts';
import type { ObservedItem } from '../src/domain/row-decision.ts';
import type { Database } from '../src/postgres/database.ts';
import { findShop, type Shop } from '../src/postgres/master-data/shops.ts';
import {
  healProducts,
  listProductsToVerify,
  sampleProducts,
  type HealedProduct,
  type ProductToVerify,
} from '../src/postgres/lane/verified-rows.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { keepAlive } from './keep-alive.ts';

export interface VerifyDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
}

/** Causes that a file mends. A setting on Shopify is for a person to change, and unseen sales end by themselves. */
const HEALED_BY_A_FILE: readonly DifferenceCause[] = ['CHANGED_ON_SHOPIFY', 'QUARANTINED', 'OWED'];

/** How far a comparison has come; the next attempt goes on from there. */
interface Progress {
  /** The last product that was compared; empty at the start. */
  readonly after: string;
  readonly checked: number;
  readonly healing: number;
  readonly causes: Readonly<Partial<Record<DifferenceCause, number>>>;
  readonly different: readonly Difference[];
}

const AT_THE_START: Progress = { after: '', checked: 0, healing: 0, causes: {}, different: [] };

export function createVerifyActivities({ database, adminApi }: VerifyDeps) {
  return {
    /**
     * Compares the Online ATP of now with what Shopify shows, for all mapped products or a sample. An attempt goes on
     * where the last one stopped; a sample is drawn anew.
     *
     * Throws SHOP_UNKNOWN, SHOP_NOT_MAPPED, and what the shop's API throws.
     */
    async compareShop({ shopId, sample, heal = false }: JobInput<'verify'>): Promise<VerifyResult> {
      const { cancellationSignal, info } = Context.current();
      const earlier = info.heartbeatDetails as Progress | undefined;
      let progress = sample === undefined && earlier ? earlier : AT_THE_START;
      const compareAll = async (): Promise<VerifyResult> => {
        const shop = await findShop(database, shopId);
        const api = adminApi(shop);
        const only = sample === undefined ? null : await sampleProducts(database, shopId, sample);
        for (;;) {
          cancellationSignal.throwIfAborted();
          const { after } = progress;
          const page = await listProductsToVerify(database, { shopId, after, limit: ROWS_PER_CALL, only });
          if (page.length === 0) break;
          const items = await api.readItems(page.map((product) => product.inventoryItemId));
          const compared = comparePage(page, items);
          if (heal) await healProducts(database, shopId, compared.mendable);
          progress = addPage(progress, compared, heal);
        }
        if (progress.checked === 0) throw new AtpError('SHOP_NOT_MAPPED', { shopId });
        return resultOf(shopId, progress);
      };
      return keepAlive(compareAll, () => progress);
    },
  };
}

interface ComparedPage {
  readonly last: string;
  readonly count: number;
  readonly different: readonly Difference[];
  /** Products that a file can mend. */
  readonly mendable: readonly HealedProduct[];
}

function comparePage(
  page: readonly ProductToVerify[],
  items: readonly (ObservedItem | null)[],
): ComparedPage {
  const mendable: HealedProduct[] = [];
  const different = page.flatMap((product, index): Difference[] => {
    const item = items[index] ?? null;
    const cause = differenceCause(product, item);
    if (cause === null) return [];
    if (HEALED_BY_A_FILE.includes(cause)) mendable.push(productToHeal(product, cause, item));
    return [{ sku: product.sku, onlineAtp: product.onlineAtp, shopify: unitsForSale(item), cause }];
  });
  return { last: page.at(-1)?.productId ?? '', count: page.length, different, mendable };
}

function productToHeal(
  { productId, inventoryItemId, applied }: ProductToVerify,
  cause: DifferenceCause,
  item: ObservedItem | null,
): HealedProduct {
  const units = item?.available ?? null;
  if (cause !== 'CHANGED_ON_SHOPIFY' || units === null || applied === null) return { productId, taken: null };
  return { productId, taken: { units, inventoryItemId, sequence: applied.sequence } };
}

function addPage(progress: Progress, page: ComparedPage, heal: boolean): Progress {
  const causes = { ...progress.causes };
  for (const { cause } of page.different) causes[cause] = (causes[cause] ?? 0) + 1;
  return {
    after: page.last,
    checked: progress.checked + page.count,
    healing: progress.healing + (heal ? page.mendable.length : 0),
    causes,
    different: [...progress.different, ...page.different].slice(0, DIFFERENCES_LISTED_MAX),
  };
}

function resultOf(shopId: string, { checked, healing, causes, different }: Progress): VerifyResult {
  const differentCount = Object.values(causes).reduce((sum, count) => sum + count, 0);
  return { shopId, checked, equal: checked - differentCount, different, differentCount, causes, healing };
}
