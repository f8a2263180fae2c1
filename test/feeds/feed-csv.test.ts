import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withFeed } from '../../src/csv/feed-csv.ts';
import type { FeedRow } from '../../src/domain/feed.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { FEED_LINE_LENGTH_MAX, FEED_VALUE_LENGTH_MAX } from '../../src/domain/limits.ts';
import { codedError } from '../sftp/coded.ts';
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
const reset = (...rows: string[]) => read('RESET_INVENTORY', `${[HEADER, ...rows].join('\n')}\n`);

/** `code column: message's detail` of the rows that are refused. */
function faults(rows: readonly FeedRow<FeedType>[]): string[] {
  return rows.flatMap(({ rowNumber, refusal }) =>
    refusal ? [`${rowNumber} ${refusal.code} ${refusal.column}: ${refusal.detail['reason']}`] : [],
  );
}

describe('what is read', () => {
  test('a row becomes plain values, beside the texts as they were sent', async () => {
    const [row] = await reset(' SHIRT ,,BROADWAY,,Y, 12 ,"counted, twice"');
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

  test('columns may come in any order, and others may be among them', async () => {
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
    ['CRLF', `${HEADER}\r\nSHIRT,,B,,,1,\r\n`],
    ['no end of the last line', `${HEADER}\nSHIRT,,B,,,1,`],
    ['blank lines and rows of commas', `${HEADER}\n\nSHIRT,,B,,,1,\n,,,,,,\n\n`],
    ['quotes around everything', `"${HEADER.replaceAll(',', '","')}"\n"SHIRT","","B","","","1",""\n`],
  ])('%s is fine', async (_, content) => {
    const rows = await read('RESET_INVENTORY', content);
    expect(rows.map(({ content: row }) => row?.availableQty)).toEqual([1]);
  });

  test('row numbers are a spreadsheet’s: blank lines count, a line break within a value does not', async () => {
    const rows = await reset('A,,B,,,1,"two\nlines"', '', 'C,,B,,,1,', 'D,,B,,,x,');
    expect(rows.map(({ rowNumber }) => rowNumber)).toEqual([2, 4, 5]);
  });

  test('a file with a header and no rows is an empty feed', async () => {
    expect(await reset()).toEqual([]);
  });

  test('characters that are cut by the reading of blocks stay whole', async () => {
    const rows = await reset(...Array.from({ length: 20_000 }, (_, index) => `Größe-${index}-€-👕,,B,,,1,`));
    expect(rows).toHaveLength(20_000);
    expect(rows.every(({ content }, index) => content?.idValue === `Größe-${index}-€-👕`)).toBe(true);
  });

  test('an order’s time is one instant, whatever its offset', async () => {
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

describe('a row is refused, and the others are read', () => {
  test.each([
    ['SHIRT,,B,,,1.5,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,NaN,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,1e3,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,"1,000",', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,99999999999999999999,', 'FEED_VALUE_INVALID availableQty: it must be a whole number'],
    ['SHIRT,,B,,,1000000001,', 'FEED_VALUE_INVALID availableQty: it must be at most 1000000000'],
    [',,B,,,1,', 'FEED_VALUE_INVALID idValue: it must not be empty'],
    ['SHIRT,EAN,B,,,1,', 'FEED_VALUE_INVALID idType: it must be SKU, UPC, UPCA or productId'],
    ['SHIRT,,,,,1,', 'FEED_VALUE_INVALID facilityId: facilityId or externalFacilityId must be given'],
    ['SHIRT,,B,,maybe,1,', 'FEED_VALUE_INVALID resetByAtp: it must be Y or N'],
    ['SHIRT,,B,,,1', 'FEED_ROW_UNREADABLE : it has 6 values, the header has 7 columns'],
    ['SHIRT,,B,,,1,,,', 'FEED_ROW_UNREADABLE : it has 9 values, the header has 7 columns'],
    [
      `SHIRT,,B,,,1,${'x'.repeat(FEED_VALUE_LENGTH_MAX + 1)}`,
      `FEED_VALUE_INVALID comments: it is longer than ${FEED_VALUE_LENGTH_MAX} characters`,
    ],
  ])('%s', async (line, fault) => {
    const rows = await reset('GOOD,,B,,,1,', line, 'GOOD,,B,,,2,');
    expect(faults(rows)).toEqual([`3 ${fault}`]);
  });

  test.each([
    ['quantity', '-1', '', 'ITEM_CREATED', '2026-11-24T10:15:00Z'],
    ['cancelQuantity', '1', '-1', 'ITEM_CREATED', '2026-11-24T10:15:00Z'],
    ['statusId', '1', '', 'SHIPPED', '2026-11-24T10:15:00Z'],
    ['orderDate', '1', '', 'ITEM_CREATED', '2026-11-24T10:15:00'],
    ['orderDate', '1', '', 'ITEM_CREATED', '24.11.2026'],
    ['orderDate', '1', '', 'ITEM_CREATED', '2026-02-30T10:15:00Z'],
    ['orderDate', '1', '', 'ITEM_CREATED', '0000-01-01T00:00:00Z'],
  ])('an order line with a wrong %s', async (column, quantity, cancelQuantity, statusId, orderDate) => {
    const rows = await read(
      'ORDER_ITEMS',
      'orderId,orderItemSeqId,idValue,quantity,cancelQuantity,facilityId,statusId,orderDate\n' +
        `O1,1,SHIRT,${quantity},${cancelQuantity},,${statusId},${orderDate}\n`,
    );
    expect(rows[0]?.refusal).toMatchObject({ code: 'FEED_VALUE_INVALID', column });
  });
});

describe('the whole file is refused', () => {
  test.each<[string, string | Buffer, RegExp]>([
    ['an empty file', '', /it is empty/],
    ['blank lines only', '\n\n', /it is empty/],
    ['a NUL', `${HEADER}\nSHIRT\0,,B,,,1,\n`, /a NUL byte at offset/],
    ['UTF-16', Buffer.from(`\ufeff${HEADER}\nSHIRT,,B,,,1,\n`, 'utf16le'), /NUL byte|not UTF-8/],
    ['Latin-1', Buffer.from(`${HEADER}\nGröße,,B,,,1,\n`, 'latin1'), /not UTF-8/],
    [
      'a last character that is cut off',
      Buffer.from(`${HEADER}\n€`).subarray(0, -1),
      /last character is cut off/,
    ],
    ['a quote that is never closed', `${HEADER}\n"SHIRT,,B,,,1,\n`, /quote that is never closed/],
    ['a quote within a value', `${HEADER}\nSH"IRT,,B,,,1,\n`, /quote in the wrong place in line 2/],
    ['text after a quote', `${HEADER}\n"SHIRT"S,,B,,,1,\n`, /quote in the wrong place/],
    [
      'a line without end',
      `${HEADER}\n${'x'.repeat(2 * FEED_LINE_LENGTH_MAX)}`,
      /row longer than 16384 characters/,
    ],
    ['a column named twice', `${HEADER},comments\n`, /names the column "comments" twice/],
    ['a header of many columns', `${HEADER}${',x'.repeat(200)}\n`, /more than 100 columns/],
    ['a row of many values', `${HEADER}\n${','.repeat(200)}x\n`, /row 2 has more than 100 values/],
    ['a zip', Buffer.from('504b0304140000000800', 'hex'), /NUL byte|not UTF-8/],
  ])('%s', async (_, content, reason) => {
    const error = await codedError(() => read('RESET_INVENTORY', content));
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
  ])('a %s with the header %s', async (type, header, columns) => {
    const error = await codedError(() => read(type, `${header}\n`));
    expect(error).toMatchObject({ code: 'FEED_HEADER_INVALID', detail: { columns } });
  });

  test('what it says never repeats a value of the file', async () => {
    const error = await codedError(() => read('RESET_INVENTORY', `${HEADER}\nsecret-customer"x,,B,,,1,\n`));
    expect(error.message).not.toContain('secret-customer');
  });
});
