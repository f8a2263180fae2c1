/**
 * The objects of the schema over the twin's state. graphql-js calls a method of a view as the resolver of the
 * field of that name, so nothing is computed that a document does not select.
 *
 * Levels that are not active (Shopify documentation and reports of 2026 disagree about writing to them): the twin
 * accepts the quantity and keeps it on the level, the level stays inactive, and `inventoryQuantity` counts active
 * levels only (the latter recorded on a development store). No userError warns the client.
 */
import { connectionOf } from './connections.ts';
import { gidOf, levelGid, locationGid, locationNumberOf, numberOf, sequenceOf } from './gids.ts';
import { fieldError, notModelledError } from './refusals.ts';
import { forEachRow, levelAt, variantAt } from './shop-state.ts';
import type { PageArguments } from './connections.ts';
import type { AdjustmentGroup, Level, Location, ShopState, Variant } from './shop-state.ts';

/** Quantity names that Shopify knows; the ones that the twin does not model are always 0. */
const QUANTITY_NAMES = [
  'available',
  'on_hand',
  'committed',
  'incoming',
  'reserved',
  'damaged',
  'safety_stock',
  'quality_control',
];

export function locationView({ number, name, isActive, fulfillsOnlineOrders }: Location) {
  return { __typename: 'Location', id: locationGid(number), name, isActive, fulfillsOnlineOrders };
}

export function productView(shop: ShopState, variant: Variant) {
  return {
    __typename: 'Product',
    id: gidOf('Product', variant.sequence),
    title: variant.title,
    variants: (page: PageArguments) => variantsOf(shop, [variant], page),
  };
}

export function variantView(shop: ShopState, variant: Variant) {
  return {
    __typename: 'ProductVariant',
    id: gidOf('ProductVariant', variant.sequence),
    sku: variant.sku,
    title: 'Default Title',
    displayName: `${variant.title} - Default Title`,
    inventoryPolicy: variant.inventoryPolicy,
    inventoryQuantity: () => sellableQuantity(shop, variant),
    product: () => productView(shop, variant),
    inventoryItem: () => inventoryItemView(shop, variant),
  };
}

export function variantsOf(shop: ShopState, variants: readonly Variant[], page: PageArguments) {
  const listing = {
    items: variants,
    isAscending: true,
    numberOf: ({ sequence }: Variant) => numberOf('ProductVariant', sequence),
    view: (variant: Variant) => variantView(shop, variant),
  };
  return connectionOf(listing, page);
}

interface LevelsArguments extends PageArguments {
  readonly includeInactive?: boolean | null;
  readonly query?: string | null;
}

export function inventoryItemView(shop: ShopState, variant: Variant) {
  return {
    __typename: 'InventoryItem',
    id: gidOf('InventoryItem', variant.sequence),
    sku: variant.sku,
    tracked: variant.tracked,
    duplicateSkuCount: () => (variant.sku === null ? 0 : (shop.bySku.get(variant.sku)?.length ?? 1) - 1),
    variant: () => variantView(shop, variant),
    variants: (page: PageArguments) => variantsOf(shop, [variant], page),
    inventoryLevel: (args: { locationId: string; includeInactive?: boolean | null }) => {
      const level = levelAt(variant, locationNumberOf(args.locationId) ?? NaN);
      return level && (level.isActive || args.includeInactive) ? levelView(shop, variant, level) : null;
    },
    inventoryLevels: ({ includeInactive, query, ...page }: LevelsArguments) => {
      if (query != null) throw notModelledError('the query argument of inventoryLevels');
      const listing = {
        items: variant.levels.filter((level) => level.isActive || includeInactive),
        isAscending: false,
        numberOf: ({ location }: Level) => location,
        view: (level: Level) => levelView(shop, variant, level),
      };
      return connectionOf(listing, page);
    },
  };
}

export function levelView(shop: ShopState, variant: Variant, level: Level) {
  const id = (): string => levelGid(level.location, variant.sequence);
  return {
    __typename: 'InventoryLevel',
    id,
    isActive: level.isActive,
    updatedAt: () => isoTime(level.updatedAt),
    item: () => inventoryItemView(shop, variant),
    location: () => {
      const location = shop.locations.get(level.location);
      return location ? locationView(location) : null;
    },
    quantities: ({ names }: { names: readonly string[] }) =>
      names.map((name) => {
        if (!QUANTITY_NAMES.includes(name)) {
          throw fieldError(`The quantity name ${JSON.stringify(name)} is not known.`, 'BAD_REQUEST');
        }
        return {
          __typename: 'InventoryQuantity',
          id: () => `${id().replace('InventoryLevel', 'InventoryQuantity')}&name=${name}`,
          name,
          quantity: quantityNamed(level, name),
          // Set for `available` only (recorded on a development store).
          updatedAt: () => (name === 'available' ? isoTime(level.updatedAt) : null),
        };
      }),
  };
}

interface ChangesArguments {
  readonly inventoryItemIds?: readonly string[] | null;
  readonly locationIds?: readonly string[] | null;
  readonly quantityNames?: readonly string[] | null;
}

/**
 * What a call has changed: `available` and `on_hand` move together, by the same delta, and `quantityAfterChange`
 * is null in every answer (recorded on a development store). Rows without a change are left out.
 */
export function adjustmentGroupView(shop: ShopState, group: AdjustmentGroup) {
  return {
    __typename: 'InventoryAdjustmentGroup',
    id: gidOf('InventoryAdjustmentGroup', group.sequence),
    createdAt: isoTime(group.createdAt),
    reason: group.reason,
    referenceDocumentUri: group.referenceDocumentUri,
    changes: ({ inventoryItemIds, locationIds, quantityNames }: ChangesArguments) => {
      const items = inventoryItemIds?.map((id) => sequenceOf('InventoryItem', id));
      const locations = locationIds?.map((id) => locationNumberOf(id));
      const names = ['available', 'on_hand'].filter((name) => quantityNames?.includes(name) ?? true);
      const changes: unknown[] = [];
      forEachRow(group.rows, (sequence, locationNumber, from, to) => {
        if (items?.includes(sequence) === false || locations?.includes(locationNumber) === false) return;
        const variant = variantAt(shop, sequence);
        const location = shop.locations.get(locationNumber);
        for (const name of names) {
          changes.push({
            name,
            delta: to - from,
            quantityAfterChange: null,
            ledgerDocumentUri: null,
            item: variant && inventoryItemView(shop, variant),
            location: location ? locationView(location) : null,
          });
        }
      });
      return changes;
    },
  };
}

export function quantityNamed(level: Level, name: string): number {
  if (name === 'available') return level.available;
  if (name === 'committed') return level.committed;
  return name === 'on_hand' ? level.available + level.committed : 0;
}

/** Shopify writes times without fractions of a second. */
export function isoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, -'.000Z'.length)}Z`;
}

function sellableQuantity(shop: ShopState, variant: Variant): number {
  return variant.levels
    .filter(({ isActive, location }) => isActive && shop.locations.get(location)?.isActive)
    .reduce((sum, { available }) => sum + available, 0);
}
