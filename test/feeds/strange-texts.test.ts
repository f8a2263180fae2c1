/** Texts that programs leave in files, and that must cost neither a feed nor an import: what comes of them in the stock. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { codesOf, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
let files = 0;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  await warehouse.database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, facility_id, -quantity_on_hand, -reserved, 'VAR_MANUAL', 'a new start' FROM product_facility`,
  );
});

const readBroadway = async () => (await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh;
const codedMessage = async (work: () => Promise<unknown>) => {
  const { code, message } = await expectCodedError(work);
  return `${code} ${message}`;
};
const count = (text: string | Buffer, settings = {}) =>
  warehouse.importText('RESET_INVENTORY', text, `RESET_INVENTORY__s${(files += 1)}.csv`, {
    settings: { ...NO_SETTINGS, ...settings },
  });

test('a NUL character in UTF-16 is told with its line, as in UTF-8, and is no fault of the database', async () => {
  const text = '\ufefffacilityId,idValue,availableQty\r\nBROADWAY,SHIRT\0,7\r\n';
  expect(await codedMessage(() => count(Buffer.from(text, 'utf16le')))).toMatch(
    /^FEED_UNREADABLE .*NUL.*line 2/,
  );
});

test('the sign with which old programs end a file is no row', async () => {
  expect(await count('facilityId,idValue,availableQty\r\nBROADWAY,SHIRT,7\r\n\x1a')).toMatchObject({
    rows: 1,
    failed: 0,
  });
  expect(await readBroadway()).toBe(7);
});

test('a reason named like a property of every object is kept as it came, and one that is said is found in any case', async () => {
  await warehouse.importText(
    'MDM_INV_VARIANCE',
    'facilityId,idValue,availableDelta,reasonEnumId\nBROADWAY,SHIRT,1,constructor\nBROADWAY,SHIRT,2,verkauf\n',
    'MDM_INV_VARIANCE__reasons.csv',
    { settings: { ...NO_SETTINGS, reasons: { Verkauf: 'POS_SALE' } } },
  );
  const reasons = (await warehouse.readLedger()).slice(-2).map((line) => line.split(' ')[4]);
  expect(reasons).toEqual(['constructor', 'POS_SALE']);
});

test('an order line that is "canceled" is cancelled: America writes it with one l', async () => {
  const outcome = await warehouse.import('ORDER_ITEMS', [
    'C1,1,,,SHIRT,,1,,BROADWAY,ITEM_CREATED,2026-11-24T10:00:00Z',
    'C1,1,,,SHIRT,,1,,BROADWAY,Canceled,2026-11-24T10:00:00Z',
  ]);
  expect(outcome).toMatchObject({ applied: 2, failed: 0 });
  expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toMatchObject({ reserved: 0 });
});

describe('a count of bins', () => {
  const bins = (rows: readonly string[]) =>
    count(
      `facilityId,idValue,locationSeqId,availableQty,file\n${rows.map((row) => `${row},${files}\n`).join('')}`,
    );

  test('is refused as a whole when one of its bins is: the sum of the others is not what is there', async () => {
    await bins(['BROADWAY,SHIRT,A,20']);
    const outcome = await bins(['BROADWAY,SHIRT,A,4', 'BROADWAY,SHIRT,B,6x', 'BROADWAY,HAT,A,1']);
    expect(codesOf(outcome)).toEqual({ 2: 'FEED_COUNT_INCOMPLETE', 3: 'FEED_VALUE_INVALID' });
    expect(await readBroadway()).toBe(20);
    expect((await warehouse.readLevels('HAT', 'BROADWAY')).qoh).toBe(1);
  });
});

describe('a file that is no table of values', () => {
  test.each([
    ['<!DOCTYPE html>\n<html><body>Login</body></html>\n', /HTML/],
    ['<?xml version="1.0"?>\n<stock/>\n', /XML/],
    ['{"stock": []}\n', /JSON/],
    ['[{"sku": "A"}]\n', /JSON/],
  ])('%j is called what it is', async (text, what) => {
    expect(await codedMessage(() => count(text))).toMatch(what);
  });
});

describe('lines above the header', () => {
  test('are left out, and rows keep their numbers', async () => {
    const text =
      'Stock report;;\n26.11.2026;;\nfacilityId;idValue;availableQty\nBROADWAY;SHIRT;7\nBROADWAY;TIE;7\n';
    expect(codesOf(await count(text))).toEqual({ 5: 'PRODUCT_UNKNOWN' });
    expect(await readBroadway()).toBe(7);
  });

  test('are as many as a report has, not a whole file', async () => {
    const text = `${'Stock;of;today\n'.repeat(21)}facilityId;idValue;availableQty\nBROADWAY;SHIRT;7\n`;
    expect(await codedMessage(() => count(text))).toMatch(/^FEED_HEADER_INVALID /);
  });
});

test('a header of one column needs no separator', async () => {
  const outcome = await warehouse.importText(
    'ORDER_WATERMARK',
    'completeUntil\n2026-11-24T10:00:00Z\n',
    'ORDER_WATERMARK__one.csv',
    { settings: { ...NO_SETTINGS, fixed: { shopId: 'blue-shirts' } } },
  );
  expect(outcome).toMatchObject({ applied: 1, failed: 0 });
});

test('ids that a spreadsheet or a program has made numbers of are told for what they are', async () => {
  const rows = ['UPC,1.23457E+11', 'UPC,123456789.0', 'SKU,SHIRT.0', 'SKU,10-Nov'].map(
    (id) => `${id},BROADWAY,1`,
  );
  const { refused } = await count(`idType,idValue,facilityId,availableQty\n${rows.join('\n')}\n`);
  expect(refused.map(({ rowNumber, message }) => `${rowNumber} ${message}`)).toEqual([
    expect.stringMatching(/^2 .*a spreadsheet has rounded it/),
    expect.stringMatching(/^4 .*Likely meant: SHIRT\.$/),
    expect.stringMatching(/^5 .*a spreadsheet has made a date of it/),
  ]);
  expect(await readBroadway()).toBe(1);
});

test.each(['EAN13', 'EAN-13', 'EAN8', 'GTIN-14', 'UPC-A', 'ISBN'])(
  'an idType %s is a UPC',
  async (idType) => {
    await count(`idType,idValue,facilityId,availableQty\n${idType},0123456789,BROADWAY,7\n`);
    expect(await readBroadway()).toBe(7);
  },
);

describe('a message says what a person does about it', () => {
  test.each([
    ['facilityId^idValue^availableQty\nBROADWAY^SHIRT^7\n', 'separated by "^", which nobody reads'],
    ['facilityId  idValue  availableQty\nBROADWAY  SHIRT  7\n', 'separated by " ", which nobody reads'],
    ['facilityId\u001fidValue\u001favailableQty\nBROADWAY\u001fSHIRT\u001f7\n', 'which nobody reads'],
    [
      'facilityId\u2028idValue\u2028availableQty\nBROADWAY\u2028SHIRT\u20287\n',
      'stand each in a line of its own',
    ],
    ['facilityId\nidValue\navailableQty\nBROADWAY\nSHIRT\n7\n', 'stand each in a line of its own'],
    ['Stock\nfacilityId\u001eidValue\u001eavailableQty\n', 'separated by "\\u{1e}", which nobody reads'],
    [
      'Stock\nfacilityId,idValue,availableQty\rBROADWAY,SHIRT,7\r',
      'its header ends with U+000D, and the line above',
    ],
    ['"facilityId;idValue;availableQty"\n"BROADWAY;SHIRT;7"\n', 'each line stands in quotes as a whole'],
  ])('%j', async (text, message) => {
    expect(await codedMessage(() => count(text))).toContain(message);
  });

  const shiftJis = Buffer.from([0x83, 0x56, 0x81, 0x5b, 0x83, 0x63]);
  const tableOf = (value: Buffer) =>
    Buffer.concat([Buffer.from('facilityId,idValue,availableQty\nBROADWAY,'), value, Buffer.from(',7\n')]);
  test.each([
    ['utf-8', 'Größe', 'windows-1252', 'it is UTF-8: in windows-1252 its letters would be garbled'],
    ['utf-8', 'A', 'utf-16le', 'its source says that it is utf-16le, and it is not'],
    [
      'utf16le',
      'A',
      'windows-1252',
      'its source says that it is windows-1252: save it as "CSV UTF-8", or say so',
    ],
    ['latin1', 'Größe', 'utf-8', 'In windows-1252 it is "ö": save the file as "CSV UTF-8"'],
  ] as const)('%s (%s) under --encoding %s', async (written, sku, encoding, message) => {
    const text = Buffer.from(`facilityId,idValue,availableQty\nBROADWAY,${sku},7\n`, written);
    expect(await codedMessage(() => count(text, { encoding }))).toContain(message);
  });

  test.each([null, 'windows-1252'])(
    'Shift-JIS is not taken for windows-1252: under --encoding %s',
    async (encoding) => {
      const told = await codedMessage(() => count(tableOf(shiftJis), { encoding }));
      expect(told).toMatch(/line 2, byte 4[24] of the file .*such as Shift-JIS/);
      expect(told).not.toContain('--encoding windows-1252');
    },
  );

  test('a row that a line end of another kind cuts names it', async () => {
    const { refused } = await count('facilityId,idValue,availableQty\nBROADWAY,SHIRT,7\rSOHO,SHIRT\n');
    expect(refused[0]?.message).toContain('U+000D stands in it, and ends no line here');
  });

  test('UTF-32 is called so', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0, 0, 0x66, 0, 0, 0]);
    expect(await codedMessage(() => count(bytes))).toContain('this is UTF-32');
  });

  test('a header that lacks a column is not taken for one with a strange separator', async () => {
    expect(await codedMessage(() => count('facilityId,idValue\nBROADWAY,SHIRT\n'))).not.toContain(
      'nobody reads',
    );
  });

  test.each([
    ['broadway', 'BROADWAY (facilityId)'],
    ['S-1', 'BROADWAY, whose externalFacilityId is S-1'],
    ['soho ', 'SOHO (facilityId)'],
  ])('an unknown facility %s names the one that is likely meant', async (facility, likely) => {
    const { refused } = await count(`facilityId,idValue,availableQty\n${facility},SHIRT,7\n`);
    expect(refused[0]).toMatchObject({
      code: 'FACILITY_UNKNOWN',
      message: expect.stringContaining(`Likely meant: ${likely}.`) as string,
    });
  });

  test.each([
    ['decomposed, as a Mac writes it', 'CAFE\u0301-1'],
    ['wide, as in East Asia', '\uff23\uff21\uff26É-1'],
    ['in UTF-8 that was read as windows-1252', 'CAFÃ‰-1'],
  ])('a SKU that is %s names the one that is meant', async (_how, sku) => {
    await warehouse.database.query(
      `INSERT INTO product (product_id, sku) VALUES ('CAFE', 'CAFÉ-1') ON CONFLICT DO NOTHING`,
    );
    const { refused } = await count(`facilityId,idValue,availableQty\nBROADWAY,${sku},7\n`);
    expect(refused[0]).toMatchObject({
      code: 'PRODUCT_UNKNOWN',
      message: expect.stringContaining('Likely meant: CAFÉ-1.') as string,
    });
  });
});
