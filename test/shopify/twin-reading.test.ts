import { describe, expect, test } from 'vitest';
import { BACK_ROOM, documentText, LOCATION, SHOP, shirts, startTwin, startTwinWith } from './twin-fixture.ts';
import type { Page, TwinClient } from './twin-fixture.ts';

async function wholeCatalogue(twin: TwinClient): Promise<Page[]> {
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
  test('pages of 250 hold every variant once, in the order of the ids', async () => {
    const { twin } = await startTwinWith(shirts(600));
    const pages = await wholeCatalogue(twin);
    expect(pages.map(({ nodes }) => nodes.length)).toEqual([250, 250, 100]);
    expect(pages.flatMap(({ nodes }) => nodes.map(({ sku }) => sku))).toEqual(
      shirts(600).map(({ sku }) => sku),
    );
  });

  test('a cursor outlives its variant', async () => {
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
  ])('%s', async (page, skus, hasNextPage, hasPreviousPage) => {
    const { twin } = await startTwinWith(['1', '2', '3', '4', '5'].map((sku) => ({ sku, title: sku })));
    const { data } = await twin.query(
      `{ productVariants(${page}) { nodes { sku } pageInfo { hasNextPage hasPreviousPage } } }`,
    );
    expect(data.productVariants.nodes.map(({ sku }) => sku)).toEqual(skus);
    expect(data.productVariants.pageInfo).toEqual({ hasNextPage, hasPreviousPage });
  });

  test.each([
    ['no size', '', /first or last/],
    ['too many', '(first: 251)', /0 to 250/],
    ['no cursor of ours', '(first: 1, after: "abc")', /Invalid cursor/],
  ])('%s is a bad request', async (_what, page, message) => {
    const twin = await startTwin();
    const { data, errors } = await twin.query(`{ productVariants${page} { nodes { sku } } }`);
    expect(data).toBeNull(); // the connection is not nullable
    expect(errors?.[0]?.message).toMatch(message);
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_REQUEST' });
  });

  test('a level that sells nothing is told apart from none at all', async () => {
    const { twin } = await startTwinWith([
      { sku: 'ACTIVE', title: 'a' },
      { sku: 'INACTIVE', title: 'b', active: false, tracked: false, inventoryPolicy: 'CONTINUE' },
      { sku: 'ELSEWHERE', title: 'c', locationId: BACK_ROOM },
    ]);
    const [page] = await wholeCatalogue(twin);
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
  ])('%s', async (query, titles) => {
    const { twin } = await startTwinWith(products);
    const { data } = await twin.query(
      `query Find($query: String) { products(first: 9, query: $query) { nodes { title } } }`,
      {
        query,
      },
    );
    expect(data.products.nodes).toEqual(titles.map((title) => ({ title })));
  });

  test('a field that Shopify does not know matches everything, with only a warning', async () => {
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
    '%s is refused, not guessed',
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

describe('reading what is on sale', () => {
  test('an unknown id is null in its place, and available has a time', async () => {
    const { twin, ids } = await startTwinWith(shirts(1), { now: () => new Date('2026-11-24T12:00:00.123Z') });
    const { data } = await twin.query(documentText('read-online-atp'), {
      ids: ['gid://shopify/InventoryItem/1', ids[0]],
      locationId: LOCATION,
    });
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

  test('251 ids are too many', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const { errors } = await twin.query(documentText('read-online-atp'), {
      ids: Array<string>(251).fill(ids[0] ?? ''),
      locationId: LOCATION,
    });
    expect(errors).toMatchObject([
      { path: ['nodes', 'ids'], extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' } },
    ]);
  });

  test('the location says whether it sells online; one that does not exist is null', async () => {
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

  test('every look-up by id leads to the same product', async () => {
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
