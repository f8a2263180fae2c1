import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withFeed } from '../../src/csv/feed-csv.ts';
import type { FeedRow } from '../../src/domain/feed.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { FEED_LINE_LENGTH_MAX, FEED_VALUE_LENGTH_MAX } from '../../src/domain/limits.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';

async function read<Type extends FeedType>(type: Type, content: string | Buffer): Promise<FeedRow<Type>[]> {
  const localPath = join(await scratchFolder(), 'feed.csv');
  await writeFile(localPath, content);
  return withFeed({ localPath, fileName: 'feed.csv', type }, async ({ rows }) => {
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

describe('a row that cannot be read', () => {
  test.each([
    ['SHIRT,,B,,,1.5,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,NaN,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,1e3,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,"1,000",', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    // A thousand, as half of Europe writes it.
    ['SHIRT,,B,,,1.000,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,-12.0000,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,99999999999999999999,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,1000000001,', 'FEED_VALUE_INVALID availableQty: it must be at most 1000000000'],
    [',,B,,,1,', 'FEED_VALUE_INVALID idValue: it must not be empty'],
    ['SHIRT,EAN,B,,,1,', 'FEED_VALUE_INVALID idType: it must be SKU, UPC, UPCA or productId'],
    ['SHIRT,,,,,1,', 'FEED_VALUE_INVALID facilityId: facilityId or externalFacilityId must be given'],
    ['SHIRT,,B,,maybe,1,', 'FEED_VALUE_INVALID resetByAtp: it must be Y or N'],
    ['SHIRT,,B,,,1', 'FEED_ROW_UNREADABLE : it has 6 values, the header has 7 columns'],
    ['SHIRT,,B,,,1,,,', 'FEED_ROW_UNREADABLE : it has 9 values, the header has 7 columns'],
  ])('is refused alone: %s gives %s', async (line, refusal) => {
    const rows = await readCounts('GOOD,,B,,,1,', line, 'GOOD,,B,,,2,');
    expect(describeRefusals(rows)).toEqual([`3 ${refusal}`]);
    expect(rows.map(({ content }) => content?.availableQty)).toEqual([1, undefined, 2]);
  });

  test(`is refused alone when a value is longer than ${FEED_VALUE_LENGTH_MAX} characters`, async () => {
    const row = (comments: string) => `SHIRT,,B,,,1,${comments}`;
    const rows = await readCounts(
      row('x'.repeat(FEED_VALUE_LENGTH_MAX)),
      row('x'.repeat(FEED_VALUE_LENGTH_MAX + 1)),
    );
    expect(describeRefusals(rows)).toEqual([
      `3 FEED_VALUE_INVALID comments: it is longer than ${FEED_VALUE_LENGTH_MAX} characters`,
    ]);
  });

  test.each([
    ['quantity', '-1'],
    ['cancelQuantity', '-1'],
    ['statusId', 'SHIPPED'],
    ['orderDate', '2026-11-24T10:15:00'],
    ['orderDate', '24.11.2026'],
    ['orderDate', '2026-02-30T10:15:00Z'],
    ['orderDate', '0000-01-01T00:00:00Z'],
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
    ['has a NUL byte', `${HEADER}\nSHIRT\0,,B,,,1,\n`, /a NUL byte at offset/],
    ['is UTF-16', Buffer.from(`\ufeff${HEADER}\nSHIRT,,B,,,1,\n`, 'utf16le'), /NUL byte|not UTF-8/],
    ['is Latin-1', Buffer.from(`${HEADER}\nGröße,,B,,,1,\n`, 'latin1'), /not UTF-8/],
    [
      'ends in the middle of a character',
      Buffer.from(`${HEADER}\n€`).subarray(0, -1),
      /last character is cut off/,
    ],
    ['has a quote that is never closed', `${HEADER}\n"SHIRT,,B,,,1,\n`, /quote that is never closed/],
    ['has a quote within a value', `${HEADER}\nSH"IRT,,B,,,1,\n`, /quote in the wrong place in line 2/],
    ['has text after a closing quote', `${HEADER}\n"SHIRT"S,,B,,,1,\n`, /quote in the wrong place/],
    [
      'has a line without end',
      `${HEADER}\n${'x'.repeat(2 * FEED_LINE_LENGTH_MAX)}`,
      /row longer than 16384 characters/,
    ],
    ['names a column twice', `${HEADER},comments\n`, /names the column "comments" twice/],
    ['has more than 100 columns', `${HEADER}${',x'.repeat(200)}\n`, /more than 100 columns/],
    [
      'has a row of more than 100 values',
      `${HEADER}\n${','.repeat(200)}x\n`,
      /row 2 has more than 100 values/,
    ],
    ['is a zip file', Buffer.from('504b0304140000000800', 'hex'), /NUL byte|not UTF-8/],
  ])('is refused as a whole when it %s', async (_, content, reason) => {
    const error = await expectCodedError(() => read('RESET_INVENTORY', content));
    expect(error.code).toBe('FEED_UNREADABLE');
    expect(error.message).toMatch(reason);
  });

  test.each<[FeedType, string, string]>([
    ['RESET_INVENTORY', 'sku,qty', 'idValue, facilityId or externalFacilityId, availableQty'],
    [
      'RESET_INVENTORY',
      'idValue;facilityId;availableQty',
      'idValue, facilityId or externalFacilityId, availableQty',
    ],
    ['MDM_INV_VARIANCE', 'idValue,facilityId,quantity', 'availableDelta'],
    ['ORDER_ITEMS', 'orderId,orderItemSeqId,idValue,quantity,statusId,orderDate', 'facilityId'],
  ])(
    'of type %s is refused when its header is %s, and the error names what is missing: %s',
    async (type, header, columns) => {
      const error = await expectCodedError(() => read(type, `${header}\n`));
      expect(error).toMatchObject({ code: 'FEED_HEADER_INVALID', detail: { columns } });
    },
  );

  test('is refused without repeating one of its values in the error', async () => {
    const error = await expectCodedError(() =>
      read('RESET_INVENTORY', `${HEADER}\nsecret-customer"x,,B,,,1,\n`),
    );
    expect(error.message).not.toContain('secret-customer');
  });
});
