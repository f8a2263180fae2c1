/**
 * What Shopify's documentation leaves open, or what reports contradict: a test chooses, and the product must be right
 * under every choice. Kept in memory: a twin starts with the rules of its options.
 */

/**
 * A repeat of a call that was refused by userErrors. `reusable`: it is executed anew. `spent`: it gets the same refusal
 * again.
 */
export const REFUSED_KEYS = ['reusable', 'spent'] as const;
/** `off`: a key is not remembered, so each repeat is executed as if its key were new. */
export const REPLAY = ['on', 'off'] as const;
/**
 * How a call is refused in which a row is stale. `indexed`: each stale row is named by its position (measured on a
 * development store, API 2026-10). `without-field`, `without-code`: one error that names no row (seen on shops with API
 * 2026-07); the second has no code either.
 */
export const STALE_REFUSALS = ['indexed', 'without-field', 'without-code'] as const;

export interface Rules {
  readonly refusedKeys: (typeof REFUSED_KEYS)[number];
  readonly replay: (typeof REPLAY)[number];
  readonly staleRefusals: (typeof STALE_REFUSALS)[number];
}

/** What is left out stays as it is. */
export type RulesChange = { readonly [Rule in keyof Rules]?: Rules[Rule] | undefined };

export class ShopRules {
  #rules: Rules = { refusedKeys: 'reusable', replay: 'on', staleRefusals: 'indexed' };

  constructor(change: RulesChange) {
    this.change(change);
  }

  get current(): Rules {
    return this.#rules;
  }

  change({
    refusedKeys = this.#rules.refusedKeys,
    replay = this.#rules.replay,
    staleRefusals = this.#rules.staleRefusals,
  }: RulesChange): void {
    this.#rules = { refusedKeys, replay, staleRefusals };
  }
}
