/**
 * Shopify sells, and the orders reach the master of inventory some rounds later, by a feed. Between them go deltas and
 * Process uploads, on real processes: what Shopify shows beside what is truly left.
 */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Installation, SHOP } from './installation.ts';

const SKU = 'SHIRT';
const STOCK = 60;
/** Units sold in each round; in those of DURING_THE_CALL while the write is on its way to Shopify. */
const SOLD = [3, 1, 4, 2, 5, 1, 2, 3] as const;
const DURING_THE_CALL: readonly number[] = [2, 5];
/**
 * Units that come in each round, so that each has a file to apply; in some rounds they are as many as an order takes,
 * so that Online ATP stays as it is.
 */
const RECEIVED = 1;
/** An order comes in with the feed of the round that is so much later. */
const IMPORT_LAG_ROUNDS = 2;

interface Round {
  readonly shown: number;
  /** Units that there truly are: counted and received, less sold. */
  readonly left: number;
}

async function importOrders(shop: Installation, feed: string, rounds: readonly number[]): Promise<void> {
  const now = new Date().toISOString();
  await shop.importFeed(`ORDER_ITEMS__${feed}.csv`, [
    'orderId,orderItemSeqId,shopId,externalOrderId,idValue,idType,quantity,cancelQuantity,facilityId,statusId,orderDate',
    ...rounds.map(
      (round) => `${round},01,${SHOP},X${round},${SKU},SKU,${SOLD[round]},0,BROADWAY,ITEM_CREATED,${now}`,
    ),
  ]);
}

async function receive(shop: Installation, round: number): Promise<void> {
  await shop.importFeed(`MDM_INV_VARIANCE__${round}.csv`, [
    'idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId,reasonEnumId',
    // A feed is applied once, by its content: the bin makes it another one.
    `${SKU},SKU,${RECEIVED},BROADWAY,,BIN-${round},`,
  ]);
}

async function push(shop: Installation): Promise<void> {
  await shop.recentChanges();
  await shop.processUploads();
}

/** Sells, receives, imports late and pushes, round by round; at the end the last orders come in, too. */
async function runStory(
  shop: Installation,
): Promise<{ readonly rounds: readonly Round[]; readonly end: Round }> {
  let left = STOCK;
  const look = async (): Promise<Round> => ({ shown: (await shop.readShown())[SKU] ?? NaN, left });
  await shop.count('RESET_INVENTORY__start.csv', 'BROADWAY', { [SKU]: STOCK });
  await shop.hardSync();
  await shop.processUploads();
  const rounds = [await look()];
  for (const [round, units] of SOLD.entries()) {
    await receive(shop, round);
    if (round >= IMPORT_LAG_ROUNDS) await importOrders(shop, `${round}`, [round - IMPORT_LAG_ROUNDS]);
    left += RECEIVED - units;
    if (DURING_THE_CALL.includes(round)) {
      const hold = await shop.hold('SetOnlineAtp');
      const pushed = push(shop);
      await shop.waitForArrival(hold);
      await shop.sellOnShopify(SKU, units);
      await shop.release(hold);
      await pushed;
    } else {
      await shop.sellOnShopify(SKU, units);
      await push(shop);
    }
    rounds.push(await look());
  }
  await importOrders(shop, 'last', [SOLD.length - 2, SOLD.length - 1]);
  await push(shop);
  return { rounds, end: await look() };
}

let shop: Installation;

beforeAll(async () => {
  shop = await Installation.open([]);
  await shop.startWorker();
});

beforeEach(async () => {
  shop = await shop.startOver([SKU]);
});

describe('sales whose orders are imported later', () => {
  test('are never put on sale again: Shopify shows what is left, after every push and at the end', async () => {
    const { rounds, end } = await runStory(shop);

    expect(rounds.filter(({ shown, left }) => shown > left)).toEqual([]);
    expect(rounds.filter(({ shown, left }) => shown < left)).toEqual([]);
    expect(end).toEqual({ shown: end.left, left: STOCK + SOLD.length * RECEIVED - sum(SOLD) });
  });

  test('are put on sale again under the policy overwrite', async () => {
    expect(await shop.atp('shop', 'set', SHOP, '--sales-policy', 'overwrite')).toMatchObject({ exitCode: 0 });

    const { rounds, end } = await runStory(shop);

    const oversold = rounds.map(({ shown, left }) => Math.max(0, shown - left));
    expect(oversold.filter((units) => units > 0).length).toBeGreaterThan(SOLD.length / 2);
    expect(end.shown).toBe(end.left);
  });
});

test('verification reports what is kept back on purpose, and heals what somebody took away once it can be no sale', async () => {
  await shop.count('RESET_INVENTORY__start.csv', 'BROADWAY', { [SKU]: STOCK });
  await shop.hardSync();
  await shop.processUploads();
  await shop.sellOnShopify(SKU, 3);
  await receive(shop, 1);
  await push(shop);

  expect(await shop.atp('verify', SHOP, '--heal')).toMatchObject({
    exitCode: 3,
    json: { causes: { UNSEEN_SALES: 1 }, healing: 0, notHealed: { UNSEEN_SALES: 1 } },
  });
  const { stdout: explained } = await shop.atpText('explain', SKU, '--shop', SHOP);
  expect(explained).toContain(`${STOCK + RECEIVED - 3} written by file 2`);
  expect(explained).toMatch(
    /File 2 says 61, less 3 that are kept back: .* gone from Shopify, the first at 20/,
  );

  await shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/levels', [{ sku: SKU, available: 20 }]);
  const verified = await shop.atp('verify', SHOP, '--heal');
  expect(verified).toMatchObject({
    exitCode: 3,
    json: { causes: { MAY_BE_SALES: 1 }, healing: 0, mayBeSales: { products: 1 } },
  });
  await push(shop);
  expect(await shop.readShown()).toEqual({ [SKU]: 20 });
  expect((await shop.atp('verify', SHOP)).json).toMatchObject({ causes: { UNSEEN_SALES: 1 } });

  // As docs/guides/when-something-waits.md says it for somebody's edit in Shopify.
  const stated = await shop.atp('shop', 'set', SHOP, '--order-watermark', new Date().toISOString());
  expect(stated.exitCode).toBe(0);
  await push(shop);

  expect(await shop.atp('verify', SHOP)).toMatchObject({ exitCode: 0, json: { equal: 1 } });
  expect(await shop.readShown()).toEqual({ [SKU]: STOCK + RECEIVED });
});

test('a product that was quarantined because its item was not tracked comes back by itself', async () => {
  const track = (tracked: boolean) =>
    shop.twin.control('PATCH', '/shops/blue-shirts.myshopify.com/items', [{ sku: SKU, tracked }]);
  await track(false);
  await shop.count('RESET_INVENTORY__start.csv', 'BROADWAY', { [SKU]: 7 });
  await shop.hardSync();
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  expect((await shop.atp('lane', SHOP)).json).toMatchObject({
    setApart: [{ sku: SKU, outcome: 'QUARANTINED', code: 'ITEM_NOT_TRACKED' }],
  });

  await track(true);
  // A run that finds nothing to apply looks at quarantined products; the next file carries them again.
  await shop.processUploads();
  await push(shop);

  expect(await shop.readShown()).toEqual({ [SKU]: 7 });
  expect((await shop.atp('lane', SHOP)).json).toMatchObject({ setApart: [] });
});

function sum(units: readonly number[]): number {
  return units.reduce((total, one) => total + one, 0);
}
