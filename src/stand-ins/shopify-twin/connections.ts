/** Pages of a list: `first`/`after`, `last`/`before`, `reverse`; cursors as Shopify writes them. */
import { fieldError } from './refusals.ts';

/** Shopify documentation, "Paginating results with GraphQL". */
export const PAGE_LIMIT = 250;

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly reverse?: boolean | null;
}

export interface Connection<View> {
  readonly edges: readonly { readonly cursor: string; readonly node: View }[];
  readonly nodes: readonly View[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

export interface Listing<Item, View> {
  readonly items: readonly Item[];
  /** The number in the item's id; a cursor names it. */
  readonly numberOf: (item: Item) => number;
  /** The list ascends by that number: a page is found by binary search, and a cursor outlives its item. */
  readonly isAscending: boolean;
  readonly view: (item: Item) => View;
}

/** One page. Throws Shopify's BAD_REQUEST for a page without a size and for an invalid cursor. */
export function connectionOf<Item, View>(
  listing: Listing<Item, View>,
  page: PageArguments,
): Connection<View> {
  const { items, numberOf } = listing;
  const size = page.first ?? page.last ?? null;
  if (size === null) throw fieldError('you must provide one of first or last', 'BAD_REQUEST');
  if (size < 0 || size > PAGE_LIMIT) {
    throw fieldError(`A page has 0 to ${PAGE_LIMIT} elements, not ${size}.`, 'BAD_REQUEST');
  }
  // The part [low, high) of the list that lies between the cursors, in the list's own order.
  let low = 0;
  let high = items.length;
  for (const [cursor, cutsFront] of [
    [page.after ?? null, !page.reverse],
    [page.before ?? null, Boolean(page.reverse)],
  ] as const) {
    if (cursor === null) continue;
    const number = numberInCursor(cursor);
    const at = positionIn(listing, number);
    const item = items[at];
    if (cutsFront) low = Math.max(low, item !== undefined && numberOf(item) === number ? at + 1 : at);
    else high = Math.min(high, at);
  }
  const fromFront = (page.first != null) !== Boolean(page.reverse);
  const start = fromFront ? low : Math.max(low, high - size);
  const end = fromFront ? Math.min(high, low + size) : high;
  const chosen = items.slice(start, Math.max(start, end));
  if (page.reverse) chosen.reverse();

  const edges = chosen.map((item) => ({ cursor: cursorOf(numberOf(item)), node: listing.view(item) }));
  const [before, after] = [start > 0, end < items.length];
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: page.reverse ? before : after,
      hasPreviousPage: page.reverse ? after : before,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The position of the item with this number; in an ascending list, the position it would have if it still existed. */
function positionIn<Item, View>(
  { items, numberOf, isAscending }: Listing<Item, View>,
  number: number,
): number {
  if (!isAscending) {
    const at = items.findIndex((item) => numberOf(item) === number);
    return at < 0 ? items.length : at;
  }
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && numberOf(item) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cursorOf(number: number): string {
  return Buffer.from(JSON.stringify({ last_id: number, last_value: String(number) })).toString('base64');
}

function numberInCursor(cursor: string): number {
  try {
    const { last_id: number } = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8')) as {
      last_id?: unknown;
    };
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  } catch {
    // Not JSON: an invalid cursor like others.
  }
  throw fieldError('Invalid cursor for current pagination sort.', 'BAD_REQUEST');
}
