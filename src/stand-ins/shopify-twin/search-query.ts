/**
 * The `query` argument of a connection, as far as our clients need it: `field:value` terms, joined by spaces (an item
 * must match all), values bare or in quotes. `sku:` matches the exact text; Shopify's own search splits texts into words,
 * so a client must compare again anyway. A term with a field that Shopify does not know matches everything, with a
 * warning in `extensions.search` (Shopify documentation, "Search syntax"). Connectives, comparators, groups and
 * wildcards are refused.
 */
import { notModelledError } from './refusals.ts';

export interface SearchTerm {
  /** Null for a bare word, which is searched in the title and the SKU. */
  readonly field: string | null;
  readonly value: string;
}

export interface SearchWarning {
  readonly query: string;
  readonly warnings: readonly { readonly field: string; readonly message: string }[];
}

const TERM = /\s*(?:([A-Za-z_]+):)?(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^\s"'\\]|\\.)+))/y;

export function parseSearch(query: string): readonly SearchTerm[] {
  const terms: SearchTerm[] = [];
  const text = query.trim();
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const found = TERM.exec(text);
    if (!found) throw notModelledError(`the search query ${JSON.stringify(query)}`);
    const [, field = null, double, single, bare] = found;
    if (bare !== undefined && isSyntax(field, bare)) {
      throw notModelledError(`${JSON.stringify(bare)} in a search query`);
    }
    terms.push({ field, value: (double ?? single ?? bare ?? '').replace(/\\(.)/g, '$1') });
  }
  return terms;
}

/** The terms whose field is known, and the warning about the others. */
export function knownTerms(
  query: string | null | undefined,
  knownFields: readonly string[],
): { readonly terms: readonly SearchTerm[]; readonly warning: SearchWarning | null } {
  if (query == null) return { terms: [], warning: null };
  const all = parseSearch(query);
  const unknown = all.flatMap(({ field }) => (field !== null && !knownFields.includes(field) ? [field] : []));
  return {
    terms: all.filter(({ field }) => field === null || knownFields.includes(field)),
    warning:
      unknown.length === 0
        ? null
        : {
            query,
            warnings: unknown.map((field) => ({ field, message: 'Invalid search field for this query.' })),
          },
  };
}

function isSyntax(field: string | null, bare: string): boolean {
  return /^([<>(-]|AND$|OR$|NOT$)/.test(bare) || (field === null ? /[()]/ : /\*$/).test(bare);
}
