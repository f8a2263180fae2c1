/** A setting that is not given stays as it is; null clears a setting that may be absent. */
import { beforeEach, describe, expect, test } from 'vitest';
import { PRODUCTS_SET_CHUNK_ROWS, SELL_OUT_LIMIT_PERCENT } from '../../src/domain/limits.ts';
import type { Database } from '../../src/postgres/database.ts';
import { addFacility, findFacility, setFacility } from '../../src/postgres/master-data/facilities.ts';
import { findFacilityGroup, setFacilityGroup } from '../../src/postgres/master-data/facility-groups.ts';
import {
  addProduct,
  listProducts,
  setProduct,
  setProducts,
  type Product,
} from '../../src/postgres/master-data/products.ts';
import { setShop } from '../../src/postgres/master-data/shops.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, GROUP, Retailer, SHOP } from './retailer.ts';

let database: Database;

beforeEach(async () => {
  ({ database } = await freshDatabase());
  await Retailer.open(database, ['SHIRT']);
});

async function readShirt(): Promise<Product | undefined> {
  const [product] = await listProducts(database, { shopId: null, sku: 'SHIRT', limit: 1 });
  return product;
}

/** Counts the logged changes, at which the next delta would look. */
async function countLogged(): Promise<number> {
  return (await database.query('SELECT FROM change_log')).length;
}

describe('a facility', () => {
  const CLOSED = new Date('2026-01-01T00:00:00Z');

  test('keeps its external id and its closure when only its name is set', async () => {
    await setFacility(database, BROADWAY, { externalId: '101', closedDate: CLOSED });

    expect(await setFacility(database, BROADWAY, { facilityName: 'Fifth Avenue' })).toMatchObject({
      facilityName: 'Fifth Avenue',
      externalId: '101',
      closedDate: CLOSED.toISOString(),
    });
  });

  test('has no external id any more once that is cleared, and another facility can have it', async () => {
    await setFacility(database, BROADWAY, { externalId: '101', closedDate: CLOSED });

    expect(await setFacility(database, BROADWAY, { externalId: null })).toMatchObject({
      externalId: null,
      closedDate: CLOSED.toISOString(),
    });

    await addFacility(database, {
      facilityId: 'BOSTON',
      facilityName: 'Boston',
      facilityTypeId: 'RETAIL_STORE',
      externalId: '101',
    });
  });

  test('is not written when no setting is given, so that no delta looks at it', async () => {
    const before = await countLogged();

    expect(await setFacility(database, BROADWAY, {})).toEqual(await findFacility(database, BROADWAY));

    expect(await countLogged()).toBe(before);
  });

  test('is refused when it does not exist, whatever is given', async () => {
    for (const change of [{}, { externalId: null }, { facilityName: 'Nowhere' }]) {
      await expect(setFacility(database, 'NOWHERE', change)).rejects.toMatchObject({
        code: 'FACILITY_UNKNOWN',
      });
    }
  });
});

describe('a facility group', () => {
  test('keeps the one setting when the other is set', async () => {
    await setFacilityGroup(database, GROUP, { threshold: 3 });
    await setFacilityGroup(database, GROUP, { floorPerFacility: false });

    expect(await findFacilityGroup(database, GROUP)).toMatchObject({ threshold: 3, floorPerFacility: false });
  });

  test('is not written when no setting is given, so that no delta looks at all of its products', async () => {
    const before = await countLogged();

    await setFacilityGroup(database, GROUP, {});

    expect(await countLogged()).toBe(before);
  });
});

describe('a product', () => {
  test('has no threshold of its own any more once that is cleared', async () => {
    await setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: GROUP, threshold: 4 } });
    expect((await readShirt())?.thresholds).toEqual([{ facilityGroupId: GROUP, threshold: 4 }]);

    await setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: GROUP, threshold: null } });

    expect((await readShirt())?.thresholds).toEqual([]);
  });

  test('may have its threshold cleared when it has none of its own', async () => {
    await setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: GROUP, threshold: null } });

    expect((await readShirt())?.thresholds).toEqual([]);
  });

  test('is refused in a group that does not exist, to set a threshold and to clear one', async () => {
    for (const threshold of [4, null]) {
      await expect(
        setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: 'NOWHERE', threshold } }),
      ).rejects.toMatchObject({ code: 'FACILITY_GROUP_UNKNOWN' });
    }
  });

  test('keeps its safety stock when only its brokering is set, and loses it by 0', async () => {
    const at = (setting: object) =>
      setProduct(database, 'SHIRT', { atFacility: { facilityId: BROADWAY, ...setting } });
    await at({ safetyStock: 5 });
    await at({ allowBrokering: false });
    expect((await readShirt())?.facilities).toEqual([
      { facilityId: BROADWAY, safetyStock: 5, allowBrokering: 'N' },
    ]);

    await at({ safetyStock: 0, allowBrokering: true });

    expect((await readShirt())?.facilities).toEqual([]);
  });

  test('gets a UPC, keeps it when something else is set, and loses it by null', async () => {
    await setProduct(database, 'SHIRT', { upc: '190000100011' });
    await setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: GROUP, threshold: 4 } });
    expect((await readShirt())?.upc).toBe('190000100011');

    await setProduct(database, 'SHIRT', { upc: null });

    expect((await readShirt())?.upc).toBeNull();
  });

  test('does not get the UPC of another product, nor any other setting with it', async () => {
    await addProduct(database, { productId: 'SOCKS', sku: 'SOCKS', upc: '190000100011' });

    await expect(
      setProduct(database, 'SHIRT', {
        upc: '190000100011',
        inGroup: { facilityGroupId: GROUP, threshold: 4 },
      }),
    ).rejects.toMatchObject({ code: 'PRODUCT_EXISTS' });

    expect(await readShirt()).toMatchObject({ upc: null, thresholds: [] });
  });
});

test('a shop keeps the one setting when the other is set', async () => {
  await setShop(database, SHOP, { salesPolicy: 'overwrite' });

  expect(await setShop(database, SHOP, { collapseLimitPercent: 0 })).toMatchObject({
    salesPolicy: 'overwrite',
    collapseLimitPercent: 0,
    sellOutLimitPercent: SELL_OUT_LIMIT_PERCENT,
  });
});

test('many products are set all together or not at all, and how many are done is told on the way', async () => {
  const count = 2 * PRODUCTS_SET_CHUNK_ROWS;
  await database.query(
    `INSERT INTO product (product_id, sku) SELECT 'P' || n, 'P' || n FROM generate_series(1, $1::int) AS n`,
    [count],
  );
  const total = 2 * (count + 1);
  const told: number[] = [];
  const settings = { facilityId: BROADWAY, safetyStock: 2, facilityGroupId: GROUP, threshold: 3 };
  const set = await setProducts(database, 'all', settings, ({ done, total: all }) => {
    expect(all).toBe(total);
    told.push(done);
  });

  expect(set).toEqual({ products: count + 1, changed: count + 1 });
  const half = [PRODUCTS_SET_CHUNK_ROWS, count, count + 1];
  expect(told).toEqual([...half, ...half.map((done) => count + 1 + done)]);
  const counted = await database.query(
    `SELECT count(*)::int AS products FROM product_facility JOIN product_facility_group AS own USING (product_id)
     WHERE facility_id = $1 AND minimum_stock = 2 AND own.threshold = 3`,
    [BROADWAY],
  );
  expect(counted).toEqual([{ products: count + 1 }]);
  expect(await setProducts(database, 'all', settings)).toEqual({ products: count + 1, changed: 0 });

  const fails = setProducts(database, 'all', { ...settings, safetyStock: 9 }, ({ done }) => {
    if (done === total) throw new Error('it is stopped');
  });
  await expect(fails).rejects.toThrow('it is stopped');
  expect(await setProducts(database, 'all', settings)).toEqual({ products: count + 1, changed: 0 });
});
