/**
 * The `query` argument of a connection, as far as a mirror is looked up with it: `field:value` terms, joined by
 * spaces (all must hold), values bare or in quotes. `sku:` is matched exactly and in its case; Shopify's own
 * search is tokenised, so a client has to compare again anyway. A field that Shopify does not know is left out
 * of the filter and matches everything, with a warning in `extensions.search` (Shopify documentation, "Search
 * syntax"). Connectives, comparators, groups and wildcards are refused.
 */
import { notModelled } from './refusals.ts';

export interface SearchTerm {
  /** Null for a bare word: it is looked for in the title and the SKU. */
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
    if (!found) throw notModelled(`the search query ${JSON.stringify(query)}`);
    const [, field = null, double, single, bare] = found;
    if (bare !== undefined && isSyntax(field, bare)) {
      throw notModelled(`${JSON.stringify(bare)} in a search query`);
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
