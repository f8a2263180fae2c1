/** Why Shopify shows another number, for a person: what has happened, and what becomes of it. */
import type { DifferenceCause } from '../../../src/domain/difference.ts';
import { StateBadge } from '../../parts/state-badge.tsx';
import { fateOf } from './fate.ts';

export const CAUSE_WORDS: Readonly<Record<DifferenceCause, readonly [name: string, about: string]>> = {
  ITEM_NOT_FOUND: ['Item not found', 'Shopify does not know the item any more: map the shop anew.'],
  ITEM_NOT_TRACKED: ['Not tracked', 'Shopify does not track its quantity: switch that on there.'],
  LEVEL_INACTIVE: ['Not stocked', 'The item is not stocked at the shop’s location: stock it there.'],
  WITHHELD: ['Withheld', 'It is in the plan that waits for a person.'],
  NEVER_PUBLISHED: ['Not published yet', 'No file has had it: the next one does.'],
  CHANGE_NOT_PUBLISHED: [
    'Changed since',
    'Its Online ATP has changed after the last file: the next delta brings it.',
  ],
  FILE_WAITING: ['In a file that waits', 'The lane has not come to its file yet.'],
  QUARANTINED: ['Quarantined', 'Shopify could not take its row, for a cause that is gone now.'],
  OWED: ['Owed', 'The last file did not bring it; the next one has it again.'],
  UNSEEN_SALES: [
    'Unseen sales',
    'Units that Shopify has sold are kept back until their orders are imported.',
  ],
  MAY_BE_SALES: [
    'May be sales',
    'Shopify shows fewer than we left: mostly sales whose orders are not imported yet.',
  ],
  CHANGED_ON_SHOPIFY: ['Changed on Shopify', 'Somebody has edited the quantity there.'],
};

export function FateBadge({ cause }: { readonly cause: DifferenceCause }) {
  const [tone, word] = fateOf(cause);
  return <StateBadge tone={tone}>{word}</StateBadge>;
}
