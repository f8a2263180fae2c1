import { Context } from '@temporalio/activity';
import type { Diary } from '../src/domain/diary.ts';
import { AtpError } from '../src/domain/errors.ts';
import { unhealedOf } from '../src/domain/difference-advice.ts';
import {
  differenceCause,
  isHealedByFile,
  mayBeSale,
  needsALook,
  unitsForSale,
  type DifferenceCause,
} from '../src/domain/difference.ts';
import type { JobInput } from '../src/domain/jobs/jobs.ts';
import type { Difference, VerifyResult } from '../src/domain/jobs/verify.ts';
import {
  DIFFERENCES_KEPT_MAX,
  DIFFERENCES_LISTED_MAX,
  PAGES_COMPARED_AT_ONCE,
  ROWS_PER_CALL,
} from '../src/domain/limits.ts';
import { countTold } from '../src/domain/unmanaged-stock.ts';
import type { ObservedItem } from '../src/domain/row-decision.ts';
import type { Database } from '../src/postgres/database.ts';
import { readClock } from '../src/postgres/clock.ts';
import { sharedWith } from '../src/postgres/master-data/membership-check.ts';
import { findShop, type Shop } from '../src/postgres/master-data/shops.ts';
import {
  countProductsToVerify,
  healProducts,
  recordLacking,
  sampleProducts,
  type ProductToVerify,
} from '../src/postgres/lane/verified-rows.ts';
import {
  beginDifferences,
  endVerification,
  keepDifferences,
  type FoundDifference,
} from '../src/postgres/lane/verification-history.ts';
import { findKnownDifferent, recordVerification } from '../src/postgres/lane/verifications.ts';
import type { AdminApi } from '../src/shopify/admin-api.ts';
import { keepAlive } from './keep-alive.ts';
import { pagesToVerify, readFromShopify } from './pages-to-verify.ts';
import { readUnmanaged } from './read-unmanaged.ts';

export interface VerifyDeps {
  readonly database: Database;
  readonly adminApi: (shop: Shop) => AdminApi;
  readonly diary: Diary;
}

/** How far a comparison has come; the next attempt goes on from there. */
interface Progress {
  /** The last product that was compared; empty at the start. */
  readonly after: string;
  /** When it began, by the database's clock; absent at the start. */
  readonly beganAt?: string;
  readonly checked: number;
  readonly healing: number;
  /** Absent in the sign of life of a release that healed them. */
  readonly mayBeSales?: number;
  readonly causes: Readonly<Partial<Record<DifferenceCause, number>>>;
  readonly different: readonly Difference[];
}

const AT_THE_START: Progress = { after: '', checked: 0, healing: 0, causes: {}, different: [] };

export function createVerifyActivities({ database, adminApi, diary }: VerifyDeps) {
  return {
    /**
     * Compares the Online ATP of now with what Shopify shows, for all mapped products or a sample. An attempt goes on
     * where the last one stopped; a sample is drawn anew. To a sample come the products that are known to differ, so it
     * tells when they do not any more. Of the whole shop, it reads the variants that no product is mapped to, too.
     *
     * Throws SHOP_UNKNOWN, SHOP_NOT_MAPPED when there is nothing to compare and nothing to tell, and what the shop's API throws.
     */
    async compareShop({ shopId, sample, heal = false }: JobInput<'verify'>): Promise<VerifyResult> {
      const { cancellationSignal, info } = Context.current();
      const earlier = info.heartbeatDetails as Progress | undefined;
      let progress = sample === undefined && earlier ? earlier : AT_THE_START;
      const startedAt = new Date().toISOString();
      const doneAtStart = progress.checked;
      let total = 0;
      const compareAll = async (): Promise<VerifyResult> => {
        const shop = await findShop(database, shopId);
        const api = adminApi(shop);
        const known = await findKnownDifferent(database, shopId);
        const only =
          sample === undefined
            ? null
            : [...new Set([...(await sampleProducts(database, shopId, sample)), ...known.productIds])];
        const verification = { shopId, verification: info.workflowExecution?.runId ?? info.activityId };
        if (progress === AT_THE_START) await beginDifferences(database, verification);
        const beganAt = progress.beganAt ?? (await readClock(database));
        progress = { ...progress, beganAt };
        total = only?.length ?? (await countProductsToVerify(database, shopId));
        // How many calls are worth having on their way, the first answer tells.
        if (total > PAGES_COMPARED_AT_ONCE * ROWS_PER_CALL && api.restoreRate() === null)
          await api.readLocation();
        const pages = pagesToVerify(database, { shopId, after: progress.after, only });
        for await (const { page, items } of readFromShopify(api, pages)) {
          cancellationSignal.throwIfAborted();
          const compared = comparePage(shop, page, items);
          await recordLacking(database, shopId, page, compared.lacking);
          if (heal) await healProducts(database, shopId, [...compared.mendable, ...compared.maybeSold]);
          const room = Math.max(0, DIFFERENCES_KEPT_MAX - countDifferent(progress));
          await keepDifferences(database, verification, compared.different.slice(0, room));
          progress = addPage(progress, compared, heal);
        }
        const run = verification.verification;
        const readOthers = () => readUnmanaged({ database, api, shopId, run, cancellationSignal });
        if (progress.checked === 0) {
          // Then Shopify may sell all of its variants, and nothing lowers what it shows.
          const unmanaged = await readOthers();
          if (countTold(unmanaged) === 0) throw new AtpError('SHOP_NOT_MAPPED', { shopId });
          return { ...resultOf(shop, progress, heal, startedAt), unmanaged };
        }
        const shops = await sharedWith(database, shopId);
        const result = resultOf(shop, progress, heal, await readClock(database));
        const { checked, differentCount: different } = result;
        await endVerification(database, verification, {
          isSample: sample !== undefined,
          ...{ beganAt, checked, different, causes: result.causes },
        });
        if (different > 0) diary({ event: 'DIFFERENCES_FOUND', shopId, checked, different });
        const told = whatToTell(result);
        // A sample that lacks some of what is known to differ proves nothing about it, and none proves anything of the others.
        const isProof = known.areAll && (known.productIds.length > 0 || told.different > 0);
        if (sample === undefined || isProof) await recordVerification(database, shopId, told);
        return {
          ...result,
          ...(sample === undefined && { unmanaged: await readOthers() }),
          ...(shops.length > 0 && { sharedWith: shops }),
        };
      };
      // What a heartbeat tells a person (StepProgress) stands beside what the next attempt needs.
      return keepAlive(compareAll, () => ({
        ...progress,
        done: progress.checked,
        total,
        doneAtStart,
        startedAt,
      }));
    },
  };
}

interface ComparedPage {
  readonly last: string;
  readonly count: number;
  readonly different: readonly FoundDifference[];
  /** Products that a file can mend. */
  readonly mendable: readonly string[];
  /** Products of which Shopify has fewer units than our last push has left. */
  readonly lacking: ReadonlySet<string>;
  /** Products that it can only mend later: they may have sold what is missing. */
  readonly maybeSold: readonly string[];
}

function comparePage(
  { salesPolicy }: Shop,
  page: readonly ProductToVerify[],
  items: readonly (ObservedItem | null)[],
): ComparedPage {
  const mendable: string[] = [];
  const maybeSold: string[] = [];
  const lacking = new Set<string>();
  const different = page.flatMap((product, index): FoundDifference[] => {
    const item = items[index] ?? null;
    const cause = differenceCause(product, item);
    if (cause === null) return [];
    if (mayBeSale(product, item)) lacking.add(product.productId);
    if (salesPolicy !== 'overwrite' && lacking.has(product.productId)) maybeSold.push(product.productId);
    else if (isHealedByFile(cause)) mendable.push(product.productId);
    const { sku, productId, onlineAtp } = product;
    return [{ sku, productId, onlineAtp, shopify: unitsForSale(item), cause }];
  });
  return { last: page.at(-1)?.productId ?? '', count: page.length, different, mendable, lacking, maybeSold };
}

function addPage(progress: Progress, page: ComparedPage, heal: boolean): Progress {
  const causes = { ...progress.causes };
  for (const { cause } of page.different) causes[cause] = (causes[cause] ?? 0) + 1;
  return {
    ...progress,
    after: page.last,
    checked: progress.checked + page.count,
    healing: progress.healing + (heal ? page.mendable.length : 0),
    mayBeSales: (progress.mayBeSales ?? 0) + (heal ? page.maybeSold.length : 0),
    causes,
    different: [
      ...progress.different,
      ...page.different.map(({ productId: _, ...difference }) => difference),
    ].slice(0, DIFFERENCES_LISTED_MAX),
  };
}

function countDifferent({ causes }: Pick<Progress, 'causes'>): number {
  return Object.values(causes).reduce((sum, count) => sum + count, 0);
}

/** What a person is told of it until the next verification: the differences that do not end by themselves. */
function whatToTell({ checked, causes, different }: VerifyResult) {
  const told = Object.entries(causes).filter(([cause]) => needsALook(cause as DifferenceCause));
  return {
    checked,
    different: told.reduce((sum, [, count]) => sum + count, 0),
    causes: Object.fromEntries(told),
    skus: different.filter(({ cause }) => needsALook(cause)).map(({ sku }) => sku),
  };
}

function resultOf(
  { shopId, orderLagMs, orderWatermark }: Shop,
  { checked, healing, mayBeSales = 0, causes, different }: Progress,
  heal: boolean,
  comparedAt: string,
): VerifyResult {
  const differentCount = countDifferent({ causes });
  const lagMs = orderWatermark === null ? orderLagMs : 0;
  const healsAfter = new Date(Date.parse(comparedAt) + lagMs).toISOString();
  return {
    ...{ shopId, checked, equal: checked - differentCount, different, differentCount, causes, healing },
    ...(heal && { notHealed: unhealedOf(causes) }),
    ...(mayBeSales > 0 && { mayBeSales: { products: mayBeSales, healsAfter } }),
  };
}
