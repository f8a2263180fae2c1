/** Files in Shift-JIS, GB18030 and EUC-KR: read where their source says so, and never guessed. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { openFeedText } from '../../src/csv/feed-text.ts';
import { NO_SETTINGS, type Encoding } from '../../src/domain/feed-source.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { scratchFolder } from '../sftp/scratch-folder.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
let files = 0;

/** Each with its bytes, by the tables of the WHATWG Encoding Standard. */
const WORDS = [
  { encoding: 'shift-jis', sku: 'シャツ', bytes: [0x83, 0x56, 0x83, 0x83, 0x83, 0x63] },
  // Letters of two bytes of which the second is `\`, `|` or a letter.
  { encoding: 'shift-jis', sku: '表ポソA', bytes: [0x95, 0x5c, 0x83, 0x7c, 0x83, 0x5c, 0x41] },
  // Half the width and one byte each; and those that Microsoft has added.
  { encoding: 'shift-jis', sku: 'ｼｬﾂ', bytes: [0xbc, 0xac, 0xc2] },
  { encoding: 'shift-jis', sku: '①㈱髙～', bytes: [0x87, 0x40, 0x87, 0x8a, 0xfb, 0xfc, 0x81, 0x60] },
  { encoding: 'gb18030', sku: '衬衫', bytes: [0xb3, 0xc4, 0xc9, 0xc0] },
  // Of four bytes, of which two are digits; and one of two bytes whose second is `|`.
  { encoding: 'gb18030', sku: '㏿x寍', bytes: [0x81, 0x39, 0xee, 0x38, 0x78, 0x8c, 0x7c] },
  { encoding: 'euc-kr', sku: '셔츠', bytes: [0xbc, 0xc5, 0xc3, 0xf7] },
] as const satisfies readonly { encoding: Encoding; sku: string; bytes: readonly number[] }[];

beforeAll(async () => {
  warehouse = await Warehouse.open();
  for (const { sku } of WORDS)
    await warehouse.database.query('INSERT INTO product (product_id, sku) VALUES ($1, $1)', [sku]);
});

const tableOf = (sku: readonly number[], end = '\r\n') =>
  Buffer.concat([
    Buffer.from(`idValue|facilityId|availableQty${end}`),
    Buffer.from(sku),
    Buffer.from(`|SOHO|7${end}`),
  ]);
const count = (text: Buffer, encoding: Encoding | null) =>
  warehouse.importText('RESET_INVENTORY', text, `east-${(files += 1)}.csv`, {
    settings: { ...NO_SETTINGS, encoding },
  });
const codedMessage = async (text: Buffer, encoding: Encoding | null) => {
  const { code, message } = await expectCodedError(() => count(text, encoding));
  return `${code} ${message}`;
};

test.each(WORDS)('$sku in $encoding is found', async ({ encoding, sku, bytes }) => {
  expect(await count(tableOf(bytes), encoding)).toMatchObject({ applied: 1, failed: 0 });
  expect((await warehouse.readLevels(sku, 'SOHO')).qoh).toBe(7);
});

test.each(WORDS)('$sku in $encoding is refused where nobody says so', async ({ bytes }) => {
  expect(await codedMessage(tableOf(bytes), null)).toMatch(/^FEED_UNREADABLE .*line 2/);
});

test('bytes that are of no Latin encoding name the setting', async () => {
  for (const encoding of [null, 'windows-1252'] as const)
    expect(await codedMessage(tableOf([0x83, 0x56, 0x81, 0x5b]), encoding)).toContain(
      '(--encoding shift-jis, gb18030, euc-kr)',
    );
});

test.each(['shift-jis', 'gb18030', 'euc-kr'] as const)(
  'UTF-8 under %s is refused as what it is; ASCII is the same, and a byte order mark counts',
  async (encoding) => {
    const text = 'idValue|facilityId|availableQty\nシャツ|SOHO|8\n';
    expect(await codedMessage(Buffer.from(text), encoding)).toContain('and it is UTF-8');
    expect(await count(Buffer.from(text.replace('シャツ', 'SHIRT')), encoding)).toMatchObject({ applied: 1 });
    expect(await count(Buffer.from(`\uFEFF${text}`), encoding)).toMatchObject({ applied: 1 });
  },
);

test('a file with so few letters that they may be UTF-8 is refused, and read with a byte order mark', async () => {
  // ﾃｽ in half the width; as UTF-8 it is ý.
  expect(await codedMessage(tableOf([0xc3, 0xbd]), 'shift-jis')).toMatch(
    /so few letters that nobody can tell.*byte order mark/,
  );
  const text = '\uFEFFidValue|facilityId|availableQty\nｼｬﾂ|SOHO|9\n';
  expect(await count(Buffer.from(text), 'shift-jis')).toMatchObject({ applied: 1 });
});

test('a letter may lie in two blocks of the file, also in gzip', async () => {
  const [{ bytes, encoding }] = WORDS;
  // Lines of an odd length, so that letters begin at odd places and at even ones.
  const line = Buffer.concat([Buffer.from(bytes), Buffer.from('|NOWHERE|1\n')]);
  const table = Buffer.concat([tableOf(bytes, '\n'), ...Array<Buffer>(5_000).fill(line)]);
  for (const text of [table, gzipSync(table)]) {
    const { applied, refused } = await count(text, encoding);
    expect(applied).toBe(1);
    expect(new Set(refused.map(({ values }) => values[0]))).toEqual(new Set(['シャツ']));
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['FACILITY_UNKNOWN']));
  }
});

test('a file that is cut off within a letter is refused, and one with the sign of old programs at its end is whole', async () => {
  const [{ bytes, encoding }] = WORDS;
  const table = tableOf(bytes);
  expect(await codedMessage(Buffer.concat([table, Buffer.from([0x83])]), encoding)).toContain('cut off');
  expect(await count(Buffer.concat([table, Buffer.from([0x1a])]), encoding)).toMatchObject({
    rows: 1,
    failed: 0,
  });
  // The other two controls that are in turn are no end of a file.
  for (const control of [0x1c, 0x7f])
    expect(await count(tableOf([...bytes, control]), encoding)).toMatchObject({ applied: 0, failed: 1 });
});

test.each(['shift-jis', 'gb18030', 'euc-kr'] as const)(
  'in %s every byte of ASCII is its own sign, whatever the tables of this Node say of controls',
  async (encoding) => {
    const ascii = Buffer.from(Array.from({ length: 0x7f }, (_, at) => at + 1));
    const path = join(await scratchFolder(), 'ascii.csv');
    await writeFile(path, ascii);
    const { blocks } = await openFeedText(path, 'ascii.csv', encoding);
    let text = '';
    for await (const block of blocks) text += block;
    expect(text).toBe(ascii.toString('latin1'));
  },
);

test.each([
  ['shift-jis', [0x82, 0x40]],
  ['shift-jis', [0xfd]],
  ['gb18030', [0xff]],
  // Of Microsoft's code page 949, which Node's EUC-KR does not have: U+0081 and an A.
  ['euc-kr', [0x81, 0x41]],
  ['euc-kr', [0xa0, 0x41]],
  ['euc-kr', [0xa1, 0x20]],
] as const)('bytes that %s does not have are refused with their line', async (encoding, bytes) => {
  expect(await codedMessage(tableOf(bytes), encoding)).toMatch(
    new RegExp(`^FEED_UNREADABLE .*bytes that are no ${encoding} in or after line [12]`),
  );
});
