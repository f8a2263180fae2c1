/** The fields of QueryRoot. */
import { connectionOf } from './connections.ts';
import { kindOf, levelOf, locationNumberOf, numberOf, sequenceOf, sequenceOfNumber } from './gids.ts';
import { fieldError, notModelledError } from './refusals.ts';
import { knownTerms } from './search-query.ts';
import { levelAt, variantAt } from './shop-state.ts';
import { inventoryItemView, levelView, locationView, productView, variantsOf, variantView } from './views.ts';
import type { PageArguments } from './connections.ts';
import type { ExecutionContext } from './execution-context.ts';
import type { NumberedKind } from './gids.ts';
import type { Location, ShopState, Variant } from './shop-state.ts';

/** What the twin's app was granted: what the connector needs, no more. */
const ACCESS_SCOPES = ['read_inventory', 'write_inventory', 'read_products', 'read_locations'];

interface ById {
  readonly id: string;
}

interface SearchArguments extends PageArguments {
  readonly query?: string | null;
  readonly sortKey?: string | null;
  readonly savedSearchId?: string | null;
}

interface LocationsArguments extends SearchArguments {
  readonly includeInactive?: boolean | null;
}

export const queries = {
  shop: (_args: unknown, { shop }: ExecutionContext) => ({
    __typename: 'Shop',
    id: `gid://shopify/Shop/${shopNumber(shop.domain)}`,
    name: shop.domain.split('.', 1)[0],
    myshopifyDomain: shop.domain,
  }),

  currentAppInstallation: () => ({
    __typename: 'AppInstallation',
    id: 'gid://shopify/AppInstallation/1',
    accessScopes: ACCESS_SCOPES.map((handle) => ({ handle })),
  }),

  node: ({ id }: ById, { shop }: ExecutionContext) => nodeOf(shop, id),

  /** In the place of an id that names nothing stands null. */
  nodes: ({ ids }: { ids: readonly string[] }, { shop }: ExecutionContext) =>
    ids.map((id) => nodeOf(shop, id)),

  product: ({ id }: ById, { shop }: ExecutionContext) => nodeOfKind(shop, id, 'Product'),
  productVariant: ({ id }: ById, { shop }: ExecutionContext) => nodeOfKind(shop, id, 'ProductVariant'),
  inventoryItem: ({ id }: ById, { shop }: ExecutionContext) => nodeOfKind(shop, id, 'InventoryItem'),
  inventoryLevel: ({ id }: ById, { shop }: ExecutionContext) => nodeOfKind(shop, id, 'InventoryLevel'),

  /** Without an id: the shop's primary location. */
  location: ({ id }: { id?: string | null }, { shop }: ExecutionContext) => {
    if (id != null) return nodeOfKind(shop, id, 'Location');
    const [primary] = shop.locations.values();
    return primary ? locationView(primary) : null;
  },

  locations: (args: LocationsArguments, { shop }: ExecutionContext) => {
    if (args.query != null) throw notModelledError('the query argument of locations');
    if (args.sortKey === 'RELEVANCE') throw notModelledError('the sort key RELEVANCE of locations');
    const items = [...shop.locations.values()].filter(({ isActive }) => isActive || args.includeInactive);
    items.sort((a, b) => (args.sortKey === 'ID' ? a.number - b.number : a.name.localeCompare(b.name)));
    return connectionOf(
      { items, isAscending: false, numberOf: ({ number }: Location) => number, view: locationView },
      args,
    );
  },

  products: (args: SearchArguments, context: ExecutionContext) =>
    connectionOf(
      {
        items: search(context, 'products', args, 'Product'),
        isAscending: true,
        numberOf: ({ sequence }: Variant) => numberOf('Product', sequence),
        view: (variant: Variant) => productView(context.shop, variant),
      },
      args,
    ),

  productVariants: (args: SearchArguments, context: ExecutionContext) =>
    variantsOf(context.shop, search(context, 'productVariants', args, 'ProductVariant'), args),

  inventoryItems: (args: SearchArguments, context: ExecutionContext) =>
    connectionOf(
      {
        items: search(context, 'inventoryItems', args, 'InventoryItem'),
        isAscending: true,
        numberOf: ({ sequence }: Variant) => numberOf('InventoryItem', sequence),
        view: (variant: Variant) => inventoryItemView(context.shop, variant),
      },
      args,
    ),
};

function nodeOf(shop: ShopState, id: string) {
  const kind = kindOf(id);
  if (kind === null) throw fieldError(`Invalid global id '${id}'`, 'BAD_REQUEST');
  return nodeOfKind(shop, id, kind);
}

function nodeOfKind(shop: ShopState, id: string, kind: string) {
  const variantOf = (numbered: NumberedKind) => variantAt(shop, sequenceOf(numbered, id));
  switch (kind) {
    case 'Product': {
      const variant = variantOf(kind);
      return variant && productView(shop, variant);
    }
    case 'ProductVariant': {
      const variant = variantOf(kind);
      return variant && variantView(shop, variant);
    }
    case 'InventoryItem': {
      const variant = variantOf(kind);
      return variant && inventoryItemView(shop, variant);
    }
    case 'InventoryLevel': {
      const named = levelOf(id);
      const variant = named && variantAt(shop, named.sequence);
      const level = variant && levelAt(variant, named.location);
      return level && levelView(shop, variant, level);
    }
    case 'Location': {
      const location = shop.locations.get(locationNumberOf(id) ?? NaN);
      return location ? locationView(location) : null;
    }
    default:
      return null;
  }
}

/** The variants that match a search, in the order of their ids. */
function search(
  { shop, trace }: ExecutionContext,
  field: string,
  { query, sortKey, savedSearchId }: SearchArguments,
  kind: NumberedKind,
): readonly Variant[] {
  if (sortKey != null && sortKey !== 'ID') throw notModelledError(`the sort key ${sortKey} of ${field}`);
  if (savedSearchId != null) throw notModelledError('saved searches');
  const { terms, warning } = knownTerms(
    query,
    kind === 'InventoryItem' ? ['id', 'sku'] : ['id', 'sku', 'title'],
  );
  if (warning) trace.searchWarnings.push({ path: [field], ...warning });

  const sku = terms.find((term) => term.field === 'sku')?.value;
  const candidates = sku === undefined ? shop.catalogue : (shop.bySku.get(sku) ?? []);
  if (terms.length === 0) return candidates;
  return candidates.filter((variant) =>
    terms.every((term) => {
      if (term.field === 'sku') return variant.sku === term.value;
      if (term.field === 'id') return variant.sequence === sequenceOfNumber(kind, Number(term.value));
      const word = term.value.toLowerCase();
      if (variant.title.toLowerCase().includes(word)) return true;
      return term.field === null && Boolean(variant.sku?.toLowerCase().includes(word));
    }),
  );
}

/** A shop's id never changes, so the twin derives it from the domain. */
function shopNumber(domain: string): number {
  return (
    [...domain].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7) + 60_000_000_000
  );
}
