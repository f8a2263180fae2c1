import { beforeEach, describe, expect, test } from 'vitest';
import type { CataloguePage, CatalogueVariant } from '../../src/domain/catalogue.ts';
import { takeProductsOfShop } from '../../src/postgres/mapping/products-of-shop.ts';
import { codesOf, SHOP, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

async function reserve(units: number): Promise<void> {
  await warehouse.import('ORDER_ITEMS', [
    `O1,1,,,SHIRT,,${units},,BROADWAY,ITEM_APPROVED,2026-11-24T10:00:00Z`,
  ]);
}

/** Each with its import, and the one that had counted it before. */
async function listLastCounts(): Promise<readonly string[]> {
  const counts = await warehouse.database.query<{ line: string }>(
    `SELECT concat_ws(' ', sku, facility_id, import_id, earlier_import_id) AS line
     FROM last_count JOIN product USING (product_id) ORDER BY 1`,
  );
  return counts.map(({ line }) => line);
}

describe('RESET_INVENTORY', () => {
  test('a count becomes the quantity on hand, by a posting of the difference', async () => {
    await warehouse.count('SHIRT', 'BROADWAY', 10);
    await warehouse.count('SHIRT', 'BROADWAY', 4);
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toEqual({ qoh: 4, reserved: 0 });
    expect(await warehouse.readLedger()).toEqual([
      'SHIRT BROADWAY 10 0 VAR_EXT_RESET RESET_INVENTORY__1.csv:2',
      'SHIRT BROADWAY -6 0 VAR_EXT_RESET RESET_INVENTORY__2.csv:2',
    ]);
  });

  test('a count of what is available is counted beside what is reserved: 4 with 5 reserved is 9 on hand', async () => {
    await warehouse.count('SHIRT', 'BROADWAY', 10);
    await reserve(5);
    await warehouse.count('SHIRT', 'BROADWAY', 4, 'Y');
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toEqual({ qoh: 9, reserved: 5 });
  });

  test('a count of the quantity on hand may leave less than is reserved', async () => {
    await warehouse.count('SHIRT', 'BROADWAY', 10);
    await reserve(5);
    await warehouse.count('SHIRT', 'BROADWAY', 4, 'false');
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toEqual({ qoh: 4, reserved: 5 });
  });

  test.for([10_000, 1])(
    'each level has its last count, whether it was counted before or not, and what is refused has none (chunks of %i)',
    async (chunkRows) => {
      await warehouse.count('SHIRT', 'BROADWAY', 10);
      const rows = [
        'BROADWAY,,SHIRT,,,,,4',
        'SOHO,,SHIRT,,,,,5',
        'SOHO,,HAT,,,,,3000000000',
        'BROADWAY,,HAT,,,,,0',
      ];
      await warehouse.import('RESET_INVENTORY', rows, { passesGates: true, chunkRows });
      expect(await listLastCounts()).toEqual(['HAT BROADWAY 2', 'SHIRT BROADWAY 2 1', 'SHIRT SOHO 2']);
    },
  );

  test('of a file of which hardly a level was counted before, each has its last count, and that one the count before it', async () => {
    await warehouse.count('SHIRT', 'BROADWAY', 10);
    const rows = ['SHIRT', 'HAT'].flatMap((sku) => [`BROADWAY,,${sku},,,,,4`, `SOHO,,${sku},,,,,5`]);
    await warehouse.import('RESET_INVENTORY', rows, { passesGates: true });
    expect(await listLastCounts()).toEqual([
      'HAT BROADWAY 2',
      'HAT SOHO 2',
      'SHIRT BROADWAY 2 1',
      'SHIRT SOHO 2',
    ]);
  });

  test('a count of what is there already is imported, posts nothing and logs no change', async () => {
    await warehouse.count('SHIRT', 'BROADWAY', 10);
    const changes = await warehouse.countChanges();
    const outcome = await warehouse.import('RESET_INVENTORY', ['BROADWAY,,SHIRT,,,again,,10']);
    expect(outcome).toMatchObject({ rows: 1, applied: 1, failed: 0 });
    expect(await warehouse.readLedger()).toHaveLength(1);
    expect(await warehouse.countChanges()).toBe(changes);
  });

  test('products are found by SKU, UPC and id, and facilities by their own and by their external id', async () => {
    const outcome = await warehouse.import('RESET_INVENTORY', [
      'BROADWAY,,SHIRT,SKU,,,,1',
      ',S-2,0123456789,UPCA,,,,2',
      'BROADWAY,S-1,10001,productId,,,,3',
      'SOHO,unknown,HAT,,,,,4',
    ]);
    expect(outcome.applied).toBe(4);
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toMatchObject({ qoh: 1 });
    expect(await warehouse.readLevels('SHIRT', 'SOHO')).toMatchObject({ qoh: 2 });
    expect(await warehouse.readLevels('HAT', 'BROADWAY')).toMatchObject({ qoh: 3 });
    expect(await warehouse.readLevels('HAT', 'SOHO')).toMatchObject({ qoh: 4 });
  });

  test('each refused row has its reason, and the good rows are imported', async () => {
    const outcome = await warehouse.import('RESET_INVENTORY', [
      'BROADWAY,,SHIRT,,,,,10',
      'BROADWAY,,TIE,,,,,1',
      'BROADWAY,,SHIRT,UPC,,,,1',
      'NOWHERE,,SHIRT,,,,,1',
      ',S-9,SHIRT,,,,,1',
      'PARKING,,SHIRT,,,,,1',
      ',P-1,SHIRT,,,,,1',
      'BROADWAY,S-2,HAT,,,,,1',
      'BROADWAY,,SHIRT,,,,,11',
      'BROADWAY,,HAT,,,,,x',
      'NOWHERE,,TIE,,,,,1',
      'SOHO,,HAT,,,,,7',
    ]);
    expect(outcome).toMatchObject({ rows: 12, applied: 1, failed: 11 });
    expect(outcome.refused.map(({ rowNumber, column, code }) => `${rowNumber} ${column} ${code}`)).toEqual([
      '2 idValue FEED_ROW_DUPLICATE',
      '3 idValue PRODUCT_UNKNOWN',
      '4 idValue PRODUCT_UNKNOWN',
      '5 facilityId FACILITY_UNKNOWN',
      '6 externalFacilityId FACILITY_UNKNOWN',
      '7 facilityId FACILITY_VIRTUAL',
      '8 externalFacilityId FACILITY_VIRTUAL',
      '9 externalFacilityId FEED_VALUE_INVALID',
      '10 idValue FEED_ROW_DUPLICATE',
      '11 availableQty FEED_VALUE_INVALID',
      '12 idValue PRODUCT_UNKNOWN',
    ]);
    expect(outcome.refused[2]?.message).toBe('There is no product with UPC "SHIRT".');
    expect(outcome.refused[8]).toMatchObject({
      message: 'Row 2 counts the same product at facility "BROADWAY", and the counts are not equal.',
      values: ['BROADWAY', '', 'SHIRT', '', '', '', '', '11'],
    });
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toMatchObject({ qoh: 0 });
    expect(await warehouse.readLevels('HAT', 'SOHO')).toMatchObject({ qoh: 7 });
  });

  test('a count beyond the range of a level refuses its row, not the feed', async () => {
    await reserve(5);
    const outcome = await warehouse.import('RESET_INVENTORY', [
      'BROADWAY,,SHIRT,,,,Y,1000000000',
      'SOHO,,SHIRT,,,,Y,1000000000',
    ]);
    expect(codesOf(outcome)).toEqual({ 2: 'LEVEL_OUT_OF_RANGE' });
    expect(await warehouse.readLevels('SHIRT', 'SOHO')).toMatchObject({ qoh: 1_000_000_000 });
  });

  test('values with every character that COPY treats specially arrive as they are', async () => {
    const sku = 'a\\b\tc"d\\N';
    await warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('odd', $1)`, [sku]);
    const outcome = await warehouse.import('RESET_INVENTORY', [
      `BROADWAY,,"a\\b\tc""d\\N",,,"two\nlines",,5`,
      `BROADWAY,,"\\N",,,,,5`,
    ]);
    expect(outcome.refused.map(({ values }) => values[2])).toEqual(['\\N']);
    expect(await warehouse.readLevels(sku, 'BROADWAY')).toMatchObject({ qoh: 5 });
  });
});

describe('MDM_INV_VARIANCE', () => {
  test('differences add up, each with its own reason', async () => {
    await warehouse.count('SHIRT', 'BROADWAY', 10);
    const outcome = await warehouse.import('MDM_INV_VARIANCE', [
      'SHIRT,,-3,BROADWAY,,,VAR_LOST',
      'SHIRT,,2,BROADWAY,,,RTN_ITM_RCPT',
      'SHIRT,,0,BROADWAY,,,',
      'SHIRT,,1,,S-1,,',
    ]);
    expect(outcome).toMatchObject({ rows: 4, applied: 4, failed: 0 });
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toEqual({ qoh: 10, reserved: 0 });
    expect((await warehouse.readLedger()).slice(1)).toEqual([
      'SHIRT BROADWAY -3 0 VAR_LOST MDM_INV_VARIANCE__2.csv:2',
      'SHIRT BROADWAY 2 0 RTN_ITM_RCPT MDM_INV_VARIANCE__2.csv:3',
      'SHIRT BROADWAY 1 0 VAR_MANUAL MDM_INV_VARIANCE__2.csv:5',
    ]);
  });

  test('more units may be lost than there were', async () => {
    await warehouse.import('MDM_INV_VARIANCE', ['SHIRT,,-3,BROADWAY,,,VAR_LOST']);
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toEqual({ qoh: -3, reserved: 0 });
  });

  test('rows that together leave the range of a level are refused together, and no other row is', async () => {
    const outcome = await warehouse.import('MDM_INV_VARIANCE', [
      'SHIRT,,1000000000,BROADWAY,,,',
      'SHIRT,,1000000000,BROADWAY,,,',
      'SHIRT,,1000000000,BROADWAY,,,',
      'SHIRT,,1,SOHO,,,',
    ]);
    expect(codesOf(outcome)).toEqual({
      2: 'LEVEL_OUT_OF_RANGE',
      3: 'LEVEL_OUT_OF_RANGE',
      4: 'LEVEL_OUT_OF_RANGE',
    });
    expect(await warehouse.readLevels('SHIRT', 'SOHO')).toMatchObject({ qoh: 1 });
  });

  test('unknown products, unknown and virtual facilities are refused, and a reason that nobody knows is kept', async () => {
    const outcome = await warehouse.import('MDM_INV_VARIANCE', [
      'TIE,,1,BROADWAY,,,',
      'SHIRT,,1,NOWHERE,,,',
      'SHIRT,,1,PARKING,,,',
      'SHIRT,,1,BROADWAY,,,just because',
    ]);
    expect(codesOf(outcome)).toEqual({
      2: 'PRODUCT_UNKNOWN',
      3: 'FACILITY_UNKNOWN',
      4: 'FACILITY_VIRTUAL',
    });
    expect(await warehouse.readLedger()).toEqual([
      'SHIRT BROADWAY 1 0 just because MDM_INV_VARIANCE__1.csv:5',
    ]);
  });
});

test('first units of a shop are a count: one of an earlier instant is refused, a later one is taken', async () => {
  await warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('1', 'MUG')`);
  const readClock = async () => {
    const [row] = await warehouse.database.query<{ now: Date }>(
      `SELECT clock_timestamp() + interval '1 ms' AS now`,
    );
    return row?.now.toISOString() ?? '';
  };
  const variant: CatalogueVariant = {
    ...{ sku: 'MUG', variantId: 'gid://shopify/ProductVariant/1', inventoryPolicy: 'DENY' },
    ...{ inventoryItemId: 'gid://shopify/InventoryItem/1', tracked: true, levelActive: true },
  };
  const pages = async function* (): AsyncGenerator<CataloguePage> {
    await Promise.resolve();
    yield { variants: [variant], next: null };
  };
  const before = await readClock();
  await takeProductsOfShop(warehouse.database, {
    ...{ shopId: SHOP, isUsable: () => true, dryRun: false, pages: pages() },
    first: { facilityId: 'BROADWAY', readUnits: () => Promise.resolve([7]) },
  });
  const countOf = async (units: number, asOf: string) =>
    warehouse.importText(
      'RESET_INVENTORY',
      `facilityId,idValue,availableQty,asOf\nBROADWAY,MUG,${units},${asOf}\n`,
      `RESET_INVENTORY__${units}.csv`,
    );
  expect(codesOf(await countOf(4, before))).toEqual({ 2: 'COUNT_OVERTAKEN' });
  expect(await warehouse.readLevels('MUG', 'BROADWAY')).toMatchObject({ qoh: 7 });
  expect(await countOf(5, await readClock())).toMatchObject({ applied: 1, failed: 0 });
  expect(await warehouse.readLevels('MUG', 'BROADWAY')).toMatchObject({ qoh: 5 });
});

describe('several imports at once', () => {
  test('leave one count of a place that all of them count first, not the sum', async () => {
    await Promise.all(
      [7, 7, 7, 7].map((units, index) =>
        warehouse.import('RESET_INVENTORY', [
          `BROADWAY,,SHIRT,,,${index},,${units}`,
          `SOHO,,SHIRT,,,${index},,${units}`,
        ]),
      ),
    );
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toEqual({ qoh: 7, reserved: 0 });
    expect(await warehouse.readLevels('SHIRT', 'SOHO')).toEqual({ qoh: 7, reserved: 0 });
  });

  test('do not deadlock when they change the same places in opposite order', async () => {
    const skus = Array.from({ length: 200 }, (_, index) => `P${String(index).padStart(3, '0')}`);
    await warehouse.database.query(
      'INSERT INTO product (product_id, sku) SELECT sku, sku FROM unnest($1::text[]) AS sku',
      [skus],
    );
    const variance = (sku: string) => `${sku},,1,BROADWAY,,,`;
    const count = (sku: string) => `BROADWAY,,${sku},,,,,5`;
    await Promise.all([
      warehouse.import('MDM_INV_VARIANCE', skus.map(variance)),
      warehouse.import('MDM_INV_VARIANCE', skus.toReversed().map(variance)),
      warehouse.import('RESET_INVENTORY', skus.toReversed().map(count)),
      warehouse.import('RESET_INVENTORY', skus.map(count)),
    ]);
    const [unequal] = await warehouse.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM product_facility AS level
       WHERE quantity_on_hand NOT BETWEEN 5 AND 7 OR quantity_on_hand <> (
         SELECT sum(quantity_on_hand_diff) FROM inventory_item_detail AS posted
         WHERE posted.product_id = level.product_id AND posted.facility_id = level.facility_id)`,
    );
    expect(unequal?.count).toBe(0);
  });
});
