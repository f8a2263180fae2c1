import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { withFeed } from '../../src/csv/feed-csv.ts';
import type { FeedRow } from '../../src/domain/feed.ts';
import { NO_SETTINGS, type SourceSettings } from '../../src/domain/feed-source.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { FEED_LINE_LENGTH_MAX, FEED_VALUE_LENGTH_MAX } from '../../src/domain/limits.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';

async function read<Type extends FeedType>(
  type: Type,
  content: string | Buffer,
  said: Partial<SourceSettings> = {},
): Promise<FeedRow<Type>[]> {
  const localPath = join(await scratchFolder(), 'feed.csv');
  await writeFile(localPath, content);
  const settings = { ...NO_SETTINGS, ...said };
  return withFeed({ localPath, fileName: 'feed.csv', type, settings }, async ({ rows }) => {
    const all: FeedRow<Type>[] = [];
    for await (const row of rows) all.push(row);
    return all;
  });
}

const HEADER = 'idValue,idType,facilityId,externalFacilityId,resetByAtp,availableQty,comments';
const readCounts = (...rows: string[]) => read('RESET_INVENTORY', `${[HEADER, ...rows].join('\n')}\n`);

/** `<row> <code> <column>: <reason>` of each refused row. */
function describeRefusals(rows: readonly FeedRow<FeedType>[]): string[] {
  return rows.flatMap(({ rowNumber, refusal }) =>
    refusal ? [`${rowNumber} ${refusal.code} ${refusal.column}: ${refusal.detail['reason']}`] : [],
  );
}

describe('reading a feed', () => {
  test('turns a row into plain values, and keeps the texts as they were sent', async () => {
    const [row] = await readCounts(' SHIRT ,,BROADWAY,,Y, 12 ,"counted, twice"');
    expect(row).toEqual({
      rowNumber: 2,
      values: [' SHIRT ', '', 'BROADWAY', '', 'Y', ' 12 ', 'counted, twice'],
      content: {
        idType: 'SKU',
        idValue: 'SHIRT',
        facilityId: 'BROADWAY',
        externalFacilityId: null,
        resetByAtp: true,
        availableQty: 12,
        locationSeqId: null,
        asOf: null,
      },
      refusal: null,
    });
  });

  test('takes a fraction of one or two zeros', async () => {
    const rows = await readCounts('A,,B,,,7.0,', 'B,,B,,,-8.00,');
    expect(rows.map(({ content }) => content?.availableQty)).toEqual([7, -8]);
  });

  test('takes columns in any order, with unknown ones among them', async () => {
    const rows = await read(
      'MDM_INV_VARIANCE',
      'note,availableDelta,externalFacilityId,idValue\nx,-3,S-1,SHIRT\n',
    );
    expect(rows[0]?.content).toEqual({
      idType: 'SKU',
      idValue: 'SHIRT',
      facilityId: null,
      externalFacilityId: 'S-1',
      availableDelta: -3,
      reasonEnumId: 'VAR_MANUAL',
    });
  });

  test.each([
    ['a byte order mark', `\ufeff${HEADER}\nSHIRT,,B,,,1,\n`],
    ['CRLF line ends', `${HEADER}\r\nSHIRT,,B,,,1,\r\n`],
    ['no line end after the last row', `${HEADER}\nSHIRT,,B,,,1,`],
    ['blank lines and rows of commas', `${HEADER}\n\nSHIRT,,B,,,1,\n,,,,,,\n\n`],
    ['quotes around every value', `"${HEADER.replaceAll(',', '","')}"\n"SHIRT","","B","","","1",""\n`],
  ])('accepts %s', async (_, content) => {
    const rows = await read('RESET_INVENTORY', content);
    expect(rows.map(({ content: row }) => row?.availableQty)).toEqual([1]);
  });

  test('numbers rows as a spreadsheet does: a blank line counts, a line break within a value does not', async () => {
    const rows = await readCounts('A,,B,,,1,"two\nlines"', '', 'C,,B,,,1,', 'D,,B,,,x,');
    expect(rows.map(({ rowNumber }) => rowNumber)).toEqual([2, 4, 5]);
  });

  test('takes a header without rows for an empty feed', async () => {
    expect(await readCounts()).toEqual([]);
  });

  test('keeps a character whole that lies across two blocks of the file', async () => {
    const rows = await readCounts(
      ...Array.from({ length: 20_000 }, (_, index) => `Größe-${index}-€-👕,,B,,,1,`),
    );
    expect(rows).toHaveLength(20_000);
    expect(rows.every(({ content }, index) => content?.idValue === `Größe-${index}-€-👕`)).toBe(true);
  });

  test('turns an order date with any offset into its instant in UTC', async () => {
    const rows = await read(
      'ORDER_ITEMS',
      'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate\n' +
        'O1,1,SHIRT,2,,ITEM_CREATED,2026-11-24 10:15:00+02:00\n',
    );
    expect(rows[0]?.content).toMatchObject({
      orderDate: '2026-11-24T08:15:00.000Z',
      cancelQuantity: 0,
      facilityId: null,
      shopId: null,
    });
  });
});

describe('a feed as a program writes it', () => {
  const ROW = { idType: 'SKU', idValue: 'SHIRT', facilityId: 'B', externalFacilityId: null };
  const HEAD = 'idValue,facilityId,availableQty';

  test.each<[string, string | Buffer, Partial<SourceSettings>?]>([
    ['separated by semicolons', 'idValue;facilityId;availableQty\nSHIRT;B;7\n'],
    ['separated by semicolons, with a decimal comma', 'idValue;facilityId;availableQty\nSHIRT;B;7,00\n'],
    ['separated by tabs', 'idValue\tfacilityId\tavailableQty\nSHIRT\tB\t7\n'],
    ['separated by pipes', 'idValue|facilityId|availableQty\nSHIRT|B|7\n'],
    ['with the separator in its first line', 'sep=;\r\nidValue;facilityId;availableQty\r\nSHIRT;B;7\r\n'],
    ['in UTF-16', Buffer.from(`\ufeff${HEAD}\nSHIRT,B,7\n`, 'utf16le')],
    ['in UTF-16 of the other order', Buffer.from(`\ufeff${HEAD}\nSHIRT,B,7\n`, 'utf16le').swap16()],
    ['in gzip', gzipSync(`${HEAD}\nSHIRT,B,7\n`)],
    ['with line ends of old Macs', `${HEAD}\rSHIRT,B,7\r`],
    ['with other names of columns', 'ID Value,FACILITY_ID,available qty\nSHIRT,B,7\n'],
    ['with a separator at the end of every row', `${HEAD},\nSHIRT,B,7,\n`],
    ['with surplus empty values', `${HEAD}\nSHIRT,B,7,, ,\n`],
    ['with the marks of a spreadsheet', `${HEAD}\n="SHIRT",'B,"=""7"""\n`],
    ['with blanks that nobody sees', `${HEAD}\n\u00a0SHIRT\u200b,\ufeffB,7\u00a0\n`],
    ['with blanks round its quotes', `${HEAD}\n "SHIRT" , "B","7"\n`],
    ['with an inch mark in a remark', `${HEAD},note\nSHIRT,B,7,24" screen\n`],
    ['with a remark that begins with a quote', `${HEAD},note\nSHIRT,B,7,"24" screen\n`],
    ['with a remark of two lines in front', `note,${HEAD}\n"two\nlines",SHIRT,B,7\n`],
    ['with a remark of 300 characters', `${HEAD},note\nSHIRT,B,7,${'x'.repeat(300)}\n`],
    ['with two remarks of one name', `note,${HEAD},note\nx,SHIRT,B,7,y\n`],
    [
      'whose names are said',
      'Artikel;Filiale;Bestand\nSHIRT;B;7\n',
      { columns: { artikel: 'idValue', FILIALE: 'facilityId', 'Bestand ': 'availableQty' } },
    ],
    ['without a column that is said', 'idValue,availableQty\nSHIRT,7\n', { fixed: { facilityId: 'B' } }],
  ])('is taken: %s', async (_, content, said) => {
    const rows = await read('RESET_INVENTORY', content, said);
    expect(rows.map(({ content: row }) => row)).toEqual([
      { ...ROW, resetByAtp: false, availableQty: 7, locationSeqId: null, asOf: null },
    ]);
  });

  test('is taken in an encoding that is said', async () => {
    const bytes = Buffer.from(`${HEAD}\nGr\xf6\xdfe-\x80,B,7\n`, 'latin1');
    const rows = await read('RESET_INVENTORY', bytes, { encoding: 'windows-1252' });
    expect(rows[0]?.content?.idValue).toBe('Größe-€');
  });

  test('a quote that is never closed costs its row, and no line behind it', async () => {
    const more = Array.from({ length: 5000 }, () => 'D,,B,,,3,');
    const rows = await readCounts('A,,B,,,1,', '"C,,B,,,2,', ...more);
    expect(describeRefusals(rows)).toEqual([
      '3 FEED_ROW_UNREADABLE : a quote is in the wrong place in line 3',
    ]);
    expect(rows).toHaveLength(5002);
  });

  test('a quote that would take whole rows with it is a stray one', async () => {
    const rows = await readCounts('A,,B,,,1,"5 inch', 'C,,B,,,2,6 inch"', 'D,,B,,,3,');
    expect(rows.map(({ content }) => content?.availableQty)).toEqual([1, 2, 3]);
  });

  test('a line of 50 MB costs its row, in little memory', async () => {
    const before = process.memoryUsage().rss;
    const long = Buffer.alloc(50 * 1024 ** 2, 'x');
    const start = Buffer.from(`${HEADER}\nA,,B,,,1,\n`);
    const rows = await read('RESET_INVENTORY', Buffer.concat([start, long, Buffer.from('\nC,,B,,,3,\n')]));
    expect(rows.map(({ content }) => content?.availableQty)).toEqual([1, undefined, 3]);
    // The file itself is here twice, because the test has made it.
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2);
  });
});

describe('a row that cannot be read', () => {
  test.each([
    ['SHIRT,,B,,,1.5,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,NaN,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,1e3,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,99999999999999999999,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,1000000001,', 'FEED_VALUE_INVALID availableQty: it must be at most 1000000000'],
    [',,B,,,1,', 'FEED_VALUE_INVALID idValue: it must not be empty'],
    ['SHIRT,ASIN,B,,,1,', 'FEED_VALUE_INVALID idType: it must be SKU, UPC, UPCA or productId'],
    ['SHIRT,,,,,1,', 'FEED_VALUE_INVALID facilityId: facilityId or externalFacilityId must be given'],
    ['SHIRT,,B,,maybe,1,', 'FEED_VALUE_INVALID resetByAtp: it must be Y or N'],
    ['SHIRT,,B,,1', 'FEED_ROW_UNREADABLE : it has 5 values, the header has 7 columns'],
    ['SHIRT,,B,,,1,,,x', 'FEED_ROW_UNREADABLE : it has 9 values, the header has 7 columns'],
    ['"SHIRT,,B,,,1,', 'FEED_ROW_UNREADABLE : a quote is in the wrong place in line 3'],
    ['"SHIRT"S,,B,,,1,', 'FEED_ROW_UNREADABLE : a quote is in the wrong place in line 3'],
    [`${','.repeat(200)}x`, 'FEED_ROW_UNREADABLE : it has 201 values, the header has 7 columns'],
    [
      `SHIRT,,B,,,1,${'x'.repeat(FEED_LINE_LENGTH_MAX)}`,
      `FEED_ROW_UNREADABLE : line 3 is longer than ${FEED_LINE_LENGTH_MAX} characters`,
    ],
  ])('is refused alone: %s gives %s', async (line, refusal) => {
    const rows = await readCounts('GOOD,,B,,,1,', line, 'GOOD,,B,,,2,');
    expect(describeRefusals(rows)).toEqual([`3 ${refusal}`]);
    expect(rows.map(({ content }) => content?.availableQty)).toEqual([1, undefined, 2]);
  });

  test(`is refused alone when a value that is read is longer than ${FEED_VALUE_LENGTH_MAX} characters`, async () => {
    const row = (sku: string) => `${sku},,B,,,1,`;
    const rows = await readCounts(
      row('x'.repeat(FEED_VALUE_LENGTH_MAX)),
      row('x'.repeat(FEED_VALUE_LENGTH_MAX + 1)),
    );
    expect(describeRefusals(rows)).toEqual([
      `3 FEED_VALUE_INVALID idValue: it is longer than ${FEED_VALUE_LENGTH_MAX} characters`,
    ]);
  });

  test.each([
    ['quantity', '-1'],
    ['cancelQuantity', '-1'],
    ['statusId', 'CLOSED'],
  ])('is refused when it is an order line whose %s is %j', async (column, value) => {
    const line = {
      quantity: '1',
      cancelQuantity: '',
      statusId: 'ITEM_CREATED',
      orderDate: '2026-11-24T10:15:00Z',
      [column]: value,
    };
    const rows = await read(
      'ORDER_ITEMS',
      'orderId,orderItemSeqId,idValue,facilityId,quantity,cancelQuantity,statusId,orderDate\n' +
        `O1,1,SHIRT,,${Object.values(line).join()}\n`,
    );
    expect(rows[0]?.refusal).toMatchObject({ code: 'FEED_VALUE_INVALID', column });
  });
});

describe('a feed', () => {
  test.each<[string, string | Buffer, RegExp]>([
    ['is empty', '', /it is empty/],
    ['has blank lines only', '\n\n', /it is empty/],
    ['has a NUL byte', `${HEADER}\nSHIRT\0,,B,,,1,\n`, /a NUL byte in line 2, byte 84 of the file/],
    [
      'is UTF-16 without a byte order mark',
      Buffer.from(`${HEADER}\nSHIRT,,B,,,1,\n`, 'utf16le'),
      /looks like UTF-16 .*--encoding utf-16le/,
    ],
    [
      'is Latin-1',
      Buffer.from(`${HEADER}\nGröße,,B,,,1,\n`, 'latin1'),
      /line 2, byte 81 of the file \(0xF6\) is not UTF-8. In windows-1252 it is "ö": .*--encoding windows-1252/,
    ],
    [
      'ends in the middle of a character',
      Buffer.from(`${HEADER}\n€`).subarray(0, -1),
      /last character is cut off, in line 2/,
    ],
    ['has a first line without end', 'x'.repeat(2 * FEED_LINE_LENGTH_MAX), /first line is longer than 16384/],
    [
      'names a column twice that is read',
      `${HEADER},available_qty\n`,
      /names the column "availableQty" twice/,
    ],
    ['has more than 100 columns', `${HEADER}${',x'.repeat(200)}\n`, /more than 100 columns/],
    [
      'is a spreadsheet',
      Buffer.from('504b0304140000000800', 'hex'),
      /this is a spreadsheet .* save it as "CSV UTF-8"/,
    ],
    ['is an old spreadsheet', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /old spreadsheet \(xls\)/],
    [
      'is a gzip archive that is cut off',
      gzipSync(`${HEADER}\nSHIRT,,B,,,1,\n`).subarray(0, 40),
      /damaged or cut off/,
    ],
  ])('is refused as a whole when it %s', async (_, content, reason) => {
    const error = await expectCodedError(() => read('RESET_INVENTORY', content));
    expect(error.code).toBe('FEED_UNREADABLE');
    expect(error.message).toMatch(reason);
  });

  test.each<[FeedType, string, string]>([
    ['RESET_INVENTORY', 'article,qty', 'idValue, facilityId or externalFacilityId, availableQty'],
    ['RESET_INVENTORY', 'idValue;facilityId;quantity', 'availableQty'],
    ['MDM_INV_VARIANCE', 'idValue,facilityId,quantity', 'availableDelta'],
    [
      'ORDER_ITEMS',
      'orderId,orderItemSeqId,idValue,quantity,statusId,orderDate',
      'facilityId or externalFacilityId',
    ],
  ])(
    'of type %s is refused when its header is %s, and the error names what is missing: %s',
    async (type, header, columns) => {
      const error = await expectCodedError(() => read(type, `${header}\n`));
      expect(error).toMatchObject({ code: 'FEED_HEADER_INVALID', detail: { columns } });
    },
  );

  test('is refused without repeating one of its values in the error', async () => {
    const error = await expectCodedError(() =>
      read('RESET_INVENTORY', Buffer.from(`${HEADER}\nsecret-cüstomer,,B,,,1,\n`, 'latin1')),
    );
    expect(error.message).not.toContain('secret');
  });
});
