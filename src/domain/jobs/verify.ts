import type { DifferenceCause } from '../difference.ts';
import { count, id, optional, yesOrNo } from '../input-fields.ts';
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
  /** Products that the next file carries again. */
  readonly healing: number;
}

export const VERIFY = defineJob({
  name: 'verify',
  title: 'Verify',
  description: 'Compares Online ATP with what Shopify shows.',
  workflowType: 'verifyShop',
  fields: {
    shopId: id('the shop'),
    sample: optional(count('only so many products, chosen by chance')),
    heal: optional(
      yesOrNo(
        'let the next file carry what differs; import orders first, or sales that are not imported are promised again',
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
  inWords: ({ checked, equal }: VerifyResult) =>
    `${equal} of ${counted(checked, 'product')} equal on Shopify`,
  verdictOf: ({ checked, equal }) => (equal === checked ? 'done' : 'differences'),
});
