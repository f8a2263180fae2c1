/**
 * What we ask of a shop through Shopify's Admin GraphQL API. Every failure is one coded error: SHOPIFY_UNREACHABLE and
 * SHOPIFY_RESPONSE_UNEXPECTED (nobody knows whether the call was executed), SHOPIFY_THROTTLED (not executed; try again
 * after `detail.waitMs`), SHOPIFY_ACCESS_DENIED, SHOPIFY_REQUEST_REFUSED. A call waits for the shop's quota, which all
 * callers in this process share, and is sent once; the caller decides whether to try again.
 */
import type { CataloguePage, CatalogueStart } from '../domain/catalogue.ts';
import type { ObservedItem } from '../domain/row-decision.ts';
import type { SendDeadline } from '../domain/send-deadline.ts';
import type { RefusedRenewal } from './access-token.ts';
import { adminClient, type ClientOptions, type ShopConnection } from './admin-client.ts';
import { readAccessScopes } from './read-access-scopes.ts';
import { readCatalogue } from './read-catalogue.ts';
import { readLocation, type ShopLocation } from './read-location.ts';
import { readItems, readItemsToWrite } from './read-online-atp.ts';
import { setOnlineAtp, type SetAnswer } from './set-online-atp.ts';

export type { ShopConnection } from './admin-client.ts';
export type { SetAnswer } from './set-online-atp.ts';

export type { RefusedRenewal };

export interface AdminApi {
  /** What the app may do in the shop, such as `write_inventory`. */
  readAccessScopes(): Promise<readonly string[]>;
  /** Of the token by which the last call was let in: that Shopify grants no other in its place; null: that is not known. */
  refusedRenewal(): RefusedRenewal | null;
  /** Points a second that the shop's plan restores, as an answer has told this process; null: none has. */
  restoreRate(): number | null;
  /** The shop's location; null when Shopify has none of this id. */
  readLocation(): Promise<ShopLocation | null>;
  /** What Shopify shows at the location, in the order of the ids; null: no such item. At most ROWS_PER_CALL ids. */
  readItems(inventoryItemIds: readonly string[]): Promise<readonly (ObservedItem | null)[]>;
  /** The same for items that are to be written. Throws LOCATION_UNUSABLE, too: nothing can be written at the location. */
  readItemsToWrite(inventoryItemIds: readonly string[]): Promise<readonly (ObservedItem | null)[]>;
  /**
   * Sends one call. `variables` is the text that `setVariables` made; sent again, it is the same request to Shopify.
   * Throws CALL_NOT_SENT_IN_TIME, too: the deadline has passed, and nothing was sent.
   */
  setOnlineAtp(variables: string, deadline: SendDeadline): Promise<SetAnswer>;
  /** The shop's variants in pages of 250, the most that Shopify gives; with `from`, those after what was read already. */
  catalogue(from?: CatalogueStart): AsyncIterable<CataloguePage>;
}

/**
 * Reads the shop's credential now. Throws SHOPIFY_CREDENTIAL_MISSING, and INPUT_INVALID for an adminUrl off the
 * loopback.
 */
export function openAdminApi(shop: ShopConnection, options: ClientOptions = {}): AdminApi {
  const client = adminClient(shop, options);
  return {
    readAccessScopes: () => readAccessScopes(client),
    refusedRenewal: () => client.refusedRenewal(),
    restoreRate: () => client.restoreRate(),
    readLocation: () => readLocation(client, shop),
    readItems: (inventoryItemIds) => readItems(client, shop, inventoryItemIds),
    readItemsToWrite: (inventoryItemIds) => readItemsToWrite(client, shop, inventoryItemIds),
    setOnlineAtp: (variables, deadline) => setOnlineAtp(client, shop, variables, deadline),
    catalogue: (from) => readCatalogue(client, shop, from),
  };
}
