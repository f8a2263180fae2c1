/** Ids that a spreadsheet or a program has spoiled on their way: taken as they are, several things would be one. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Warehouse, type ImportOutcome } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

const told = ({ refused }: ImportOutcome) =>
  refused.map(({ rowNumber, column, code, message }) => `${rowNumber} ${column} ${code} ${message}`);
const readSkus = async () =>
  (await warehouse.database.query<{ sku: string }>('SELECT sku FROM product'))
    .map(({ sku }) => sku)
    .toSorted();
const makeBySomebody = (id: string, sku: string) =>
  warehouse.database.query('INSERT INTO product (product_id, sku) VALUES ($1, $2)', [id, sku]);

describe('IMP_PRODUCT', () => {
  test.each([
    ['1.23457E+11', /rounded it/],
    ['10-Nov', /made a date of it/],
    ['123456789.0', /made a number of it/],
    ['#N/A', /shows a fault/],
    ['NULL', /knows none/],
    ['BE\u200bLT', /U\+200B/],
    ['BELT\u00a01', /U\+00A0/],
    ['BE\u00adLT', /U\+00AD/],
    ['BEL\u0422', /U\+0422, which looks like the Latin letter T/],
    ['G\u00c3\u00bcrtel', /in UTF-8 it is "Gürtel"/],
    ['G\ufffdrtel', /lost a letter/],
  ])('refuses the SKU %j', async (sku, why) => {
    const outcome = await warehouse.import('IMP_PRODUCT', [`7,${sku},,`, `,${sku},,`, '8,SOCK,,']);
    expect(told(outcome)).toEqual([
      expect.stringMatching(/^2 sku FEED_VALUE_INVALID /),
      expect.stringMatching(/^3 sku FEED_VALUE_INVALID /),
    ]);
    expect(outcome.refused[0]?.message).toMatch(why);
    expect(await readSkus()).toEqual(['HAT', 'SHIRT', 'SOCK']);
  });

  test('leaves a product its SKU where it would get a spoiled one', async () => {
    const outcome = await warehouse.import('IMP_PRODUCT', ['10000,10-Nov,,']);
    expect(told(outcome)).toEqual([expect.stringMatching(/^2 sku FEED_VALUE_INVALID .*atp product add/)]);
    expect(await readSkus()).toEqual(['HAT', 'SHIRT']);
  });

  test('takes an odd SKU that a product has, by whomever it was made', async () => {
    await makeBySomebody('MAY', 'MAY-21');
    await makeBySomebody('LT', 'BEL\u0422');
    const outcome = await warehouse.import('IMP_PRODUCT', ['MAY,MAY-21,4006381333931,', 'LT,BEL\u0422,,']);
    expect(outcome).toMatchObject({ applied: 2, failed: 0 });
  });

  test.each([
    ['letters of another alphabet', 'HOT', '\u041d\u041e\u0422'],
    ['a dash of another kind', 'A-7', 'A\u20137'],
    ['letters of another width', 'A7', '\uff217'],
    ['an accent of its own', 'CAF\u00c9', 'CAFE\u0301'],
  ])('refuses a SKU that looks like another one: by %s', async (_how, sku, alike) => {
    await makeBySomebody('1', sku);
    expect(told(await warehouse.import('IMP_PRODUCT', [`2,${alike},,`]))).toEqual([
      expect.stringContaining(`it looks like "${sku}", the SKU of another product`),
    ]);
    // Whoever mends the letter of a product may.
    expect(await warehouse.import('IMP_PRODUCT', [`1,${alike},,`])).toMatchObject({ applied: 1 });
    expect(await readSkus()).toContain(alike);
  });

  test('refuses both of two new SKUs that look alike', async () => {
    const outcome = await warehouse.import('IMP_PRODUCT', ['1,HOT,,', '2,\u041d\u041e\u0422,,', '3,SOCK,,']);
    expect(outcome.refused.map(({ rowNumber, code }) => `${rowNumber} ${code}`)).toEqual([
      '2 FEED_VALUE_INVALID',
      '3 FEED_VALUE_INVALID',
    ]);
  });

  test('takes what is no fault: other alphabets, blanks round it, and a UPC that is a float', async () => {
    const rows = [
      '1,\u0422\u0415\u0421\u0422-1,,',
      '2,Größe-7,,',
      '3, BELT\u00a0\u200b,,',
      '4,2E5,4006381333931.0,',
    ];
    expect(await warehouse.import('IMP_PRODUCT', rows)).toMatchObject({ applied: 4, failed: 0 });
    expect(await readSkus()).toEqual([
      '2E5',
      'BELT',
      'Größe-7',
      'HAT',
      'SHIRT',
      '\u0422\u0415\u0421\u0422-1',
    ]);
    const upcs = await warehouse.database.query(`SELECT upc FROM product WHERE sku = '2E5'`);
    expect(upcs).toEqual([{ upc: '4006381333931' }]);
  });

  test('refuses ids of products and of facilities that are lost', async () => {
    const products = await warehouse.import('IMP_PRODUCT', ['1.2E+11,BELT,,', '#N/A,SOCK,,']);
    expect(products.refused.map(({ column }) => column)).toEqual(['productId', 'productId']);
    const facilities = await warehouse.import('IMP_FACILITY', [
      'NULL,,Pier,WAREHOUSE',
      'PIER,1.2E+11,Pier,WAREHOUSE',
      'QUAY,,None,WAREHOUSE',
    ]);
    expect(facilities.refused.map(({ column }) => column)).toEqual(['facilityId', 'externalFacilityId']);
  });
});

test('two orders whose ids a spreadsheet has rounded to one are refused: the second would take the place of the first', async () => {
  const line = (orderId: string, external: string, units: number) =>
    `${orderId},1,,${external},SHIRT,,${units},,BROADWAY,ITEM_CREATED,2026-11-24T10:00:00Z`;
  const outcome = await warehouse.import('ORDER_ITEMS', [
    line('5.12346E+12', '', 2),
    line('5.12346E+12', '', 3),
    line('#N/A', '', 1),
    line('A1', '5.12346E+12', 1),
    line('A2', '', 4),
  ]);
  expect(outcome.refused.map(({ rowNumber, column, code }) => `${rowNumber} ${column} ${code}`)).toEqual([
    '2 orderId FEED_VALUE_INVALID',
    '3 orderId FEED_VALUE_INVALID',
    '4 orderId FEED_VALUE_INVALID',
    '5 externalOrderId FEED_VALUE_INVALID',
  ]);
  expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toMatchObject({ reserved: 4 });
});

test('two transfers, and two bins, whose ids were rounded to one are no one', async () => {
  const transfers = await warehouse.import('TRANSFER', [
    '1.2E+11,1,SHIRT,,4,SOHO,BROADWAY,RECEIVED',
    '1.2E+11,1,SHIRT,,4,SOHO,BROADWAY,RECEIVED',
  ]);
  expect(transfers).toMatchObject({ applied: 0, failed: 2 });
  const bins = await warehouse.import('RESET_INVENTORY', [
    'BROADWAY,,SHIRT,,1.2E+11,,N,4',
    'BROADWAY,,SHIRT,,1.2E+11,,N,4',
    'BROADWAY,,HAT,,NONE,,N,4',
  ]);
  expect(bins.refused.map(({ column }) => column)).toEqual(['locationSeqId', 'locationSeqId']);
  expect((await warehouse.readLevels('HAT', 'BROADWAY')).qoh).toBe(4);
});
