/** IMP_PRODUCT, IMP_FACILITY, IMP_PROD_FACILITY, IMP_THRESHOLD and SHOPIFY_INVENTORY: what becomes of right and of wrong rows. */
import { beforeEach, expect, test } from 'vitest';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { Warehouse, type ImportOutcome } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

const send = (type: FeedType, ...rows: readonly string[]) => warehouse.import(type, rows);
const refusals = ({ refused }: ImportOutcome) =>
  refused.map(({ rowNumber, column, code }) => `${rowNumber} ${column} ${code}`);
const readProducts = async () =>
  (
    await warehouse.database.query<{ line: string }>(
      `SELECT concat_ws(' ', product_id, sku, coalesce(upc, '-')) AS line FROM product ORDER BY product_id`,
    )
  ).map(({ line }) => line);
const readSettings = async () =>
  (
    await warehouse.database.query<{ line: string }>(
      `SELECT concat_ws(' ', sku, facility_id, minimum_stock, allow_brokering) AS line
       FROM product_facility JOIN product USING (product_id) ORDER BY sku, facility_id`,
    )
  ).map(({ line }) => line);

test('IMP_PRODUCT adds products, changes the ids of those that are there, and leaves what is empty', async () => {
  expect(
    await send(
      'IMP_PRODUCT',
      '10000,SHIRT-NEW,,',
      '7,TIE,4006381333931,Tie',
      ',SOCK,,',
      ',HAT,0036000291452,',
    ),
  ).toMatchObject({
    applied: 4,
    failed: 0,
  });
  expect(await readProducts()).toEqual([
    '10000 SHIRT-NEW 0123456789',
    '10001 HAT 0036000291452',
    '7 TIE 4006381333931',
    'SOCK SOCK -',
  ]);
});

test('IMP_PRODUCT takes a SKU that differs only in case from another one, and tells of it', async () => {
  const outcome = await send('IMP_PRODUCT', '1,shirt,,', '2,BELT,,');
  expect(outcome).toMatchObject({ applied: 2, warnings: [{ code: 'PRODUCT_SKU_CASE', rows: 1 }] });
});

test('IMP_PRODUCT refuses what another product has, what contradicts itself, and numbers that a spreadsheet has rounded', async () => {
  const outcome = await send(
    'IMP_PRODUCT',
    '1,SHIRT,,',
    '2,BELT,0123456789,',
    '3,SCARF,,',
    '4,SCARF,,',
    '5,GLOVE,,',
    '5,GLOVES,,',
    '6,,,',
    '7,RING,4.00638E+12,',
    '8,BAG,,',
    '8,BAG,,',
  );
  expect(refusals(outcome)).toEqual([
    '2 sku PRODUCT_EXISTS',
    '3 upc PRODUCT_EXISTS',
    '4 sku PRODUCT_EXISTS',
    '5 sku PRODUCT_EXISTS',
    '6 productId FEED_ROW_CONTRADICTED',
    '7 productId FEED_ROW_CONTRADICTED',
    '8 sku FEED_VALUE_INVALID',
    '9 upc FEED_VALUE_INVALID',
  ]);
  expect(outcome.refused.at(-1)?.message).toContain('a spreadsheet has rounded it');
  expect(await readProducts()).toEqual(['10000 SHIRT 0123456789', '10001 HAT -', '8 BAG -']);
});

test('IMP_PRODUCT without an id refuses a SKU that is the id of another product, and that one keeps its SKU', async () => {
  await send('IMP_PRODUCT', '7,TIE,,', 'SHIRT-2,SCARF,,');
  const outcome = await send('IMP_PRODUCT', ',7,,', ',SHIRT-2,0036000291452,', ',SOCK,,');
  expect(refusals(outcome)).toEqual(['2 sku PRODUCT_EXISTS', '3 sku PRODUCT_EXISTS']);
  expect(await readProducts()).toEqual([
    ...['10000 SHIRT 0123456789', '10001 HAT -', '7 TIE -', 'SHIRT-2 SCARF -', 'SOCK SOCK -'],
  ]);
});

test('IMP_FACILITY adds facilities and changes those that are there; what is wrong is refused', async () => {
  const outcome = await send(
    'IMP_FACILITY',
    'HARLEM,S-3,Harlem,Retail Store',
    'BROADWAY,,Broadway 1,',
    'DEPOT,,,warehouse',
    'BRONX,,Bronx,',
    'QUEENS,,Queens,SHOP',
    'KIOSK,S-1,Kiosk,RETAIL_STORE',
    ',S-9,Nobody,WAREHOUSE',
    'PIER,,Pier,WAREHOUSE',
    'PIER,,Pier,RETAIL_STORE',
  );
  expect(refusals(outcome)).toEqual([
    '5 type FEED_VALUE_INVALID',
    '6 type FACILITY_TYPE_UNKNOWN',
    '7 externalFacilityId FACILITY_EXISTS',
    '8 facilityId FEED_VALUE_INVALID',
    '9 facilityId FEED_ROW_CONTRADICTED',
    '10 facilityId FEED_ROW_CONTRADICTED',
  ]);
  const facilities = await warehouse.database.query<{ line: string }>(
    `SELECT concat_ws('|', facility_id, coalesce(external_id, '-'), facility_name, facility_type_id) AS line
     FROM facility WHERE facility_id <> 'PARKING' ORDER BY facility_id`,
  );
  expect(facilities.map(({ line }) => line)).toEqual([
    'BROADWAY|S-1|Broadway 1|RETAIL_STORE',
    'DEPOT|-|DEPOT|WAREHOUSE',
    'HARLEM|S-3|Harlem|RETAIL_STORE',
    'SOHO|S-2|Soho|RETAIL_STORE',
  ]);
});

test('IMP_PROD_FACILITY sets what is given, in one row or in two, and leaves stock and the rest', async () => {
  await warehouse.count('SHIRT', 'BROADWAY', 10);
  await send('IMP_PROD_FACILITY', '10000,BROADWAY,2,', '10000,BROADWAY,,N', '10001,SOHO,,no');
  expect(await readSettings()).toEqual(['HAT SOHO 0 f', 'SHIRT BROADWAY 2 f']);
  await send('IMP_PROD_FACILITY', '10000,BROADWAY,0,', '10001,SOHO,3,Y');
  expect(await readSettings()).toEqual(['HAT SOHO 3 t', 'SHIRT BROADWAY 0 f']);
  expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toMatchObject({ qoh: 10 });
  const byOtherIds = 'SKU;External Facility ID;Facility Safety Stock\nSHIRT;S-2;4\n';
  await warehouse.importText('IMP_PROD_FACILITY', byOtherIds, 'IMP_PROD_FACILITY__ids.csv', {
    settings: { ...NO_SETTINGS, columns: { SKU: 'idValue' } },
  });
  expect(await readSettings()).toContain('SHIRT SOHO 4 t');
});

test('IMP_PROD_FACILITY refuses what is unknown, virtual, negative or contradictory', async () => {
  const outcome = await send(
    'IMP_PROD_FACILITY',
    '9,BROADWAY,1,',
    '10000,NOWHERE,1,',
    '10000,PARKING,1,',
    '10000,BROADWAY,-1,',
    '10000,BROADWAY,,maybe',
    '10001,BROADWAY,1,',
    '10001,BROADWAY,2,',
  );
  expect(refusals(outcome)).toEqual([
    '2 idValue PRODUCT_UNKNOWN',
    '3 facilityId FACILITY_UNKNOWN',
    '4 facilityId FACILITY_VIRTUAL',
    '5 facilitySafetyStock FEED_VALUE_INVALID',
    '6 allowBrokering FEED_VALUE_INVALID',
    '7 idValue FEED_ROW_CONTRADICTED',
    '8 idValue FEED_ROW_CONTRADICTED',
  ]);
  expect(outcome.refused.slice(3, 5).map(({ message }) => message)).toEqual([
    'Column facilitySafetyStock: it must be at least 0.',
    'Column allowBrokering: it must be Y or N.',
  ]);
});

test('IMP_THRESHOLD sets and clears a product’s own threshold, and refuses what is unknown or contradictory', async () => {
  const readThresholds = () =>
    warehouse.database.query('SELECT product_id, threshold FROM product_facility_group ORDER BY product_id');
  await send('IMP_THRESHOLD', 'SHIRT,SKU,FAC_GRP,5', '10001,productId,FAC_GRP,0');
  expect(await readThresholds()).toEqual([
    { product_id: '10000', threshold: 5 },
    { product_id: '10001', threshold: 0 },
  ]);
  const outcome = await send(
    'IMP_THRESHOLD',
    'SHIRT,SKU,FAC_GRP,OFF',
    'TIE,SKU,FAC_GRP,1',
    'HAT,SKU,NO_GROUP,1',
    'HAT,SKU,FAC_GRP,1',
    'HAT,SKU,FAC_GRP,off',
    'HAT,SKU,FAC_GRP,',
  );
  expect(refusals(outcome)).toEqual([
    '3 idValue PRODUCT_UNKNOWN',
    '4 facilityGroupId FACILITY_GROUP_UNKNOWN',
    '5 threshold FEED_ROW_CONTRADICTED',
    '6 threshold FEED_ROW_CONTRADICTED',
    '7 threshold FEED_VALUE_INVALID',
  ]);
  expect(outcome.refused.at(-1)?.message).toBe('Column threshold: it must be a whole number, or off.');
  expect(await readThresholds()).toEqual([{ product_id: '10001', threshold: 0 }]);
});

const shopifyRow = (sku: string, location: string, current: string, next = '') =>
  `shirt,Shirt,Color,Blue,${sku},,,${location},,0,0,0,${current},${current},${next}`;

test('SHOPIFY_INVENTORY counts what Shopify has exported, at locations by name or id; "not stocked" is no count', async () => {
  await warehouse.count('HAT', 'SOHO', 3);
  const outcome = await send(
    'SHOPIFY_INVENTORY',
    shopifyRow('SHIRT', 'Broadway', '12'),
    shopifyRow('SHIRT', 'S-2', '12', '9'),
    shopifyRow('HAT', 'SOHO', 'not stocked'),
    shopifyRow('HAT', 'BROADWAY', '-1'),
    shopifyRow('', 'Broadway', '0'),
  );
  expect(outcome).toMatchObject({ rows: 5, applied: 5, failed: 0 });
  expect((await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh).toBe(12);
  expect((await warehouse.readLevels('SHIRT', 'SOHO')).qoh).toBe(9);
  expect((await warehouse.readLevels('HAT', 'SOHO')).qoh).toBe(3);
  expect((await warehouse.readLevels('HAT', 'BROADWAY')).qoh).toBe(-1);
});

test('SHOPIFY_INVENTORY of before 2026 has "On hand" alone; wrong rows are told by its columns', async () => {
  await warehouse.database.query(
    `INSERT INTO facility (facility_id, facility_name, facility_type_id) VALUES ('N1', 'North', 'WAREHOUSE'), ('N2', 'north', 'WAREHOUSE')`,
  );
  const text = [
    'Handle,Title,SKU,Location,Incoming,Unavailable,Committed,Available,On hand',
    'a,A,SHIRT,Broadway,0,0,0,7,7',
    'a,A,TIE,Broadway,0,0,0,7,7',
    'a,A,HAT,North,0,0,0,7,7',
    'a,A,,Broadway,0,0,0,7,7',
    'a,A,HAT,Broadway,0,0,0,7,many',
  ].join('\n');
  const outcome = await warehouse.importText('SHOPIFY_INVENTORY', text, 'SHOPIFY_INVENTORY__old.csv');
  expect(refusals(outcome)).toEqual([
    '3 sku PRODUCT_UNKNOWN',
    '4 location FACILITY_UNKNOWN',
    '5 sku FEED_VALUE_INVALID',
    '6 onHand FEED_VALUE_INVALID',
  ]);
  expect((await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh).toBe(7);
});

test('SHOPIFY_INVENTORY counts no product of which one bin cannot be read; at another location it is counted', async () => {
  await warehouse.count('SHIRT', 'BROADWAY', 3);
  const header = 'Handle,Title,SKU,Location,Bin name,On hand (current),On hand (new)';
  const rows = [
    ['SHIRT', 'Broadway', 'A', '5'],
    ['SHIRT', 'Broadway', 'B', 'many'],
    ['SHIRT', 'Soho', 'A', '6'],
    ['HAT', 'Broadway', 'A', '7'],
  ].map(([sku, location, bin, onHand]) => `a,A,${sku},${location},${bin},${onHand},`);
  const outcome = await warehouse.importText(
    'SHOPIFY_INVENTORY',
    [header, ...rows].join('\n'),
    'SHOPIFY_INVENTORY__bins.csv',
  );
  expect(refusals(outcome)).toEqual(['2 sku FEED_COUNT_INCOMPLETE', '3 onHandCurrent FEED_VALUE_INVALID']);
  expect((await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh).toBe(3);
  expect((await warehouse.readLevels('SHIRT', 'SOHO')).qoh).toBe(6);
  expect((await warehouse.readLevels('HAT', 'BROADWAY')).qoh).toBe(7);
});

test('settings that come again as they are wait for nobody who posts to their levels, and keep nobody waiting', async () => {
  await warehouse.count('SHIRT', 'SOHO', 5);
  await warehouse.count('HAT', 'SOHO', 5);
  await warehouse.import('IMP_PROD_FACILITY', ['10000,SOHO,2,Y', '10001,SOHO,3,N']);

  await warehouse.database.transaction(async (connection) => {
    await connection.query(`SELECT FROM product_facility WHERE product_id = '10000' FOR UPDATE`);
    // Only the level of the hat is another one.
    const again = await warehouse.import('IMP_PROD_FACILITY', ['10000,SOHO,2,Y', '10001,SOHO,4,N'], {
      waitMs: 500,
    });
    expect(again).toMatchObject({ applied: 2 });
  });

  expect(
    await warehouse.database.query(
      `SELECT minimum_stock AS safety FROM product_facility WHERE facility_id = 'SOHO' ORDER BY product_id`,
    ),
  ).toEqual([{ safety: 2 }, { safety: 4 }]);
});

test.each([
  ['IMP_PRODUCT', 'PX,"NEW\nLINE",,', 'sku'],
  ['IMP_PRODUCT', 'P\u202eX,NEW-X,,', 'productId'],
  ['IMP_FACILITY', '"A\nB",,A,RETAIL_STORE', 'facilityId'],
  ['IMP_FACILITY', 'AB,"x\ty",A,RETAIL_STORE', 'externalFacilityId'],
] as const)('%s refuses what nobody could type: %j', async (type, row, column) => {
  const { applied, refused } = await warehouse.import(type, [row]);
  expect(applied).toBe(0);
  expect(refused).toMatchObject([{ code: 'FEED_VALUE_INVALID', column }]);
});
