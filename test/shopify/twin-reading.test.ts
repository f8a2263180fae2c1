import { describe, expect, test } from 'vitest';
import { BACK_ROOM, documentText, LOCATION, SHOP, shirts, startTwin, startTwinWith } from './twin-fixture.ts';
import type { Page, TwinClient } from './twin-fixture.ts';

async function readWholeCatalogue(twin: TwinClient): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor: string | null = null;
  do {
    const { data } = await twin.query(documentText('read-catalogue'), { cursor, locationId: LOCATION });
    pages.push(data.productVariants);
    cursor = data.productVariants.pageInfo.endCursor;
  } while (pages.at(-1)?.pageInfo.hasNextPage && pages.length < 10);
  return pages;
}

describe('reading the catalogue', () => {
  test('gives pages of 250 with every variant once, in the order of the ids', async () => {
    const { twin } = await startTwinWith(shirts(600));
    const pages = await readWholeCatalogue(twin);
    expect(pages.map(({ nodes }) => nodes.length)).toEqual([250, 250, 100]);
    expect(pages.flatMap(({ nodes }) => nodes.map(({ sku }) => sku))).toEqual(
      shirts(600).map(({ sku }) => sku),
    );
  });

  test('goes on after a cursor whose variant was deleted', async () => {
    const { twin } = await startTwinWith(shirts(3));
    const next = `query Next($after: String) { productVariants(first: 1, after: $after) { nodes { sku } pageInfo { endCursor } } }`;
    const first = await twin.query(next);
    await twin.control('DELETE', `/shops/${SHOP.domain}/variants/SHIRT-0001`);
    const second = await twin.query(next, { after: first.data.productVariants.pageInfo.endCursor });
    expect(second.data.productVariants.nodes).toEqual([{ sku: 'SHIRT-0002' }]);
  });

  test.each([
    ['last: 2', ['4', '5'], false, true],
    ['first: 2, reverse: true', ['5', '4'], true, false],
    ['last: 2, reverse: true', ['2', '1'], false, true],
    ['first: 0', [], true, false],
  ])('gives for (%s) the SKUs %j', async (page, skus, hasNextPage, hasPreviousPage) => {
    const { twin } = await startTwinWith(['1', '2', '3', '4', '5'].map((sku) => ({ sku, title: sku })));
    const { data } = await twin.query(
      `{ productVariants(${page}) { nodes { sku } pageInfo { hasNextPage hasPreviousPage } } }`,
    );
    expect(data.productVariants.nodes.map(({ sku }) => sku)).toEqual(skus);
    expect(data.productVariants.pageInfo).toEqual({ hasNextPage, hasPreviousPage });
  });

  test.each([
    ['no page size', '', /first or last/],
    ['a page size of more than 250', '(first: 251)', /0 to 250/],
    ['a foreign cursor', '(first: 1, after: "abc")', /Invalid cursor/],
  ])('is a bad request with %s', async (_what, page, message) => {
    const twin = await startTwin();
    const { data, errors } = await twin.query(`{ productVariants${page} { nodes { sku } } }`);
    expect(data).toBeNull(); // the connection is not nullable
    expect(errors?.[0]?.message).toMatch(message);
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_REQUEST' });
  });

  test('tells an inactive level apart from no level', async () => {
    const { twin } = await startTwinWith([
      { sku: 'ACTIVE', title: 'a' },
      { sku: 'INACTIVE', title: 'b', active: false, tracked: false, inventoryPolicy: 'CONTINUE' },
      { sku: 'ELSEWHERE', title: 'c', locationId: BACK_ROOM },
    ]);
    const [page] = await readWholeCatalogue(twin);
    expect(page?.nodes).toMatchObject([
      {
        sku: 'ACTIVE',
        inventoryPolicy: 'DENY',
        inventoryItem: { tracked: true, inventoryLevel: { isActive: true } },
      },
      {
        sku: 'INACTIVE',
        inventoryPolicy: 'CONTINUE',
        inventoryItem: { tracked: false, inventoryLevel: { isActive: false } },
      },
      { sku: 'ELSEWHERE', inventoryItem: { inventoryLevel: null } },
    ]);
  });
});

describe('looking up by a query', () => {
  const products = [
    { sku: 'BLUE-SHIRT', title: 'Blue shirt' },
    { sku: 'BLUE SHIRT', title: 'Other blue shirt' },
    { sku: 'RED', title: 'Red shirt' },
    { sku: 'RED', title: 'Red shirt, again' },
  ];

  test.each([
    ['sku:BLUE-SHIRT', ['Blue shirt']],
    ['sku:"BLUE SHIRT"', ['Other blue shirt']],
    ["sku:'RED'", ['Red shirt', 'Red shirt, again']],
    ['sku:RED title:again', ['Red shirt, again']],
    ['sku:blue-shirt', []],
    ['sku:NONE', []],
    ['blue', ['Blue shirt', 'Other blue shirt']],
  ])('%s finds %j', async (query, titles) => {
    const { twin } = await startTwinWith(products);
    const { data } = await twin.query(
      `query Find($query: String) { products(first: 9, query: $query) { nodes { title } } }`,
      {
        query,
      },
    );
    expect(data.products.nodes).toEqual(titles.map((title) => ({ title })));
  });

  test('finds everything by a field that Shopify does not know, and only warns', async () => {
    const { twin } = await startTwinWith(products);
    const { data, extensions } = await twin.query(
      `{ inventoryItems(first: 9, query: "skuu:RED") { nodes { sku } } }`,
    );
    expect(data.inventoryItems.nodes).toHaveLength(4);
    expect(extensions.search).toEqual([
      {
        path: ['inventoryItems'],
        query: 'skuu:RED',
        warnings: [{ field: 'skuu', message: 'Invalid search field for this query.' }],
      },
    ]);
  });

  test.each(['sku:A OR sku:B', 'id:>5', '(sku:A)', 'sku:BLUE*'])(
    '%s is refused, because the twin does not model it',
    async (query) => {
      const { twin } = await startTwinWith(products);
      const { errors } = await twin.query(
        `query Find($query: String) { products(first: 1, query: $query) { nodes { id } } }`,
        {
          query,
        },
      );
      expect(errors?.[0]?.extensions).toEqual({ code: 'TWIN_NOT_MODELLED' });
    },
  );
});

describe('reading by ids', () => {
  test('gives null in the place of an unknown id, and the time of available', async () => {
    const { twin, ids } = await startTwinWith(shirts(1), { now: () => new Date('2026-11-24T12:00:00.123Z') });
    const { data } = await twin.query(
      `query Read($ids: [ID!]!, $locationId: ID!) {
        nodes(ids: $ids) {
          ... on InventoryItem {
            id
            sku
            tracked
            inventoryLevel(locationId: $locationId, includeInactive: true) {
              id
              isActive
              quantities(names: ["available"]) { name quantity updatedAt }
            }
          }
        }
      }`,
      { ids: ['gid://shopify/InventoryItem/1', ids[0]], locationId: LOCATION },
    );
    expect(data.nodes).toEqual([
      null,
      {
        id: ids[0],
        sku: 'SHIRT-0001',
        tracked: true,
        inventoryLevel: {
          id: expect.stringMatching(
            new RegExp(
              `^gid://shopify/InventoryLevel/\\d+\\?inventory_item_id=${ids[0]?.split('/').at(-1)}$`,
            ),
          ),
          isActive: true,
          quantities: [{ name: 'available', quantity: 10, updatedAt: '2026-11-24T12:00:00Z' }],
        },
      },
    ]);
  });

  test('is refused for 251 ids', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const { errors } = await twin.query(documentText('read-online-atp'), {
      ids: Array<string>(251).fill(ids[0] ?? ''),
      locationId: LOCATION,
    });
    expect(errors).toMatchObject([
      { path: ['nodes', 'ids'], extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } },
    ]);
  });

  test('tells whether a location sells online, and gives null for one that does not exist', async () => {
    const twin = await startTwin();
    await twin.control('PATCH', `/shops/${SHOP.domain}/locations`, [
      { id: LOCATION, fulfillsOnlineOrders: false },
    ]);
    const read = (locationId: string) => twin.query(documentText('read-location'), { locationId });
    expect((await read(LOCATION)).data).toEqual({
      location: { id: LOCATION, name: 'Online ATP', isActive: true, fulfillsOnlineOrders: false },
    });
    expect((await read('gid://shopify/Location/1')).data).toEqual({ location: null });
  });

  test('leads from the id of the product, the variant and the item to the same product', async () => {
    const { twin } = await startTwinWith([]);
    const [product] = await twin.seed([{ sku: 'BLUE', title: 'Blue', available: 3 }]);
    const { productId, variantId, inventoryItemId } = product!;
    const { data } = await twin.query(
      `query All($p: ID!, $v: ID!, $i: ID!) {
        product(id: $p) { title variants(first: 1) { nodes { sku } } }
        productVariant(id: $v) { displayName inventoryQuantity product { id } }
        inventoryItem(id: $i) {
          duplicateSkuCount
          variant { id }
          inventoryLevels(first: 5) { nodes { location { name } quantities(names: ["on_hand", "incoming"]) { name quantity updatedAt } } }
        }
        shop { myshopifyDomain }
        currentAppInstallation { accessScopes { handle } }
        locations(first: 5) { nodes { name } }
      }`,
      { p: productId, v: variantId, i: inventoryItemId },
    );
    expect(data).toMatchObject({
      product: { title: 'Blue', variants: { nodes: [{ sku: 'BLUE' }] } },
      productVariant: { inventoryQuantity: 3, product: { id: productId } },
      inventoryItem: {
        duplicateSkuCount: 0,
        variant: { id: variantId },
        inventoryLevels: {
          nodes: [
            {
              location: { name: 'Online ATP' },
              quantities: [
                { name: 'on_hand', quantity: 3, updatedAt: null },
                { name: 'incoming', quantity: 0, updatedAt: null },
              ],
            },
          ],
        },
      },
      shop: { myshopifyDomain: SHOP.domain },
      locations: { nodes: [{ name: 'Back room' }, { name: 'Online ATP' }] },
    });
    expect(JSON.stringify(data)).toContain('write_inventory');
  });
});
