import { describe, expect, test } from 'vitest';
import { callOf, inTime } from '../shopify/admin-fixture.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { shirts } from '../shopify/twin-fixture.ts';
import { twinBehindProxy } from './delaying-proxy.ts';

/** A shop whose requests go through the proxy, and a call that sets its one shirt from 10 to 4. */
async function openShopBehindProxy(replay: 'on' | 'off') {
  const { twin, proxy } = await twinBehindProxy({ rules: { replay } });
  const [shirt] = await twin.client.seed(shirts(1));
  const call = callOf([{ inventoryItemId: shirt!.inventoryItemId, quantity: 4, changeFromQuantity: 10 }]);
  return { twin: twin.client, proxy, api: openAdminApi(twin.shop), call };
}

describe('a request that is stuck on the network', () => {
  test('has not come to Shopify when its client loses the connection, and comes when it is delivered', async () => {
    const { twin, proxy, api, call } = await openShopBehindProxy('on');
    const stuck = proxy.stickNext('SetOnlineAtp', 'cut');
    await expect(api.setOnlineAtp(call, inTime())).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await stuck.waitUntilStuck();
    expect(await twin.requests()).toEqual([]);

    expect(await stuck.deliver()).toMatchObject({ status: 200 });
    expect(await twin.available()).toEqual([4]);
  });

  test('comes twice when it is delivered twice, and the second time it is answered from the key store', async () => {
    const { twin, proxy, api, call } = await openShopBehindProxy('on');
    const stuck = proxy.stickNext('SetOnlineAtp', 'cut');
    await expect(api.setOnlineAtp(call, inTime())).rejects.toThrow();
    const first = await stuck.deliver();
    expect(await stuck.deliver()).toMatchObject({ status: 200 });
    expect(first.body).toContain('inventoryAdjustmentGroup');
    expect((await twin.requests()).map(({ replayed }) => replayed)).toEqual([false, true]);
  });

  test('answers its client when that still waits', async () => {
    const { proxy, api, call } = await openShopBehindProxy('on');
    const stuck = proxy.stickNext('SetOnlineAtp', 'silence');
    const answer = api.setOnlineAtp(call, inTime());
    await stuck.waitUntilStuck();
    await stuck.deliver();
    expect(await answer).toEqual({ outcome: 'APPLIED' });
  });

  test('lets every other request pass, and a repeat of its own', async () => {
    const { twin, proxy, api, call } = await openShopBehindProxy('off');
    const stuck = proxy.stickNext('SetOnlineAtp', 'cut', (body) => body.includes('"quantity":4'));
    await api.readLocation();
    await expect(api.setOnlineAtp(call, inTime())).rejects.toThrow();
    expect(await api.setOnlineAtp(call, inTime())).toEqual({ outcome: 'APPLIED' });
    await twin.control('PATCH', `/shops/blue-shirts.myshopify.com/levels`, [
      { sku: 'SHIRT-0001', available: 10 },
    ]);
    await stuck.deliver();
    expect(await twin.available()).toEqual([4]);
  });
});
