import type { ShopMapping } from '../catalogue.ts';
import { id } from '../input-fields.ts';
import { counted } from '../words.ts';
import { defineJob } from './job.ts';
import type { Outcome } from './outcome.ts';

export interface MapResult extends ShopMapping {
  readonly shopId: string;
}

/** What a person must mend in Shopify, by number; 0 is left out. */
function faultsInWords({ duplicates, namesakes, nearly, inactive, untracked }: ShopMapping): string[] {
  return [
    ...(duplicates > 0 ? [`${counted(duplicates, 'SKU')} on several variants`] : []),
    ...(namesakes > 0 ? [`${counted(namesakes, 'SKU')} on another variant, too`] : []),
    ...(nearly > 0 ? [`${counted(nearly, 'SKU')} written another way`] : []),
    ...(inactive > 0 ? [`${inactive} not stocked at the location`] : []),
    ...(untracked > 0 ? [`${untracked} not tracked`] : []),
  ];
}

export const MAP_SHOP = defineJob({
  name: 'map-shop',
  title: 'Map shop',
  description: 'Reads the shop’s catalogue and matches it by SKU.',
  workflowType: 'mapShop',
  fields: { shopId: id('the shop') },
  schedule: {
    recommended: '1h',
    // Between two deltas: a new variant comes with the next one.
    usualTime: { hour: 0, minute: 10 },
    overlap: 'SKIP',
    catchupWindow: '15 minutes',
    why: 'A dropped run loses nothing: the next one reads the whole catalogue, too.',
  },
  inWords: (result: MapResult) => {
    const { mapped, unmapped, added, moved, removed } = result;
    const changes = [
      ...(added > 0 ? [`${added} new`] : []),
      ...(moved > 0 ? [`${moved} with another item`] : []),
      ...(removed > 0 ? [`${removed} no longer`] : []),
    ];
    const facts = [`${counted(mapped, 'product')} mapped`, ...changes, `${unmapped} without a variant`];
    const held = result.held > 0 ? [`${result.held} held that would be unmapped`] : [];
    return [...facts, ...held, ...faultsInWords(result)].join(', ');
  },
  outcomeOf: (result): Outcome => {
    const { added, moved, removed, held } = result;
    if (held > 0) return 'HELD';
    if (removed > 0 || faultsInWords(result).length > 0) return 'NEEDS_ATTENTION';
    return added + moved > 0 ? 'DONE' : 'NOTHING_TO_DO';
  },
});
