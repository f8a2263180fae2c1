/** The product's own client on a running twin, or on a server that answers one thing. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { CataloguePage, CatalogueVariant } from '../../src/domain/catalogue.ts';
import type { AtpError } from '../../src/domain/errors.ts';
import { openAdminApi, type AdminApi, type ShopConnection } from '../../src/shopify/admin-api.ts';
import type { ClientOptions } from '../../src/shopify/admin-client.ts';
import { sendDeadline, type SendDeadline } from '../../src/domain/send-deadline.ts';
import { readClocks } from '../../src/shopify/send-request.ts';
import { idempotencyKey, setVariables, type SetRow } from '../../src/shopify/set-online-atp.ts';
import { LOCATION, SHOP, type TwinClient } from './twin-fixture.ts';

export const TOKEN_VARIABLE = 'BLUE_SHIRTS_TOKEN';
export const ENVIRONMENT = { [TOKEN_VARIABLE]: SHOP.accessToken };

export function connection(adminUrl: string | null, change: Partial<ShopConnection> = {}): ShopConnection {
  return {
    shopId: 'blue-shirts',
    domain: SHOP.domain,
    locationId: LOCATION,
    accessTokenRef: `env:${TOKEN_VARIABLE}`,
    adminUrl,
    apiVersion: '2026-10',
    ...change,
  };
}

export function apiOf(
  twin: TwinClient,
  change: Partial<ShopConnection> = {},
  options: ClientOptions = {},
): AdminApi {
  const version = change.apiVersion ?? '2026-10';
  const endpoint = `${twin.url}/shops/${SHOP.domain}/admin/api/${version}/graphql.json`;
  return openAdminApi(connection(endpoint, change), { environment: ENVIRONMENT, ...options });
}

/** The deadline of a call that is sent at once. */
export function inTime(): SendDeadline {
  return sendDeadline(readClocks());
}

/** The variables of a call; its key is that of the generation. */
export function callOf(rows: readonly SetRow[], { sequence = 1, generation = 0 } = {}): string {
  const identity = { keySpace: SHOP.domain, restoreGeneration: 0, sequence, chunk: 0, generation };
  return setVariables({
    sequence,
    locationId: LOCATION,
    idempotencyKey: idempotencyKey(identity),
    rows,
  });
}

/** Starts a server on the loopback that answers every request the same way. Stops with the test. Returns its address. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql.json`;
}

/** Returns the error of work that must fail. */
export async function expectFailure(work: Promise<unknown> | (() => unknown)): Promise<AtpError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return error as AtpError;
  }
  throw new Error('It did not fail.');
}

export async function readEveryPage(
  pages: AsyncIterable<CataloguePage>,
): Promise<(readonly CatalogueVariant[])[]> {
  const read: (readonly CatalogueVariant[])[] = [];
  for await (const { variants } of pages) read.push(variants);
  return read;
}
