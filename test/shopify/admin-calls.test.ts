import { describe, expect, test } from 'vitest';
import { apiOf, callOf, inTime, readEveryPage, expectFailure } from './admin-fixture.ts';
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
  test('keeps the order of the ids: tracked or not, active or not, stocked elsewhere, unknown', async () => {
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

  test('takes one call for 250 items, and no call for none', async () => {
    const { twin, ids } = await startTwinWith(shirts(250));
    expect(await apiOf(twin).readItems(ids)).toHaveLength(250);
    expect(await apiOf(twin).readItems([])).toEqual([]);
    expect(await twin.requests('ReadOnlineAtp')).toHaveLength(1);
  });

  test('is refused for more items than Shopify takes, and not cut short', async () => {
    const { twin, ids } = await startTwinWith(shirts(251));
    expect(await expectFailure(apiOf(twin).readItems(ids))).toMatchObject({
      code: 'SHOPIFY_REQUEST_REFUSED',
    });
  });
});

describe('setting quantities', () => {
  test('applies a call once, and its repeat is answered from the key', async () => {
    const { twin, ids } = await startTwinWith(shirts(2));
    const call = callOf(
      ids.map((inventoryItemId) => ({ inventoryItemId, quantity: 7, changeFromQuantity: 10 })),
    );
    expect(await apiOf(twin).setOnlineAtp(call, inTime())).toEqual({ outcome: 'APPLIED' });
    expect(await apiOf(twin).setOnlineAtp(call, inTime())).toEqual({ outcome: 'APPLIED' });
    expect(await twin.available()).toEqual([7, 7]);
    const requests = await twin.requests('SetOnlineAtp');
    expect(requests.map(({ applied, replayed }) => [applied.length, replayed])).toEqual([
      [2, false],
      [0, true],
    ]);
  });

  test('sends the variables field for field as they were stored', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 3, changeFromQuantity: null }]);
    await apiOf(twin).setOnlineAtp(call, inTime());
    const [request] = await twin.requests('SetOnlineAtp');
    expect(JSON.stringify(request?.variables)).toBe(call);
  });

  test('succeeds with a call that changes nothing', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 10, changeFromQuantity: 10 }]);
    expect(await apiOf(twin).setOnlineAtp(call, inTime())).toEqual({ outcome: 'APPLIED' });
  });

  test('reports refused rows by their positions, and nothing of their call is applied', async () => {
    const { twin, ids } = await startTwinWith(shirts(3));
    const bases = [9, 10, 11];
    const rows = ids.map((inventoryItemId, index) => ({
      inventoryItemId,
      quantity: 1,
      changeFromQuantity: bases[index] ?? 0,
    }));
    expect(await apiOf(twin).setOnlineAtp(callOf(rows), inTime())).toEqual({
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
    expect(await apiOf(twin).setOnlineAtp(next, inTime())).toMatchObject({
      rows: [{ position: 1, code: 'INVALID_INVENTORY_ITEM' }],
    });
    expect(await twin.available()).toEqual([10, 10, 10]);
  });

  test('reports a refusal that names no row as one of the whole call', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 1, changeFromQuantity: 10 }]);
    expect(
      await apiOf(twin).setOnlineAtp(call.replace('"correction"', '"no such reason"'), inTime()),
    ).toMatchObject({
      outcome: 'REFUSED',
      rows: [],
      calls: [{ code: 'INVALID_REASON' }],
    });
  });

  test('fails for good when the key was used for other variables', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const row = { inventoryItemId: ids[0] ?? '', changeFromQuantity: 10 };
    await apiOf(twin).setOnlineAtp(callOf([{ ...row, quantity: 1 }]), inTime());
    expect(
      await expectFailure(apiOf(twin).setOnlineAtp(callOf([{ ...row, quantity: 2 }]), inTime())),
    ).toMatchObject({
      code: 'SHOPIFY_REQUEST_REFUSED',
      message: expect.stringContaining('IDEMPOTENCY_KEY_PARAMETER_MISMATCH'),
    });
  });

  test('may be tried again when the first request with the key still runs', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 1, changeFromQuantity: 10 }]);
    const hold = await twin.hold('SetOnlineAtp');
    const first = apiOf(twin).setOnlineAtp(call, inTime());
    await twin.control('GET', `/holds/${hold.id}?arrived`);
    expect(await expectFailure(apiOf(twin).setOnlineAtp(call, inTime()))).toMatchObject({
      code: 'SHOPIFY_UNREACHABLE',
      class: 'retry',
      message: expect.stringContaining('IDEMPOTENCY_CONCURRENT_REQUEST'),
    });
    await twin.control('DELETE', `/holds/${hold.id}`);
    expect(await first).toEqual({ outcome: 'APPLIED' });
  });

  test('fails for good when a row lacks changeFromQuantity', async () => {
    const { twin, ids } = await startTwinWith(shirts(1));
    const call = callOf([{ inventoryItemId: ids[0] ?? '', quantity: 1, changeFromQuantity: 10 }]);
    const dropped = call.replace(',"changeFromQuantity":10', '');
    expect(await expectFailure(apiOf(twin).setOnlineAtp(dropped, inTime()))).toMatchObject({
      code: 'SHOPIFY_REQUEST_REFUSED',
      message: expect.stringContaining('INVALID_FIELD_ARGUMENTS'),
    });
  });
});

describe('the catalogue', () => {
  test('comes in pages of 250, each variant once, with its flags', async () => {
    const { twin } = await startTwinWith([
      { sku: 'UNTRACKED', title: 'U', tracked: false, inventoryPolicy: 'CONTINUE' },
      { sku: 'INACTIVE', title: 'I', active: false },
      { sku: null, title: 'No SKU', locationId: BACK_ROOM },
      ...shirts(300),
    ]);
    const pages = await readEveryPage(apiOf(twin).catalogue());
    expect(pages.map((page) => page.length)).toEqual([250, 53]);
    expect(pages[0]?.slice(0, 4)).toMatchObject([
      { sku: 'UNTRACKED', tracked: false, levelActive: true, inventoryPolicy: 'CONTINUE' },
      { sku: 'INACTIVE', tracked: true, levelActive: false, inventoryPolicy: 'DENY' },
      { sku: null, levelActive: false },
      { sku: 'SHIRT-0001', tracked: true, levelActive: true },
    ]);
    expect(new Set(pages.flat().map(({ inventoryItemId }) => inventoryItemId)).size).toBe(303);
  });

  test('goes on after a throttled page, and ends with any other failure', async () => {
    const { twin } = await startTwinWith(shirts(300));
    await twin.control('POST', '/faults', { operation: 'ReadCatalogue', kind: 'throttled', skip: 1 });
    const pages = await readEveryPage(apiOf(twin).catalogue());
    expect(pages.flat()).toHaveLength(300);

    await twin.control('POST', '/faults', { operation: 'ReadCatalogue', kind: 'http-500-before', skip: 1 });
    expect(await expectFailure(readEveryPage(apiOf(twin).catalogue()))).toMatchObject({
      code: 'SHOPIFY_UNREACHABLE',
    });
  });

  test('of an empty shop is one empty page', async () => {
    expect(await readEveryPage(apiOf(await startTwin()).catalogue())).toEqual([[]]);
  });
});
