import { describe, expect, test } from 'vitest';
import { startShopifyTwin } from '../../src/stand-ins/shopify-twin/index.ts';
import { documentText, setVariables, SHOP, shirts, startTwin, startTwinWith } from './twin-fixture.ts';

const SHOP_NAME = { query: '{ shop { myshopifyDomain } }' };
const OTHER = {
  domain: 'red-shirts.myshopify.com',
  accessToken: 'shpat_twin_red',
  locations: [{ id: 'gid://shopify/Location/80000000001', name: 'Online' }],
};

describe('the address of a shop', () => {
  test('may be the plain path while there is one shop, and must name the shop when there are two', async () => {
    const alone = await startTwin();
    expect((await alone.post(SHOP_NAME, { path: '/admin/api/2026-10/graphql.json' })).status).toBe(200);

    const both = await startTwin({ shops: [SHOP, OTHER] });
    const path = '/admin/api/2026-10/graphql.json';
    expect((await both.post(SHOP_NAME, { path })).status).toBe(404);
    const headers = { 'x-shopify-access-token': OTHER.accessToken };
    const named = await both.post(SHOP_NAME, { path: `/shops/${OTHER.domain}${path}`, headers });
    expect(await named.json()).toMatchObject({ data: { shop: { myshopifyDomain: OTHER.domain } } });
    expect((await both.post(SHOP_NAME, { path: `/shops/nobody.myshopify.com${path}` })).status).toBe(404);
  });

  test('is what the twin says of itself', async () => {
    const twin = await startShopifyTwin({ shops: [SHOP] });
    expect(twin.url).toBe(`http://127.0.0.1:${twin.port}`);
    expect(twin.controlUrl).toBe(`${twin.url}/control`);
    expect(twin.endpointOf(SHOP.domain)).toBe(
      `${twin.url}/shops/${SHOP.domain}/admin/api/2026-10/graphql.json`,
    );
    await twin.close();
  });

  test('cannot have a port that is taken', async () => {
    const twin = await startShopifyTwin({ shops: [SHOP] });
    await expect(startShopifyTwin({ shops: [SHOP], port: twin.port })).rejects.toThrow(/EADDRINUSE/);
    await twin.close();
  });
});

describe('a request', () => {
  test.each([
    ['a wrong token', 'shpat_wrong'],
    ['the token of another shop', OTHER.accessToken],
    ['no token', ''],
  ])('with %s answers 401', async (_what, token) => {
    const twin = await startTwin({ shops: [SHOP, OTHER] });
    const answer = await twin.post(SHOP_NAME, { headers: { 'x-shopify-access-token': token } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({
      errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
    });
  });
});

describe('a request with the API version', () => {
  test.each([
    ['2026-10', 200, '2026-10'],
    ['2026-04', 200, '2026-10'],
    ['2026-01', 200, '2026-01'],
    ['2021-01', 200, '2026-01'],
    ['2027-01', 404, null],
    ['unstable', 404, null],
    ['2026-11', 404, null],
  ])('%s answers %i', async (version, status, served) => {
    const twin = await startTwin();
    const answer = await twin.post(SHOP_NAME, { path: `/admin/api/${version}/graphql.json` });
    expect(answer.status).toBe(status);
    // An older version falls forward: only this header tells.
    expect(answer.headers.get('x-shopify-api-version')).toBe(served);
  });

  test.each(['2026-01', '2025-10'])(
    '%s knows no inactive levels, so our reads are refused',
    async (version) => {
      const { twin, ids } = await startTwinWith(shirts(1));
      const path = `/admin/api/${version}/graphql.json`;
      const locationId = SHOP.locations[0].id;
      const read = { query: documentText('read-online-atp'), variables: { ids, locationId } };
      const answer: unknown = await (await twin.post(read, { path })).json();
      expect(answer).toMatchObject({
        errors: [
          {
            message: "Field 'inventoryLevel' doesn't accept argument 'includeInactive'",
            extensions: { code: 'argumentNotAccepted' },
          },
          {
            message: "Field 'isActive' doesn't exist on type 'InventoryLevel'",
            extensions: { code: 'undefinedField' },
          },
        ],
      });
      expect(answer).not.toHaveProperty('data');
      const rows = [{ inventoryItemId: ids[0]!, quantity: 1, changeFromQuantity: 10 }];
      await twin.post(
        { query: documentText('set-online-atp'), variables: setVariables('k', rows) },
        { path },
      );
      expect(await twin.available()).toEqual([1]);
    },
  );
});

describe('the cost of a call', () => {
  test('is charged from a full bucket of the standard plan', async () => {
    const now = new Date(); // no points come back between charge and answer
    const { twin, ids } = await startTwinWith(shirts(1), { now: () => now });
    const rows = [{ inventoryItemId: ids[0]!, quantity: 1, changeFromQuantity: 10 }];
    const accepted = await twin.query(documentText('set-online-atp'), setVariables('a', rows));
    expect(accepted.extensions.cost).toEqual({
      requestedQueryCost: 11,
      actualQueryCost: 11,
      throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1989, restoreRate: 100 },
    });
    const refused = await twin.query(documentText('set-online-atp'), setVariables('b', rows));
    expect(refused.extensions.cost).toMatchObject({ requestedQueryCost: 11, actualQueryCost: 10 });
  });

  test('of a read does not grow with the number of ids', async () => {
    const { twin, ids } = await startTwinWith(shirts(250));
    const cost = async (count: number) =>
      (
        await twin.query(documentText('read-online-atp'), {
          ids: ids.slice(0, count),
          locationId: SHOP.locations[0].id,
        })
      ).extensions.cost.requestedQueryCost;
    expect(await cost(250)).toBe(await cost(1));
  });

  /** Recorded on development stores, by page size and objects in a node. */
  test.each([
    [1, 0, 3],
    [10, 0, 6],
    [20, 0, 7],
    [50, 0, 9],
    [100, 0, 11],
    [250, 0, 13],
    [10, 1, 10],
    [20, 1, 12],
    [50, 1, 16],
    [100, 1, 20],
    [250, 1, 24],
    [250, 2, 35],
  ])('of a page of %i with %i objects in each node is %i', async (first, objects, points) => {
    const twin = await startTwin();
    const inNode = ['id', 'inventoryItem { id }', 'inventoryItem { inventoryLevel(locationId: "") { id } }'];
    const query = `{ productVariants(first: ${first}) { nodes { ${inNode[objects]} } pageInfo { endCursor } } }`;
    expect((await twin.query(query)).extensions.cost.requestedQueryCost).toBe(points);
  });

  test('of a page counts each node once by way of edges too, and multiplies the pages in its nodes', async () => {
    const twin = await startTwin();
    const cost = async (query: string) => (await twin.query(query)).extensions.cost.requestedQueryCost;
    expect(await cost('{ products(first: 10) { edges { cursor node { title } } } }')).toBe(6);
    const nested = 'products(first: 10) { nodes { variants(first: 3) { nodes { inventoryItem { id } } } } }';
    expect(await cost(`{ ${nested} }`)).toBe(2 + 4 * (1 + (2 + 2 * (1 + 1))));
    // The page of a connection says nothing about the fields after it.
    expect(await cost(`{ ${nested} shop { name } }`)).toBe(31);
  });

  test('of a page of the catalogue is 35', async () => {
    const twin = await startTwin();
    const locationId = SHOP.locations[0].id;
    const { extensions } = await twin.query(documentText('read-catalogue'), { cursor: null, locationId });
    expect(extensions.cost.requestedQueryCost).toBe(35);
  });
});
