/**
 * The tokens that a shop accepts: its own, and those of the client credentials grant (Shopify documentation, "Client
 * credentials grant": form-encoded, valid for a little less than 24 hours). Granted tokens are kept in memory.
 */
import { randomBytes } from 'node:crypto';
import { jsonReply, type Reply } from './http.ts';

/** A Dev Dashboard app of the shop's owner. */
export interface TwinClient {
  readonly id: string;
  readonly secret: string;
}

interface Shop {
  readonly domain: string;
  readonly accessToken: string;
  readonly client?: TwinClient;
}

/** Seconds, as in the documentation's example. */
const EXPIRES_IN = 86_399;
const SCOPE = 'write_inventory,read_products,read_locations';

export class AccessTokens {
  /** Granted token → the shop's domain, and when it ends. */
  readonly #granted = new Map<string, { readonly domain: string; readonly endsAt: number }>();

  /** Domains of shops whose app gets no new token. */
  readonly #closed = new Set<string>();

  opens(shop: Shop, token: string | string[] | undefined, at: number): boolean {
    if (typeof token !== 'string') return false;
    if (token === shop.accessToken) return true;
    const granted = this.#granted.get(token);
    return granted !== undefined && granted.domain === shop.domain && at < granted.endsAt;
  }

  /** @param form the body, form-encoded */
  grant(shop: Shop, form: string, at: number): Reply {
    const asked = new URLSearchParams(form);
    if (asked.get('grant_type') !== 'client_credentials') {
      return jsonReply(400, { error: 'unsupported_grant_type' });
    }
    const { client } = shop;
    if (
      !client ||
      this.#closed.has(shop.domain) ||
      asked.get('client_id') !== client.id ||
      asked.get('client_secret') !== client.secret
    ) {
      return jsonReply(400, { error: 'application_cannot_be_found' });
    }
    const token = `shpat_${randomBytes(16).toString('hex')}`;
    this.#granted.set(token, { domain: shop.domain, endsAt: at + EXPIRES_IN * 1000 });
    return jsonReply(200, { access_token: token, scope: SCOPE, expires_in: EXPIRES_IN });
  }

  /** As if the app's secret had been rotated, and then put back: tokens that were granted stay as they are. */
  setGranting(domain: string, isGranting: boolean): void {
    if (isGranting) this.#closed.delete(domain);
    else this.#closed.add(domain);
  }

  /** As if the merchant had rotated them: no token granted so far is accepted any more. */
  revoke(domain: string): void {
    for (const [token, granted] of this.#granted) if (granted.domain === domain) this.#granted.delete(token);
  }
}
