/**
 * A request gets stuck on its way to Shopify and arrives after later files, under the key of a call that was refused:
 * Shopify executes it, because the quantity is again the one that it expects.
 */
import { expect, test } from 'vitest';
import { Installation } from '../end-to-end/installation.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { twinBehindProxy } from '../setup/delaying-proxy.ts';
import { SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';

test.concurrent(
  'a request that arrives after later files, and raises a quantity, is mended by the next file, each time it arrives',
  withOwnCleanUp(async () => {
    const { twin, proxy } = await twinBehindProxy();
    const shop = await Installation.open(['SHIRT'], { twin });
    await shop.startWorker();
    const count = (round: number, units: number) =>
      shop.count(`RESET_INVENTORY__${round}.csv`, 'WAREHOUSE', { SHIRT: units });
    await count(0, 5);
    await shop.hardSync();
    await shop.processUploads();

    // The first sending gets stuck. The repeat waits until a unit is sold, and is refused.
    const stuck = proxy.stickNext('SetOnlineAtp', 'cut');
    const repeat = proxy.stickNext('SetOnlineAtp', 'silence');
    await count(1, 7);
    await shop.recentChanges();
    await repeat.waitUntilStuck();
    await shop.sellOnShopify('SHIRT', 1);
    await repeat.deliver();
    await shop.processUploads();
    await count(2, 8);
    await shop.recentChanges();
    await shop.processUploads();
    expect(await shop.readShown()).toEqual({ SHIRT: 5 });

    // Under each rule by which Shopify executes it: a refused key may be used again; or Shopify has forgotten the key.
    for (const rules of [{ replay: 'on', refusedKeys: 'reusable' }, { replay: 'off' }]) {
      await shop.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/rules`, rules);
      await stuck.deliver();
      expect(await shop.readShown()).toEqual({ SHIRT: 7 });
      await shop.processUploads();
      await shop.recentChanges();
      await shop.processUploads();
      expect(await shop.readShown()).toEqual({ SHIRT: 5 });
    }
    // Nothing is left to do.
    expect(await shop.recentChanges()).toMatchObject({ fileSequence: null });
  }),
);
