/**
 * What can happen to a shop of the twin. The state is the fold of these (fold.ts), the journal is their list
 * (journal.ts). Items are named by the twin's sequence numbers, locations by the number in their id, times are
 * milliseconds since 1970.
 */
import type { KeyRecord, Level, Location, Variant } from './shop-state.ts';

export type TwinEvent =
  /** The sequence has reached this number: lower ids were given out, though their objects may be gone. */
  | { readonly type: 'sequence-reached'; readonly sequence: number }
  | { readonly type: 'variant-created'; readonly domain: string; readonly variant: Variant }
  | { readonly type: 'variant-deleted'; readonly domain: string; readonly sequence: number }
  | { readonly type: 'catalogue-cleared'; readonly domain: string }
  | { readonly type: 'item-changed'; readonly domain: string; readonly change: ItemChange }
  | { readonly type: 'level-changed'; readonly domain: string; readonly change: LevelChange }
  | { readonly type: 'location-changed'; readonly domain: string; readonly location: Location }
  /** A successful call of inventorySetQuantities that changed something: the rows of its group, and its key. */
  | {
      readonly type: 'quantities-set';
      readonly domain: string;
      readonly at: number;
      readonly key: string;
      readonly record: KeyRecord;
    }
  /** A key whose call changed nothing: it set what was there already, or it was refused. */
  | {
      readonly type: 'key-recorded';
      readonly domain: string;
      readonly at: number;
      readonly key: string;
      readonly record: KeyRecord;
    }
  | { readonly type: 'keys-forgotten'; readonly domain: string }
  /** A Shopify customer buys: `available` falls, `committed` rises. */
  | {
      readonly type: 'order-placed';
      readonly domain: string;
      readonly at: number;
      readonly sequence: number;
      readonly lines: readonly OrderLine[];
    };

export interface ItemChange {
  readonly sequence: number;
  readonly sku?: string | null;
  readonly tracked?: boolean;
  readonly inventoryPolicy?: Variant['inventoryPolicy'];
}

/** Absolute values; what is left out stays as it is. A level that does not exist is created, inactive. */
export interface LevelChange extends Partial<Pick<Level, 'available' | 'committed' | 'isActive'>> {
  readonly sequence: number;
  readonly location: number;
  readonly at: number;
}

export interface OrderLine {
  readonly sequence: number;
  readonly location: number;
  readonly quantity: number;
}
