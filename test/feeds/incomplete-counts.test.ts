/** Which good rows of a count a refused row beside them leaves incomplete: those of its own product, and no others. */
import { beforeAll, describe, expect, test } from 'vitest';
import { NO_SETTINGS, type SourceSettings } from '../../src/domain/feed-source.ts';
import { codesOf, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
let files = 0;

beforeAll(async () => {
  warehouse = await Warehouse.open();
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku, upc) VALUES ('10023', 'A-7', '4006381333931'), ('10024', '0100', NULL),
       ('10025', '100', NULL), ('10026', '0200', NULL), ('10027', 'ABC', NULL), ('10028', 'abc', NULL)`,
  );
});

const INCOMPLETE = 'FEED_COUNT_INCOMPLETE';
const HEADER = 'idType,idValue,facilityId,locationSeqId,availableQty';

/** Codes of the refused rows of a count, by their numbers: the first row is 2. */
async function refusedOf(
  rows: readonly string[],
  settings: Partial<SourceSettings>,
  header = HEADER,
): Promise<Record<number, string>> {
  const text = `${[header, ...rows].join('\n')}\n`;
  const outcome = await warehouse.importText('RESET_INVENTORY', text, `incomplete-${(files += 1)}.csv`, {
    settings: { ...NO_SETTINGS, ...settings },
  });
  return codesOf(outcome);
}

describe.each([
  ['rows that add up', { rows: 'sum' }, ['', '']],
  ['rows of which the last one counts', { rows: 'last' }, ['', '']],
  ['bins', {}, ['A', 'B']],
] as const)('of %s, a refused row', (_, settings, [binA, binB]) => {
  test.each([
    ['a SKU that is the internal id of another product', ['SKU', 'A-7'], ['SKU', '10023'], false],
    ['a SKU that is the UPC of another product', ['SKU', 'A-7'], ['SKU', '4006381333931'], false],
    ['a UPC that is the SKU of another product', ['SKU', '0100'], ['UPC', '0100'], false],
    ['a UPC of its own', ['SKU', 'A-7'], ['EAN-13', '4006381333931'], true],
    ['its internal id', ['SKU', 'A-7'], ['productId', '10023'], true],
    ['its internal id, as what nobody knows', ['SKU', 'A-7'], ['ASIN', '10023'], true],
    ['a SKU of its own', ['UPC', '4006381333931'], ['', 'a-7'], true],
    ['zeros in front that no other product lacks', ['SKU', '0200'], ['SKU', '200'], true],
    ['zeros in front, without which it is another product', ['SKU', '100'], ['SKU', '00100'], false],
    ['no zeros in front, and is a product itself', ['SKU', '0100'], ['SKU', '100'], false],
    ['zeros in front of a UPC', ['SKU', 'A-7'], ['UPC', '04006381333931'], true],
    ['small letters, and is a product itself', ['SKU', 'ABC'], ['SKU', 'abc'], false],
    ['other letters than either of two products', ['SKU', 'ABC'], ['SKU', 'Abc'], true],
  ] as const)('that has %s', async (_name, good, refused, isIncomplete) => {
    const rows = [`${good.join(',')},SOHO,${binA},4`, `${refused.join(',')},SOHO,${binB},x`];
    const codes = await refusedOf(rows, settings);
    expect(codes).toEqual({ ...(isIncomplete && { 2: INCOMPLETE }), 3: 'FEED_VALUE_INVALID' });
  });

  test('that names no product is read by the type of its id, too', async () => {
    const rows = [`SKU,A-7,SOHO,${binA},4`, `SKU,10023,SOHO,${binB},6`, `SKU,a-7,BROADWAY,${binB},6`];
    expect(await refusedOf(rows, settings)).toEqual({ 3: 'PRODUCT_UNKNOWN', 4: 'PRODUCT_UNKNOWN' });
    expect((await warehouse.readLevels('A-7', 'SOHO')).qoh).toBe(4);
  });
});

describe('of rows of which the last one counts, a refused row', () => {
  const ofRows = (rows: readonly string[]) =>
    refusedOf(
      rows.map((row) => `SKU,A-7,${row}`),
      { rows: 'last' },
    );

  test('before the last good one would not have counted; one behind it would', async () => {
    expect(await ofRows(['SOHO,,1', 'SOHO,,x', 'SOHO,,2'])).toEqual({ 3: 'FEED_VALUE_INVALID' });
    expect((await warehouse.readLevels('A-7', 'SOHO')).qoh).toBe(2);
    expect(await ofRows(['SOHO,,x', 'SOHO,,3', 'SOHO,,x'])).toEqual({
      2: 'FEED_VALUE_INVALID',
      3: INCOMPLETE,
      4: 'FEED_VALUE_INVALID',
    });
    expect((await warehouse.readLevels('A-7', 'SOHO')).qoh).toBe(2);
  });

  test('is before the last good one of its bin, and of its facility', async () => {
    expect(await ofRows(['SOHO,A,1', 'SOHO,B,x', 'SOHO,B,2', 'SOHO,A,3'])).toEqual({
      3: 'FEED_VALUE_INVALID',
    });
    expect((await warehouse.readLevels('A-7', 'SOHO')).qoh).toBe(5);
    expect(await ofRows(['SOHO,B,x', 'BROADWAY,B,2', 'SOHO,A,3'])).toEqual({
      2: 'FEED_VALUE_INVALID',
      4: INCOMPLETE,
    });
  });
});

describe('of rows that add up, a refused one', () => {
  const ofRows = (rows: readonly string[], settings: Partial<SourceSettings> = { rows: 'sum' }) =>
    refusedOf(rows, settings, 'idValue,facilityId,locationSeqId,availableQty');
  const INVALID = 'FEED_VALUE_INVALID';

  test('without an id is of the row above it, also of one that is refused, and by the id that this one has', async () => {
    expect(await ofRows(['A-7,SOHO,,5', ',SOHO,,3', 'SHIRT,SOHO,,1'])).toEqual({ 2: INCOMPLETE, 3: INVALID });
    expect(await ofRows(['HAT,SOHO,,1', 'SHIRT,SOHO,,x', ',SOHO,,3'])).toEqual({ 3: INVALID, 4: INVALID });
    const byUpc = ['UPC,4006381333931,SOHO,,5', ',,SOHO,,3', 'SKU,A-7,SOHO,,1'];
    expect(await refusedOf(byUpc, { rows: 'sum' })).toEqual({ 2: INCOMPLETE, 3: INVALID, 4: INCOMPLETE });
  });

  test('without an id leaves what is counted at another facility', async () => {
    expect(await ofRows(['A-7,SOHO,,5', ',BROADWAY,,3'])).toEqual({ 3: INVALID });
    expect(await ofRows(['A-7,SOHO,,5', ',BROADWAY,,3', 'A-7,BROADWAY,,1'])).toEqual({
      3: INVALID,
      4: INCOMPLETE,
    });
  });

  test('without a facility is at that of the row above it, where the id is the same', async () => {
    expect(await ofRows(['A-7,SOHO,,5', 'a-7,,,3', 'A-7,,,3'])).toEqual({
      2: INCOMPLETE,
      3: INVALID,
      4: INVALID,
    });
    expect(await ofRows(['A-7,SOHO,,5', 'HAT,SOHO,,1', 'A-7,,,3'])).toEqual({ 4: INVALID });
    expect(await ofRows(['A-7,SOHO,A,5', 'A-7,,B,3'], {})).toEqual({ 2: INCOMPLETE, 3: INVALID });
    expect(await ofRows(['A-7,SOHO,,5', 'A-7,,,3'], {})).toEqual({ 3: INVALID });
  });

  test('without either is a total, and so is one without an id where the facility is said for the source', async () => {
    expect(await ofRows(['A-7,SOHO,,5', ',,,5'])).toEqual({ 3: INVALID });
    expect(await ofRows(['A-7,SOHO,A,5', ',,B,5'])).toEqual({ 2: INCOMPLETE, 3: INVALID });
    const fixed = { rows: 'sum', fixed: { facilityId: 'SOHO' } } as const;
    expect(await refusedOf(['A-7,5', ',5'], fixed, 'idValue,availableQty')).toEqual({ 3: INVALID });
  });
});
