/** Lines that end otherwise than with a line feed, or in two ways. */
import { countOf, type CorpusFile } from './corpus-file.ts';

const HEADER = 'idValue,facilityId,availableQty,comments';
const called = (end: string) => `U+${end.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

export const LINE_ENDS: readonly CorpusFile[] = [
  ...['\u0085', '\u2028', '\u2029'].map((end): CorpusFile => ({
    name: `all lines end with ${called(end)}`,
    content: (sku) => countOf(sku, { end }),
    outcome: 7,
  })),
  ...['\r', '\u0085', '\u2028'].flatMap((end): CorpusFile[] => [
    {
      name: `${called(end)} ends rows, and a line feed the header`,
      content: (sku) => `${HEADER}\nX,BROADWAY,1,${end}${sku},BROADWAY,7,${end}Y,BROADWAY,1,${end}`,
      outcome: 7,
      refused: { 2: 'PRODUCT_UNKNOWN', 4: 'PRODUCT_UNKNOWN' },
    },
    {
      name: `${called(end)} ends thousands of rows, and not the header`,
      content: (sku) =>
        `${HEADER}\r\n${sku},BROADWAY,7,${end}${`,,,${end}`.repeat(9_000)}X,BROADWAY,1,${end}`,
      outcome: 7,
      refused: { 9_003: 'PRODUCT_UNKNOWN' },
    },
    {
      name: `${called(end)} ends some of quoted rows`,
      content: (sku) => `${HEADER}\n"${sku}","BROADWAY","7",""${end}"X","BROADWAY","1",""\n`,
      outcome: 7,
      refused: { 3: 'PRODUCT_UNKNOWN' },
    },
    {
      name: `${called(end)} stands in a remark`,
      content: (sku) => `${HEADER}\n${sku},BROADWAY,7,one${end}two\n`,
      outcome: 7,
    },
    {
      name: `${called(end)} stands before half a row`,
      content: (sku) => `${HEADER}\n${sku},BROADWAY,7,${end}X,BROADWAY\n`,
      outcome: 0,
      refused: { 2: 'FEED_ROW_UNREADABLE' },
    },
  ]),
  {
    name: 'U+2028 separates columns',
    content: (sku) => `idValue\u2028facilityId\u2028availableQty\n${sku}\u2028BROADWAY\u20287\n`,
    outcome: 'FEED_UNREADABLE',
  },
];
