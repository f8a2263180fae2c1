import { describe, expect, test } from 'vitest';
import { apiOf, callOf, everyPage, failure } from './admin-fixture.ts';
import { BACK_ROOM, LOCATION, SHOP, shirts, startTwin, startTwinWith } from './twin-fixture.ts';

describe('the location', () => {
  test('is read with its name and flags', async () => {
    const twin = await startTwin();
    await twin.control('PATCH', `/shops/${SHOP.domain}/locations`, [
      { id: LOCATION, fulfillsOnlineOrders: false },
    ]);
    expect(await apiOf(twin).readLocation()).toEqual({
      name: 'Online ATP',
      isActive: true,
      fulfillsOnlineOrders: false,
    });
  });

  test('is null when the shop has none of this id', async () => {
    const twin = await startTwin();
    expect(await apiOf(twin, { locationId: 'gid://shopify/Location/70000065537' }).readLocation()).toBeNull();
  });
});

describe('reading items', () => {
  test('positions match the ids: tracked or not, active or not, stocked elsewhere, unknown', async () => {
    const { twin, ids } = await startTwinWith([
      { sku: 'A', title: 'A', available: 7 },
      { sku: 'B', title: 'B', available: -2, tracked: false },
      { sku: 'C', title: 'C', available: 4, active: false },
      { sku: 'D', title: 'D', available: 9, locationId: BACK_ROOM },
    ]);
    const unknown = 'gid://shopify/InventoryItem/1';
    expect(await apiOf(twin).readItems([ids[3] ?? '', unknown, ...ids.slice(0, 3)])).toEqual([
      { tracked: true, levelActive: false, available: null },
      null,
      { tracked: true, levelActive: true, available: 7 },
      { tracked: false, levelActive: true, available: -2 },
      { tracked: true, levelActive: false, available: 4 },
    ]);
  });

  test('250 in one call, none in no call', async () => {
    const { twin, ids } = await startTwinWith(shirts(250));
    expect(await apiOf(twin).readItems(ids)).toHaveLength(250);
    expect(await apiOf(twin).readItems([])).toEqual([]);
    expect(await twin.requests('ReadOnlineAtp')).toHaveLength(1);
  });

  test('more than Shopify takes is refused, not cut', async () => {
    const { twin, ids } = await startTwinWith(shirts(251));
    expect(await failure(apiOf(twin).readItems(ids))).toMatchObject({ code: 'SHOPIFY_REQUEST_REFUSED' });
  });
});

describe('setting quantities', () => {
  test('a call is applied once, its repeat is answered from the key', async () => {
    const { twin, ids } = await startTwinWith(shirts(2));
    const call = callOf(
      ids.map((inventoryItemId) => ({ inventoryItemId, quantity: 7, changeFromQuantity: 10 })),
    );
    expect(await apiOf(twin).setOnlineAtp(call)).toEqual({ outcome: 'APPLIED' });
    expect(await apiOf(twin).setOnlineAtp(call)).toEqual({ outcome: 'APPLIED' });
    expect(await twin.available()).toEqual([7, 7]);
    const requests = await twin.requests('SetOnlineAtp');
    expect(requests.map(({ applied, replayed }) => [applied.length, replayed])).toEqual([
      [2, false],
      [0, true],
    ]);
  });

  test('the variables arrive field for field as they were stored', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 3, changeFromQuantity: null }]);
    await apiOf(twin).setOnlineAtp(call);
    const [request] = await twin.requests('SetOnlineAtp');
    expect(JSON.stringify(request?.variables)).toBe(call);
  });

  test('a call that changes nothing makes no group and is a success', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 10, changeFromQuantity: 10 }]);
    expect(await apiOf(twin).setOnlineAtp(call)).toEqual({ outcome: 'APPLIED' });
  });

  test('rows are refused by their positions, and nothing of the call is applied', async () => {
    const { twin, ids } = await startTwinWith(shirts(3));
    const bases = [9, 10, 11];
    const rows = ids.map((inventoryItemId, index) => ({
      inventoryItemId,
      quantity: 1,
      changeFromQuantity: bases[index] ?? 0,
    }));
    expect(await apiOf(twin).setOnlineAtp(callOf(rows))).toEqual({
      outcome: 'REFUSED',
      rows: [0, 2].map((position) => ({
        position,
        code: 'CHANGE_FROM_QUANTITY_STALE',
        message: expect.any(String),
      })),
      calls: [],
    });
    const gone = { inventoryItemId: 'gid://shopify/InventoryItem/1', quantity: 1, changeFromQuantity: 0 };
    const next = callOf([...rows.slice(1, 2), gone], { generation: 1 });
    expect(await apiOf(twin).setOnlineAtp(next)).toMatchObject({
      rows: [{ position: 1, code: 'INVALID_INVENTORY_ITEM' }],
    });
    expect(await twin.available()).toEqual([10, 10, 10]);
  });

  test('a refusal of no row in particular is the call’s', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 1, changeFromQuantity: 10 }]);
    expect(await apiOf(twin).setOnlineAtp(call.replace('"correction"', '"no such reason"'))).toMatchObject({
      outcome: 'REFUSED',
      rows: [],
      calls: [{ code: 'INVALID_REASON' }],
    });
  });

  test('a key that was used for other variables is a fault that no repeat mends', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const row = { inventoryItemId: ids[0] ?? '', changeFromQuantity: 10 };
    await apiOf(twin).setOnlineAtp(callOf([{ ...row, quantity: 1 }]));
    expect(await failure(apiOf(twin).setOnlineAtp(callOf([{ ...row, quantity: 2 }])))).toMatchObject({
      code: 'SHOPIFY_REQUEST_REFUSED',
      message: expect.stringContaining('IDEMPOTENCY_KEY_PARAMETER_MISMATCH'),
    });
  });

  test('a repeat while the first request still runs is told to come again', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 1, changeFromQuantity: 10 }]);
    const hold = await twin.hold('SetOnlineAtp');
    const first = apiOf(twin).setOnlineAtp(call);
    await twin.control('GET', `/holds/${hold.id}?arrived`);
    expect(await failure(apiOf(twin).setOnlineAtp(call))).toMatchObject({
      code: 'SHOPIFY_UNREACHABLE',
      class: 'retry',
      message: expect.stringContaining('IDEMPOTENCY_CONCURRENT_REQUEST'),
    });
    await twin.control('DELETE', `/holds/${hold.id}`);
    expect(await first).toEqual({ outcome: 'APPLIED' });
  });

  test('a row without changeFromQuantity is refused as a request', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 1, changeFromQuantity: 10 }]);
    const dropped = call.replace(',"changeFromQuantity":10', '');
    expect(await failure(apiOf(twin).setOnlineAtp(dropped))).toMatchObject({
      code: 'SHOPIFY_REQUEST_REFUSED',
      message: expect.stringContaining('INVALID_FIELD_ARGUMENTS'),
    });
  });
});

describe('the catalogue', () => {
  test('comes in pages of 250, each variant once, with what decides whether it can be kept', async () => {
    const { twin } = await startTwinWith([
      { sku: 'UNTRACKED', title: 'U', tracked: false, inventoryPolicy: 'CONTINUE' },
      { sku: 'INACTIVE', title: 'I', active: false },
      { sku: null, title: 'No SKU', locationId: BACK_ROOM },
      ...shirts(300),
    ]);
    const pages = await everyPage(apiOf(twin).catalogue());
    expect(pages.map((page) => page.length)).toEqual([250, 53]);
    expect(pages[0]?.slice(0, 4)).toMatchObject([
      { sku: 'UNTRACKED', tracked: false, levelActive: true, inventoryPolicy: 'CONTINUE' },
      { sku: 'INACTIVE', tracked: true, levelActive: false, inventoryPolicy: 'DENY' },
      { sku: null, levelActive: false },
      { sku: 'SHIRT-0001', tracked: true, levelActive: true },
    ]);
    expect(new Set(pages.flat().map(({ inventoryItemId }) => inventoryItemId)).size).toBe(303);
  });

  test('a throttled page is waited for; another failure ends the reading', async () => {
    const { twin } = await startTwinWith(shirts(300));
    await twin.control('POST', '/faults', { operation: 'ReadCatalogue', kind: 'throttled', skip: 1 });
    const pages = await everyPage(apiOf(twin).catalogue());
    expect(pages.flat()).toHaveLength(300);

    await twin.control('POST', '/faults', { operation: 'ReadCatalogue', kind: 'http-500-before', skip: 1 });
    expect(await failure(everyPage(apiOf(twin).catalogue()))).toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  });

  test('of an empty shop is one empty page', async () => {
    expect(await everyPage(apiOf(await startTwin()).catalogue())).toEqual([[]]);
  });
});
