import type { DifferenceCause } from '../difference.ts';
import { count, id, optional, yesOrNo } from '../input-fields.ts';
import { countTold, type UnmanagedStock } from '../unmanaged-stock.ts';
import { counted } from '../words.ts';
import { defineJob } from './job.ts';

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
  /** Products that the next file makes equal. */
  readonly healing: number;
  /** Of a run that was to heal: the products that the next file does not make equal, by cause. Absent: it was not, or of an earlier release. */
  readonly notHealed?: Readonly<Partial<Record<DifferenceCause, number>>>;
  /**
   * Products that are not healed yet: the units that Shopify lacks may be sales whose orders are not imported. The next
   * file keeps them back, until the shop's order watermark has passed. Absent: none.
   */
  readonly mayBeSales?: {
    readonly products: number;
    /** ISO 8601. Not before: the shop's order watermark must have passed the time of the comparison. */
    readonly healsAfter: string;
  };
  /** Variants on Shopify that no product is mapped to; absent: only a sample was compared. */
  readonly unmanaged?: UnmanagedStock;
  /** Other shops that promise units which this shop promises; absent: none. */
  readonly sharedWith?: readonly string[];
}

/** Differences that the next files do not make equal by themselves. What is on its way, or kept back, they do. */
const NOT_MENDED_BY_JOBS: readonly DifferenceCause[] = [
  'ITEM_NOT_FOUND',
  'ITEM_NOT_TRACKED',
  'LEVEL_INACTIVE',
  'QUARANTINED',
  'CHANGED_ON_SHOPIFY',
];

export const VERIFY = defineJob({
  name: 'verify',
  title: 'Verify',
  description: 'Compares Online ATP with what Shopify shows, and finds stock that nobody manages.',
  workflowType: 'verifyShop',
  fields: {
    shopId: id('the shop'),
    sample: optional(count('only so many products, chosen by chance')),
    heal: optional(
      yesOrNo(
        'let the next file make equal what differs; units that may be sales are put on sale again once the orders up to now are imported',
      ),
    ),
  },
  schedule: {
    recommended: '1d',
    // Two hours after the Hard Sync.
    usualTime: { hour: 5, minute: 0 },
    overlap: 'SKIP',
    catchupWindow: '6 hours',
    why: 'A second comparison right behind the first would say nothing new.',
  },
  inWords: ({ checked, equal, causes, unmanaged }: VerifyResult) => {
    const told = Object.entries(causes).map(([cause, products]) => `${products} ${cause}`);
    const why = told.length === 0 ? '' : `; ${told.join(', ')}`;
    const variants = unmanaged ? countTold(unmanaged) : 0;
    const nobodys = variants === 0 ? '' : `; ${counted(variants, 'variant')} with stock that nobody manages`;
    return `${equal} of ${counted(checked, 'product')} equal on Shopify${why}${nobodys}`;
  },
  outcomeOf: ({ causes, unmanaged }) =>
    NOT_MENDED_BY_JOBS.some((cause) => (causes[cause] ?? 0) > 0) ||
    (unmanaged !== undefined && countTold(unmanaged) > 0)
      ? 'NEEDS_ATTENTION'
      : 'DONE',
});
