/** A setting that is not given stays as it is; null clears it where there is such a thing as none. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { addFacility, findFacility, setFacility } from '../../src/postgres/master-data/facilities.ts';
import { findFacilityGroup, setFacilityGroup } from '../../src/postgres/master-data/facility-groups.ts';
import {
  addProduct,
  listProducts,
  setProduct,
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

async function shirt(): Promise<Product | undefined> {
  const [product] = await listProducts(database, { shopId: null, sku: 'SHIRT', limit: 1 });
  return product;
}

/** Changes that the next delta would look at. */
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

  test('has no external id any more once it is cleared, and another one can have it', async () => {
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

  test('of which nothing is given is not written, so that no delta looks at it', async () => {
    const before = await countLogged();

    expect(await setFacility(database, BROADWAY, {})).toEqual(await findFacility(database, BROADWAY));

    expect(await countLogged()).toBe(before);
  });

  test('that does not exist is refused, whatever is given', async () => {
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

  test('of which nothing is given is not written, so that no delta looks at all of its products', async () => {
    const before = await countLogged();

    await setFacilityGroup(database, GROUP, {});

    expect(await countLogged()).toBe(before);
  });
});

describe('a product', () => {
  test('has no threshold of its own any more once it is cleared', async () => {
    await setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: GROUP, threshold: 4 } });
    expect((await shirt())?.thresholds).toEqual([{ facilityGroupId: GROUP, threshold: 4 }]);

    await setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: GROUP, threshold: null } });

    expect((await shirt())?.thresholds).toEqual([]);
  });

  test('without a threshold of its own stays so when it is cleared', async () => {
    await setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: GROUP, threshold: null } });

    expect((await shirt())?.thresholds).toEqual([]);
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
    expect((await shirt())?.facilities).toEqual([
      { facilityId: BROADWAY, safetyStock: 5, allowBrokering: 'N' },
    ]);

    await at({ safetyStock: 0, allowBrokering: true });

    expect((await shirt())?.facilities).toEqual([]);
  });

  test('gets a UPC, keeps it when something else is set, and loses it by null', async () => {
    await setProduct(database, 'SHIRT', { upc: '190000100011' });
    await setProduct(database, 'SHIRT', { inGroup: { facilityGroupId: GROUP, threshold: 4 } });
    expect((await shirt())?.upc).toBe('190000100011');

    await setProduct(database, 'SHIRT', { upc: null });

    expect((await shirt())?.upc).toBeNull();
  });

  test('does not get the UPC of another product, nor any other setting with it', async () => {
    await addProduct(database, { productId: 'SOCKS', sku: 'SOCKS', upc: '190000100011' });

    await expect(
      setProduct(database, 'SHIRT', {
        upc: '190000100011',
        inGroup: { facilityGroupId: GROUP, threshold: 4 },
      }),
    ).rejects.toMatchObject({ code: 'PRODUCT_EXISTS' });

    expect(await shirt()).toMatchObject({ upc: null, thresholds: [] });
  });
});

test('a shop keeps the one setting when the other is set', async () => {
  await setShop(database, SHOP, { salesPolicy: 'overwrite' });

  expect(await setShop(database, SHOP, { toZeroLimitPercent: 0 })).toMatchObject({
    salesPolicy: 'overwrite',
    toZeroLimitPercent: 0,
  });
});
