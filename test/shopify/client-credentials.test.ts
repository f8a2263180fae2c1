/** A shop whose app asks for its tokens by itself. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SHOPIFY_ANSWER_BYTES_MAX } from '../../src/domain/limits.ts';
import { openAdminApi, type ShopConnection } from '../../src/shopify/admin-api.ts';
import { answerWithoutEnd } from '../setup/endless-answer.ts';
import { expectFailure, serve } from './admin-fixture.ts';
import { LOCATION, SHOP, startTwin, type TwinClient } from './twin-fixture.ts';

const SECRET = 'shpss_a_secret_of_the_app';
const APP = { id: 'app-1', secret: SECRET };

async function startShopOfAnApp(): Promise<{ twin: TwinClient; shop: ShopConnection }> {
  const twin = await startTwin({ shops: [{ ...SHOP, client: APP }] });
  return {
    twin,
    shop: {
      shopId: 'blue-shirts',
      domain: SHOP.domain,
      locationId: LOCATION,
      accessTokenRef: 'client:app-1:env:APP_SECRET',
      adminUrl: `${twin.url}/shops/${SHOP.domain}/admin/api/2026-10/graphql.json`,
      apiVersion: '2026-10',
    },
  };
}

const open = (shop: ShopConnection, secret = SECRET) =>
  openAdminApi(shop, { environment: { APP_SECRET: secret } });

test('all clients of a shop are opened by one granted token', async () => {
  const { shop } = await startShopOfAnApp();
  const sent: string[] = [];
  const note = (message: unknown) => {
    const { path } = (message as { readonly request: ClientRequest }).request;
    if (path.endsWith('/oauth/access_token')) sent.push(path);
  };
  subscribe('http.client.request.start', note);
  onTestFinished(() => void unsubscribe('http.client.request.start', note));

  const names = await Promise.all(
    [open(shop), open(shop), open(shop)].map((api) => api.readLocation().then((location) => location?.name)),
  );

  expect(names).toEqual(['Online ATP', 'Online ATP', 'Online ATP']);
  expect(sent).toHaveLength(1);
});

test('a shop whose token was revoked is opened by a new one, and the call is sent once more', async () => {
  const { twin, shop } = await startShopOfAnApp();
  const api = open(shop);
  await api.readLocation();
  await twin.control('DELETE', `/shops/${SHOP.domain}/access-tokens`);

  expect(await api.readLocation()).toMatchObject({ isActive: true });
  expect(await twin.requests('ReadLocation')).toHaveLength(2);
});

test('a shop whose token has expired is opened by a new one', async () => {
  let now = Date.now();
  const twin = await startTwin({ shops: [{ ...SHOP, client: APP }], now: () => new Date(now) });
  const { shop } = await startShopOfAnApp();
  const api = open({ ...shop, adminUrl: `${twin.url}/shops/${SHOP.domain}/admin/api/2026-10/graphql.json` });
  await api.readLocation();

  now += 25 * 60 * 60 * 1000;

  expect(await api.readLocation()).toMatchObject({ isActive: true });
});

describe('a shop that grants no token', () => {
  test.each([
    [
      'does not end',
      (response: ServerResponse) => {
        response.writeHead(200);
        void answerWithoutEnd(response);
      },
    ],
    [
      'unpacks to more than the limit',
      (response: ServerResponse) => {
        const packed = gzipSync(Buffer.alloc(SHOPIFY_ANSWER_BYTES_MAX + 1));
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
      },
    ],
  ])('because its answer %s is SHOPIFY_RESPONSE_UNEXPECTED', async (_what, answer) => {
    const url = await serve((_request, response) => answer(response));
    const { shop } = await startShopOfAnApp();
    const adminUrl = url.replace('/graphql.json', '/admin/api/2026-10/graphql.json');

    expect(await expectFailure(open({ ...shop, adminUrl }).readLocation())).toMatchObject({
      code: 'SHOPIFY_RESPONSE_UNEXPECTED',
      message: expect.stringContaining('longer than 16 MiB') as string,
    });
  });

  test('because the secret is wrong denies access, and the error does not repeat the secret', async () => {
    const { shop } = await startShopOfAnApp();

    const failure = await open(shop, 'shpss_wrong')
      .readLocation()
      .catch((error: unknown) => error as Error);

    expect(failure).toMatchObject({ code: 'SHOPIFY_ACCESS_DENIED' });
    expect(inspect(failure, { depth: 10 })).not.toContain('shpss_wrong');
  });

  test('is asked again once its secret is right', async () => {
    const { shop } = await startShopOfAnApp();
    await expect(open(shop, 'shpss_wrong').readLocation()).rejects.toThrow();

    expect(await open(shop).readLocation()).toMatchObject({ isActive: true });
  });

  test('because its secret is not set is refused, and the error names the reference', async () => {
    const { shop } = await startShopOfAnApp();

    expect(() => openAdminApi(shop, { environment: {} })).toThrow(/env:APP_SECRET/);
  });
});
