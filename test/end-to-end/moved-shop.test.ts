/**
 * A shop's location is changed: by Shopify's own log the old one ends at zero before the new one is filled, whoever dies
 * in between, and no sale is lost.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { HoldStatus } from '../../src/stand-ins/shopify-twin/index.ts';
import { BACK_ROOM, LOCATION, SHOP as TWIN_SHOP } from '../shopify/twin-fixture.ts';
import { Installation, SHOP } from './installation.ts';

/** More than one call, so that a file is really in the middle when the worker dies. */
const SKUS = Array.from({ length: 600 }, (_, index) => `SHIRT-${String(index).padStart(3, '0')}`);
/** The pace of the customers. No test waits by it: they buy until they are stopped. */
const BETWEEN_SALES_MS = 20;
const COUNTED = Object.fromEntries(SKUS.map((sku, index) => [sku, (index % 50) + 20]));

/** A shop that sells from its location, and whose items are stocked in the back room, too. */
async function openSelling(skus: readonly string[], counted: Readonly<Record<string, number>>) {
  const shop = await Installation.open(skus);
  await shop.twin.control(
    'PATCH',
    `/shops/${TWIN_SHOP.domain}/levels`,
    skus.map((sku) => ({ sku, locationId: BACK_ROOM, available: 0, isActive: true })),
  );
  const worker = await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'WAREHOUSE', counted);
  await shop.hardSync();
  await untilApplied(shop, 1);
  return { shop, worker };
}

async function untilApplied(shop: Installation, sequence: number): Promise<void> {
  await shop.until(async () => {
    const [file] = await shop.database.query<{ state: string }>(
      'SELECT state FROM upload_file WHERE sequence = $1',
      [sequence],
    );
    return file?.state === 'APPLIED';
  });
}

/** SKU → units that Shopify shows at the location. */
async function readShownAt(shop: Installation, location: string): Promise<Record<string, number>> {
  const levels = (await shop.twin.levels()).filter(({ locationId }) => locationId === location);
  return Object.fromEntries(levels.map(({ sku, available }) => [sku ?? '', available]));
}

/** Customers who buy one piece after the other, from whichever location has it, until they are told to stop. */
class Customers {
  readonly sold = new Map<string, number>();
  #isOpen = true;
  readonly #done: Promise<void>;

  constructor(shop: Installation, skus: readonly string[] = SKUS) {
    this.#done = this.#buy(shop, skus);
  }

  async #buy(shop: Installation, skus: readonly string[]): Promise<void> {
    for (let turn = 0; this.#isOpen; turn += 1) {
      const sku = skus[(turn * 7) % skus.length] ?? '';
      for (const locationId of [LOCATION, BACK_ROOM]) {
        const order = { lines: [{ sku, quantity: 1, locationId }] };
        const isSold = await shop.twin
          .control('POST', `/shops/${TWIN_SHOP.domain}/orders`, order)
          .then(() => true)
          .catch(() => false);
        if (!isSold) continue;
        this.sold.set(sku, (this.sold.get(sku) ?? 0) + 1);
        break;
      }
      await delay(BETWEEN_SALES_MS);
    }
  }

  async stop(): Promise<void> {
    this.#isOpen = false;
    await this.#done;
  }

  /** Their orders, as a feed has them. */
  lines(): string[] {
    return [
      'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
      ...[...this.sold].map(
        ([sku, units]) =>
          `O-${sku},1,${SHOP},E-${sku},${sku},,${units},0,,ITEM_APPROVED,${new Date().toISOString()}`,
      ),
    ];
  }
}

/** Lets the calls pass one after the other until the first one that writes at the location: it waits at Shopify. */
async function holdFirstWriteAt(shop: Installation, location: string, hold: string): Promise<string> {
  await shop.waitForArrival(hold);
  const { request } = await shop.twin.control<HoldStatus>('GET', `/holds/${hold}`);
  if (JSON.stringify(request?.variables).includes(location)) return hold;
  // Before this one goes on, so that no call passes in between.
  const next = await shop.hold('SetOnlineAtp');
  await shop.release(hold);
  return holdFirstWriteAt(shop, location, next);
}

/** Writes of the new location that Shopify has executed while the old one still showed some of the item. */
async function readFilledTooEarly(shop: Installation): Promise<string[]> {
  const requests = await shop.twin.requests('SetOnlineAtp');
  const last = new Map<string, number>();
  return requests
    .flatMap(({ applied }) => applied)
    .flatMap(({ inventoryItemId, locationId, to }) => {
      if (locationId === LOCATION) last.set(inventoryItemId, to);
      return locationId === BACK_ROOM && to > 0 && last.get(inventoryItemId) !== 0 ? [inventoryItemId] : [];
    });
}

test.each([
  ['while it empties the old location', LOCATION],
  ['while it fills the new one', BACK_ROOM],
])(
  'a location is changed while sales go on, and the worker is killed %s: the old one ends at 0, the new one at Online ATP',
  async (_when, location) => {
    const { shop, worker } = await openSelling(SKUS, COUNTED);
    expect(await readShownAt(shop, LOCATION)).toEqual(COUNTED);
    const customers = new Customers(shop);
    const before = (await shop.twin.requests('SetOnlineAtp')).length;

    const first = await shop.hold('SetOnlineAtp');
    const moved = await shop.atp('shop', 'set', SHOP, '--location', BACK_ROOM, '--yes');
    expect(moved.json).toMatchObject({ locationId: BACK_ROOM, move: { drain: { sequence: 2, rows: 600 } } });
    const hold = await holdFirstWriteAt(shop, location, first);
    await worker.kill();
    await shop.release(hold);
    await shop.startWorker();
    await shop.processUploads();
    await untilApplied(shop, 3);
    await customers.stop();

    expect((await shop.twin.requests('SetOnlineAtp')).length - before).toBeGreaterThan(5);
    expect(await readFilledTooEarly(shop)).toEqual([]);
    expect(new Set(Object.values(await readShownAt(shop, LOCATION)))).toEqual(new Set([0]));
    // Sales whose orders are not imported are kept back, those at the old location, too.
    const left = Object.fromEntries(
      SKUS.map((sku) => [sku, (COUNTED[sku] ?? 0) - (customers.sold.get(sku) ?? 0)]),
    );
    expect(await readShownAt(shop, BACK_ROOM)).toEqual(left);
    expect(customers.sold.size).toBeGreaterThan(20);

    await shop.importLocally('ORDER_ITEMS__1.csv', customers.lines());
    await shop.recentChanges();
    await shop.processUploads();
    await untilApplied(shop, 4);
    expect(await readShownAt(shop, BACK_ROOM)).toEqual(left);
    expect(await shop.verify()).toMatchObject({ checked: 600, equal: 600, differentCount: 0 });
    expect([...(await shop.countAppliedByKey()).values()].every((times) => times === 1)).toBe(true);
  },
);

test('another group at the same location needs no drain: while sales go on and the worker dies, each product goes straight to its new number', async () => {
  const { shop, worker } = await openSelling(SKUS, COUNTED);
  const outlet = Object.fromEntries(SKUS.map((sku, index) => [sku, (index % 30) + 100]));
  await shop.atp('group', 'create', 'OUTLETS');
  await shop.atp('group', 'add', 'OUTLETS', 'OUTLET');
  await shop.count('RESET_INVENTORY__2.csv', 'OUTLET', outlet);
  // Some products of each call: were most of its rows to change while nobody knows whether it was applied, what it would
  // have raised is kept back as sold.
  const customers = new Customers(
    shop,
    SKUS.filter((_, index) => index % 10 === 0),
  );
  const before = (await shop.twin.requests('SetOnlineAtp')).length;

  const hold = await shop.hold('SetOnlineAtp');
  const moved = await shop.atp('shop', 'set', SHOP, '--group', 'OUTLETS', '--yes');
  expect(moved.json).toMatchObject({ facilityGroupId: 'OUTLETS', move: { isElsewhere: false, drain: null } });
  await shop.waitForArrival(hold);
  await worker.kill();
  await shop.release(hold);
  await shop.startWorker();
  await shop.processUploads();
  await untilApplied(shop, 2);
  await customers.stop();
  // Products that were bought again and again while they were written are owed to the next file.
  await shop.recentChanges();
  await shop.processUploads();

  // A product is never off sale in between: no write says zero, and none says a number of the old group again.
  const writes = (await shop.twin.requests('SetOnlineAtp')).slice(before).flatMap(({ applied }) => applied);
  expect(writes.length).toBeGreaterThanOrEqual(SKUS.length);
  expect(Math.min(...writes.map(({ to }) => to))).toBeGreaterThan(Math.max(...Object.values(COUNTED)));
  const left = Object.fromEntries(
    SKUS.map((sku) => [sku, (outlet[sku] ?? 0) - (customers.sold.get(sku) ?? 0)]),
  );
  expect(await readShownAt(shop, LOCATION)).toEqual(left);
  expect(customers.sold.size).toBeGreaterThan(20);
  expect([...(await shop.countAppliedByKey()).values()].every((times) => times === 1)).toBe(true);
});
