/**
 * What Shopify remembers of an idempotency key (Shopify documentation, "Idempotent requests" and "Implementing
 * idempotency"): for 24 hours from its first use a key belongs to one set of parameters.
 *
 * - After success a repeat is not executed; its answer is rebuilt from what was stored.
 * - While the first request still runs, a second one is refused: IDEMPOTENCY_CONCURRENT_REQUEST.
 * - With other parameters it is refused: IDEMPOTENCY_KEY_PARAMETER_MISMATCH.
 * - After userErrors the documentation contradicts itself, and nobody has measured it. The key stays bound to its
 *   parameters; whether a repeat is executed anew or refused again is a rule of the shop (`refusedKeys`). If it is
 *   executed, a late repeat of a refused call succeeds once the stock has come back to the value that it expects.
 *
 * A shop may also remember no key at all (`replay: 'off'`), because replay has been reported not to work.
 * The scope of a key is not documented; the twin uses the widest one, the whole shop.
 */
import { createHash } from 'node:crypto';
import type { KeyRecord, ShopState } from './shop-state.ts';

export const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;

export function isExpired(record: Pick<KeyRecord, 'firstUsedAt'>, now: number): boolean {
  return now - record.firstUsedAt >= KEY_LIFETIME_MS;
}

/** What the shop remembers of a key now; null when it was never used, or too long ago. */
export function rememberedKey(shop: ShopState, key: string, now: number): KeyRecord | null {
  const record = shop.keys.get(key);
  return record && !isExpired(record, now) ? record : null;
}

/**
 * Identifies the parameters of a call. The order of fields counts, because it can count at Shopify
 * ("Implementing idempotency"): a client has to repeat the same bytes, not merely the same meaning.
 *
 * @param argumentsText the arguments of the field as the document writes them
 * @param variables the request's variables as they were parsed
 */
export function fingerprintOf(argumentsText: string, variables: unknown): string {
  return createHash('sha256')
    .update(argumentsText)
    .update('\n')
    .update(JSON.stringify(variables ?? {}))
    .digest('base64');
}

/** The keys whose request is being worked on, each with the number of that request. */
export class RunningKeys {
  readonly #owners = new Map<string, number>();

  /** The first request owns the key until it ends; a later request does not get it. */
  begin(domain: string, keys: readonly string[], request: number): void {
    for (const key of keys) {
      const name = `${domain} ${key}`;
      if (!this.#owners.has(name)) this.#owners.set(name, request);
    }
  }

  end(domain: string, keys: readonly string[], request: number): void {
    for (const key of keys) {
      if (this.isHeldBy(domain, key, request)) this.#owners.delete(`${domain} ${key}`);
    }
  }

  isHeldBy(domain: string, key: string, request: number): boolean {
    return this.#owners.get(`${domain} ${key}`) === request;
  }
}
