/** Separators, quotes, line ends, headers and encodings. */
import { gzipSync } from 'node:zlib';
import { countOf, type CorpusFile } from './corpus-file.ts';

const HEADER = 'idValue,facilityId,availableQty,comments';
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

export const TEXTS: readonly CorpusFile[] = [
  { name: 'commas', content: (sku) => countOf(sku), outcome: 7 },
  { name: 'semicolons', content: (sku) => countOf(sku, { separator: ';' }), outcome: 7 },
  { name: 'tabs', content: (sku) => countOf(sku, { separator: '\t' }), outcome: 7 },
  { name: 'pipes', content: (sku) => countOf(sku, { separator: '|' }), outcome: 7 },
  { name: 'commas with blanks behind them', content: (sku) => countOf(sku, { separator: ', ' }), outcome: 7 },
  {
    name: 'a sep= line',
    content: (sku) => `sep=;\r\n${countOf(sku, { separator: ';', end: '\r\n' })}`,
    outcome: 7,
  },
  {
    name: 'a quoted sep= line',
    content: (sku) => `"sep=|"\n${countOf(sku, { separator: '|' })}`,
    outcome: 7,
  },
  {
    name: 'a sep= line that lies',
    content: (sku) => `sep=;\n${countOf(sku)}`,
    outcome: 'FEED_HEADER_INVALID',
  },
  {
    name: 'a separator that the source says wrongly',
    content: (sku) => countOf(sku),
    settings: { separator: 'tab' },
    outcome: 'FEED_HEADER_INVALID',
  },
  {
    name: 'colons, which nobody knows',
    content: (sku) => countOf(sku, { separator: ':' }),
    outcome: 'FEED_HEADER_INVALID',
  },
  {
    name: 'carets, which nobody knows',
    content: (sku) => countOf(sku, { separator: '^' }),
    outcome: 'FEED_HEADER_INVALID',
  },
  {
    name: 'each line in quotes as a whole',
    content: (sku) => `"idValue,facilityId,availableQty"\n"${sku},BROADWAY,7"\n`,
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'UTF-32',
    content: (sku) =>
      Buffer.from(
        [...`\uFEFF${countOf(sku)}`].flatMap((sign) => {
          const point = sign.codePointAt(0) ?? 0;
          return [point % 256, point >> 8, 0, 0];
        }),
      ),
    outcome: 'FEED_UNREADABLE',
  },
  { name: 'no line end at the end', content: (sku) => countOf(sku).trimEnd(), outcome: 7 },
  {
    name: 'blank lines everywhere',
    content: (sku) => `\n\n${countOf(sku, { end: '\n\n \n' })}\n`,
    outcome: 7,
  },
  { name: 'a header alone', content: () => 'idValue,facilityId,availableQty\n', outcome: 0 },
  { name: 'nothing', content: () => '', outcome: 'FEED_UNREADABLE' },
  { name: 'blank lines alone', content: () => '\n \n\n', outcome: 'FEED_UNREADABLE' },
  { name: 'a byte order mark alone', content: () => '\uFEFF', outcome: 'FEED_UNREADABLE' },
  {
    name: 'surplus empty values behind each row',
    content: (sku) => countOf(sku, { end: ',,,\n' }),
    outcome: 7,
  },
  {
    name: 'surplus empty values behind the row alone',
    content: (sku) => `idValue,facilityId,availableQty\n${sku},BROADWAY,7,,\n`,
    outcome: 7,
  },
  {
    name: 'a surplus value that is not empty',
    content: (sku) => `idValue,facilityId,availableQty\n${sku},BROADWAY,7,5\n`,
    outcome: 0,
    refused: { 2: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'a decimal comma in a file of commas',
    content: (sku) => `idValue,facilityId,availableQty\n${sku},BROADWAY,7,00\n`,
    outcome: 0,
    refused: { 2: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'a row that is cut off',
    content: (sku) => `${countOf(sku)}${sku},BROADW`,
    outcome: 7,
    refused: { 3: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'no values behind the last that is read, as Excel leaves empty ones out',
    content: (sku) => `idValue,facilityId,availableQty,remark,color\n${sku},BROADWAY,7\n`,
    outcome: 7,
  },
  {
    name: 'no values behind the last that is read, in a line without its end',
    content: (sku) => `idValue,facilityId,availableQty,remark,color\n${sku},BROADWAY,7`,
    outcome: 0,
    refused: { 2: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'no value of a column that is read',
    content: (sku) => `idValue,facilityId,availableQty,locationSeqId\n${sku},BROADWAY,7\n`,
    outcome: 0,
    refused: { 2: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'a name of two lines in the header',
    content: (sku) =>
      `Export of "today"\nidValue,facilityId,"Available\nQty"\n${sku},BROADWAY,7\nNO-SUCH,BROADWAY,7\n`,
    outcome: 7,
    // A line break within a value begins no row.
    refused: { 4: 'PRODUCT_UNKNOWN' },
  },
  {
    name: 'an inch mark above the header',
    content: (sku) => `Screens of 24"\n${countOf(sku)}`,
    outcome: 7,
  },
  {
    name: 'all values quoted',
    content: (sku) => `"idValue","facilityId","availableQty"\n"${sku}","BROADWAY","7"\n`,
    outcome: 7,
  },
  {
    name: 'a line break in a remark',
    content: (sku) => `${HEADER}\n${sku},BROADWAY,7,"one\ntwo\r\nthree"\n`,
    outcome: 7,
  },
  {
    name: 'a separator in a remark',
    content: (sku) => `${HEADER}\n${sku},BROADWAY,7,"one, two"\n`,
    outcome: 7,
  },
  {
    name: 'an inch mark in a remark',
    content: (sku) => `${HEADER}\n${sku},BROADWAY,7,5" screen\n`,
    outcome: 7,
  },
  {
    name: 'a quote that opens a remark and never closes',
    content: (sku) => `${HEADER}\n${sku},BROADWAY,7,"5 screen\n`,
    outcome: 7,
  },
  {
    name: 'a quote that opens a SKU and never closes costs its row alone',
    content: (sku) => `${HEADER}\n"${sku},BROADWAY,9,\n${sku},BROADWAY,7,\n`,
    outcome: 7,
    refused: { 2: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'a remark of 300 characters that nobody reads',
    content: (sku) => `${HEADER}\n${sku},BROADWAY,7,${'x'.repeat(300)}\n`,
    outcome: 7,
  },
  {
    name: 'a bin of 300 characters, which somebody reads',
    content: (sku) => `idValue,facilityId,availableQty,locationSeqId\n${sku},BROADWAY,7,${'x'.repeat(300)}\n`,
    outcome: 0,
    refused: { 2: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'a line of 20,000 characters costs its row alone',
    content: (sku) => `${HEADER}\n${sku},BROADWAY,9,${'x'.repeat(20_000)}\n${sku},BROADWAY,7,\n`,
    outcome: 7,
    refused: { 2: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'names of columns in capitals with blanks',
    content: (sku) => `ID VALUE,FACILITY ID,AVAILABLE QTY\n${sku},BROADWAY,7\n`,
    outcome: 7,
  },
  {
    name: 'names of columns in snakes',
    content: (sku) => `id_value,facility_id,available_qty\n${sku},BROADWAY,7\n`,
    outcome: 7,
  },
  {
    name: 'names of columns in brackets',
    content: (sku) => `[idValue],[facilityId],[availableQty]\n${sku},BROADWAY,7\n`,
    outcome: 7,
  },
  {
    name: 'names of required columns with a star',
    content: (sku) => `idValue*,facilityId*,availableQty*\n${sku},BROADWAY,7\n`,
    outcome: 7,
  },
  {
    name: 'columns in another order among others',
    content: (sku) => `x,availableQty,y,facilityId,idValue\n1,7,2,BROADWAY,${sku}\n`,
    outcome: 7,
  },
  {
    name: 'a column without a name',
    content: (sku) => `idValue,,facilityId,availableQty\n${sku},?,BROADWAY,7\n`,
    outcome: 7,
  },
  {
    name: 'a column twice',
    content: (sku) => `idValue,facilityId,availableQty,Available Qty\n${sku},BROADWAY,7,8\n`,
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'a column that lacks',
    content: (sku) => `idValue,availableQty\n${sku},7\n`,
    outcome: 'FEED_HEADER_INVALID',
  },
  {
    name: 'a column that lacks and is said',
    content: (sku) => `idValue,availableQty\n${sku},7\n`,
    settings: { fixed: { facilityId: 'BROADWAY' } },
    outcome: 7,
  },
  { name: 'a title above the header', content: (sku) => `Stock of today\n\n${countOf(sku)}`, outcome: 7 },
  {
    name: 'more than a hundred columns',
    content: (sku) =>
      `idValue,facilityId,availableQty${',x'.repeat(100)}\n${sku},BROADWAY,7${',1'.repeat(100)}\n`,
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'a header of 20,000 characters',
    content: () => `${'idValue,'.repeat(2_500)}\n`,
    outcome: 'FEED_UNREADABLE',
  },
  { name: 'UTF-8 with a mark', content: (sku) => `\uFEFF${countOf(sku)}`, outcome: 7 },
  {
    name: 'two files one behind the other, each with a mark',
    content: (sku) => `\uFEFF${countOf(sku)}\uFEFF${countOf(sku)}`,
    outcome: 7,
    refused: { 3: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'UTF-16, little end first',
    content: (sku) => Buffer.from(`\uFEFF${countOf(sku)}`, 'utf16le'),
    outcome: 7,
  },
  { name: 'UTF-16, big end first', content: (sku) => utf16be(`\uFEFF${countOf(sku)}`), outcome: 7 },
  {
    name: 'UTF-16 without a mark',
    content: (sku) => Buffer.from(countOf(sku), 'utf16le'),
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'UTF-16 without a mark, and said',
    content: (sku) => Buffer.from(countOf(sku), 'utf16le'),
    settings: { encoding: 'utf-16le' },
    outcome: 7,
  },
  {
    name: 'half a character of UTF-16 at the end',
    content: (sku) => Buffer.concat([Buffer.from(`\uFEFF${countOf(sku)}`, 'utf16le'), Buffer.from([0x41])]),
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'half a character of UTF-8 at the end',
    content: (sku) => Buffer.concat([Buffer.from(countOf(sku)), Buffer.from([0xc3])]),
    outcome: 'FEED_UNREADABLE',
  },
  ...(['windows-1252', 'iso-8859-1'] as const).flatMap((encoding): CorpusFile[] => {
    const settings = { encoding };
    const withRemark = (sku: string, remark: string) => `${HEADER}\n${sku},BROADWAY,7,${remark}\n`;
    return [
      {
        name: `UTF-8 whose source says ${encoding}`,
        content: (sku) => withRemark(sku, 'Größe'),
        settings,
        outcome: 'FEED_UNREADABLE',
      },
      {
        name: `UTF-8 whose source says ${encoding}, with its first letter behind the first block`,
        content: (sku) => withRemark(sku, `\n${`X,,,${'y'.repeat(200)}\n`.repeat(400)}Z,,,Größe`),
        settings,
        outcome: 'FEED_UNREADABLE',
      },
      {
        name: `UTF-8 in gzip whose source says ${encoding}`,
        content: (sku) => gzipSync(withRemark(sku, 'Größe')),
        settings,
        outcome: 'FEED_UNREADABLE',
      },
      { name: `ASCII whose source says ${encoding}`, content: (sku) => countOf(sku), settings, outcome: 7 },
      {
        name: `UTF-8 with a mark, which counts, whose source says ${encoding}`,
        content: (sku) => `\uFEFF${withRemark(sku, 'Größe')}`,
        settings,
        outcome: 7,
      },
      {
        name: `one-byte letters that are UTF-8 by chance beside others that are not, as ${encoding}`,
        content: (sku) => Buffer.from(withRemark(sku, '\u00c3\u00bc Größe'), 'latin1'),
        settings,
        outcome: 7,
      },
      {
        name: `Shift-JIS whose source says ${encoding}`,
        content: (sku) =>
          Buffer.concat([
            Buffer.from(withRemark(sku, '')),
            // \u30B7\u30FC\u30C4
            Buffer.from([0x41, 0x2c, 0x2c, 0x2c, 0x83, 0x56, 0x81, 0x5b, 0x83, 0x63, 0x0a]),
          ]),
        settings,
        outcome: 'FEED_UNREADABLE',
      },
      {
        name: `UTF-16 without a mark whose source says ${encoding}`,
        content: (sku) => Buffer.from(countOf(sku), 'utf16le'),
        settings,
        outcome: 'FEED_UNREADABLE',
      },
    ];
  }),
  {
    name: 'UTF-8 whose source says UTF-16',
    content: (sku) => countOf(sku),
    settings: { encoding: 'utf-16le' },
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'UTF-16 of the other order than its source says',
    content: (sku) => utf16be(countOf(sku)),
    settings: { encoding: 'utf-16le' },
    outcome: 'FEED_UNREADABLE',
  },
  { name: 'a NUL in UTF-8', content: (sku) => countOf(`${sku}\0`), outcome: 'FEED_UNREADABLE' },
  {
    name: 'a NUL in UTF-16',
    content: (sku) => Buffer.from(`\uFEFF${countOf(`${sku}\0`)}`, 'utf16le'),
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'bytes of nothing',
    content: () => Buffer.from(Array.from({ length: 256 }, (_, byte) => 255 - byte)),
    outcome: 'FEED_UNREADABLE',
  },
  { name: 'a PDF', content: () => '%PDF-1.7\n', outcome: 'FEED_UNREADABLE' },
  { name: 'XML', content: () => '<?xml version="1.0"?><stock/>', outcome: 'FEED_UNREADABLE' },
  { name: 'JSON', content: () => '{"stock":[]}', outcome: 'FEED_UNREADABLE' },
  { name: 'gzip', content: (sku) => gzipSync(countOf(sku)), outcome: 7 },
  {
    name: 'gzip of two members',
    content: (sku) =>
      Buffer.concat([gzipSync('idValue,facilityId,availableQty\n'), gzipSync(`${sku},BROADWAY,7\n`)]),
    outcome: 7,
  },
  {
    name: 'gzip of UTF-16',
    content: (sku) => gzipSync(Buffer.from(`\uFEFF${countOf(sku)}`, 'utf16le')),
    outcome: 7,
  },
  {
    name: 'gzip that is cut off',
    content: (sku) => gzipSync(countOf(sku)).subarray(0, -9),
    outcome: 'FEED_UNREADABLE',
  },
  { name: 'gzip in gzip', content: (sku) => gzipSync(gzipSync(countOf(sku))), outcome: 'FEED_UNREADABLE' },
];
