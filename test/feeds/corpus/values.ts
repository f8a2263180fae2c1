/** Quantities, ids, facilities, times and statuses. */
import type { FeedType } from '../../../src/domain/feed-type.ts';
import { countOf, type CorpusFile } from './corpus-file.ts';

const units = (text: string, outcome: number, settings = {}): CorpusFile => ({
  name: `the quantity ${JSON.stringify(text)} ${Object.entries(settings).flat().join(' ')}`.trim(),
  content: (sku) => countOf(sku, { separator: ';', units: text }),
  settings,
  outcome,
});

const noUnits = (text: string, settings = {}): CorpusFile => ({
  ...units(text, 0, settings),
  refused: { 2: 'FEED_VALUE_INVALID' },
});

const order = (
  name: string,
  columns: string,
  outcome: number,
  more: Partial<CorpusFile> = {},
): CorpusFile => ({
  name,
  type: 'ORDER_ITEMS' satisfies FeedType,
  content: (sku) =>
    `orderId,orderItemSeqId,idValue,quantity,cancelQuantity,facilityId,externalFacilityId,statusId,orderDate\n${sku},1,${sku},2,,${columns}\n`,
  outcome,
  ...more,
});

const id = (name: string, idOf: (sku: string) => string, outcome: number, code?: string): CorpusFile => ({
  name,
  content: (sku) => `idType,idValue,facilityId,availableQty\n${idOf(sku)},BROADWAY,7\n`,
  outcome,
  ...(code !== undefined && { refused: { 2: code } }),
});

/** As the test of the corpus makes products. */
const upcOf = (sku: string) => String(Number(sku.slice(1)) + 4_000_000).padStart(12, '0');

export const VALUES: readonly CorpusFile[] = [
  units('0', 0),
  units('+7', 7),
  units('007', 7),
  units('-7', -7),
  units('\u22127', -7),
  units('7-', -7),
  units('7.0', 7),
  units('7,00', 7),
  units('7.', 7),
  units(' 7 ', 7),
  units('\u00a07\u200b', 7),
  units('\u202d7\u202c', 7),
  units("'7", 7),
  units('="7"', 7),
  units('1 234', 1234),
  units('1\u202f234', 1234),
  units("1'234", 1234),
  units('1.234,00', 1234),
  units('1,234.00', 1234),
  units('1.234.567', 1_234_567),
  units('1.000', 1000, { decimal: 'comma' }),
  units('1.000', 1, { decimal: 'point' }),
  units('1,000', 1000, { decimal: 'point' }),
  noUnits('1.000'),
  noUnits('1,000'),
  noUnits('1,5', { decimal: 'point' }),
  noUnits('7.5'),
  noUnits(''),
  noUnits('seven'),
  noUnits('7 pcs'),
  noUnits('(7)'),
  noUnits('1e3'),
  noUnits('0x7'),
  noUnits('#N/A'),
  noUnits('NULL'),
  noUnits('1 23'),
  noUnits('1000000001'),
  noUnits('9'.repeat(30)),
  noUnits('٧'),
  id('a SKU with blanks round it', (sku) => `SKU,  ${sku}\u00a0`, 7),
  id('a SKU as the text of a formula', (sku) => `SKU,"=""${sku}"""`, 7),
  id('no idType is a SKU', (sku) => `,${sku}`, 7),
  id('an idType that nobody knows', (sku) => `ARTICLE,${sku}`, 0, 'FEED_VALUE_INVALID'),
  id('a SKU in small letters', (sku) => `SKU,${sku.toLowerCase()}`, 0, 'PRODUCT_UNKNOWN'),
  id('a SKU as a float', (sku) => `SKU,${sku}.0`, 0, 'PRODUCT_UNKNOWN'),
  id('no SKU', () => 'SKU,', 0, 'FEED_VALUE_INVALID'),
  id('a UPC without its zeros', (sku) => `UPC,${Number(sku.slice(1)) + 4_000_000}`, 7),
  id('a GTIN-14 of it', (sku) => `GTIN-14,${String(Number(sku.slice(1)) + 4_000_000).padStart(14, '0')}`, 7),
  id('a UPC that a program has made a float', (sku) => `EAN,${Number(sku.slice(1)) + 4_000_000}.0`, 7),
  id('a UPC that a spreadsheet has rounded', () => 'UPC,4.00638E+12', 0, 'PRODUCT_UNKNOWN'),
  {
    name: 'a facility that is nobody’s',
    content: (sku) => `idValue,facilityId,availableQty\n${sku},NOWHERE,7\n`,
    outcome: 0,
    refused: { 2: 'FACILITY_UNKNOWN' },
  },
  ...['broadway', 'S-1', '0BROADWAY'].map((facility) => ({
    name: `a facility that is called ${facility} in the wrong column, or otherwise`,
    content: (sku: string) => `idValue,facilityId,availableQty\n${sku},${facility},7\n`,
    outcome: 0,
    refused: { 2: 'FACILITY_UNKNOWN' },
  })),
  {
    name: 'a facility that is virtual',
    content: (sku) => `idValue,facilityId,availableQty\n${sku},PARKING,7\n`,
    outcome: 0,
    refused: { 2: 'FACILITY_VIRTUAL' },
  },
  {
    name: 'two facilities',
    content: (sku) => `idValue,facilityId,externalFacilityId,availableQty\n${sku},BROADWAY,S-2,7\n`,
    outcome: 0,
    refused: { 2: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'equal counts of one product',
    content: (sku) => `idValue,facilityId,availableQty\n${sku},BROADWAY,7\n${sku},BROADWAY,7\n`,
    outcome: 7,
  },
  {
    name: 'unequal counts of one product',
    content: (sku) => `idValue,facilityId,availableQty\n${sku},BROADWAY,7\n${sku},BROADWAY,8\n`,
    outcome: 0,
    refused: { 2: 'FEED_ROW_DUPLICATE', 3: 'FEED_ROW_DUPLICATE' },
  },
  {
    name: 'bins of one product',
    content: (sku) =>
      `idValue,facilityId,locationSeqId,availableQty\n${sku},BROADWAY,A,7\n${sku},BROADWAY,B,8\n`,
    outcome: 15,
  },
  {
    name: 'bins of one product, of which one cannot be read',
    content: (sku) =>
      `idValue,facilityId,locationSeqId,availableQty\n${sku},BROADWAY,A,7\n${sku},BROADWAY,B,?\n`,
    outcome: 0,
    refused: { 2: 'FEED_COUNT_INCOMPLETE', 3: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'bins of one product, of which one has a value too many',
    content: (sku) =>
      `idValue,facilityId,locationSeqId,availableQty\n${sku},BROADWAY,A,7\n${sku},BROADWAY,B,1,008\n`,
    outcome: 0,
    refused: { 2: 'FEED_COUNT_INCOMPLETE', 3: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'bins of one product, of which one that cannot be read calls it and its facility otherwise',
    content: (sku) =>
      `idType,idValue,facilityId,externalFacilityId,locationSeqId,availableQty\nSKU,${sku},BROADWAY,,A,7\nUPC,${upcOf(sku)},,S-1,B,x\n`,
    outcome: 0,
    refused: { 2: 'FEED_COUNT_INCOMPLETE', 3: 'FEED_VALUE_INVALID' },
  },
  ...(
    [
      ['a SKU in small letters', (sku) => [sku.toLowerCase(), 'BROADWAY'], 'PRODUCT_UNKNOWN'],
      ['a blank in its SKU', (sku) => [sku.replace('C', 'C '), 'BROADWAY'], 'PRODUCT_UNKNOWN'],
      ['a Cyrillic letter in its SKU', (sku) => [sku.replace('C', '\u0421'), 'BROADWAY'], 'PRODUCT_UNKNOWN'],
      [
        'a mark without a width in its SKU',
        (sku) => [sku.replace('C', 'C\u200b'), 'BROADWAY'],
        'PRODUCT_UNKNOWN',
      ],
      ['a SKU that is a float', (sku) => [`${sku}.0`, 'BROADWAY'], 'PRODUCT_UNKNOWN'],
      ['a facility in small letters', (sku) => [sku, 'broadway'], 'FACILITY_UNKNOWN'],
      ['its facility by the external id in the wrong column', (sku) => [sku, 'S-1'], 'FACILITY_UNKNOWN'],
      ['no SKU, as below the row that has it', () => ['', 'BROADWAY'], 'FEED_VALUE_INVALID'],
      ['neither SKU nor facility, as below the row that has them', () => ['', ''], 'FEED_VALUE_INVALID'],
    ] satisfies readonly (readonly [string, (sku: string) => readonly string[], string])[]
  ).map(([name, idsOf, code]): CorpusFile => ({
    name: `bins of one product, of which one has ${name}`,
    content: (sku) =>
      `idValue,facilityId,locationSeqId,availableQty\n${sku},BROADWAY,A,4\n${idsOf(sku).join(',')},B,6\n`,
    outcome: 0,
    refused: { 2: 'FEED_COUNT_INCOMPLETE', 3: code },
  })),
  ...(['sum', 'last', null] as const).map((rows): CorpusFile => ({
    name: `rows of one product, of which one has its SKU in small letters, whose source says ${rows ?? 'nothing'} of such rows`,
    content: (sku) => `idValue,facilityId,availableQty\n${sku},BROADWAY,4\n${sku.toLowerCase()},BROADWAY,6\n`,
    settings: { rows },
    // By default a product has one row, so these are two products, of which one is not known.
    outcome: rows === null ? 4 : 0,
    refused: { 3: 'PRODUCT_UNKNOWN', ...(rows !== null && { 2: 'FEED_COUNT_INCOMPLETE' }) },
  })),
  ...(['sum', 'last'] as const).map((rows): CorpusFile => ({
    name: `rows of one product, of which the first one has its SKU in small letters, whose source says ${rows}`,
    content: (sku) => `idValue,facilityId,availableQty\n${sku.toLowerCase()},BROADWAY,6\n${sku},BROADWAY,4\n`,
    settings: { rows },
    // Of rows of which the last one counts, it would not have counted either.
    outcome: rows === 'last' ? 4 : 0,
    refused: { 2: 'PRODUCT_UNKNOWN', ...(rows === 'sum' && { 3: 'FEED_COUNT_INCOMPLETE' }) },
  })),
  ...(['sum', 'last', null] as const).flatMap((rows) =>
    (
      [
        ['no SKU', () => ',BROADWAY'],
        ['no facility', (sku) => `${sku},`],
      ] satisfies readonly (readonly [string, (sku: string) => string])[]
    ).map(([name, idsOf]): CorpusFile => ({
      name: `${rows ?? 'no rule'}: a second row has ${name}, as below the row that has it`,
      content: (sku) => `idValue,facilityId,availableQty\n${sku},BROADWAY,5\n${idsOf(sku)},3\n`,
      settings: { rows },
      outcome: rows === null ? 5 : 0,
      refused: { 3: 'FEED_VALUE_INVALID', ...(rows !== null && { 2: 'FEED_COUNT_INCOMPLETE' }) },
    })),
  ),
  {
    name: 'bins of one product beside a refused row of one that is called much alike',
    content: (sku) =>
      `idValue,facilityId,locationSeqId,availableQty\n${sku},BROADWAY,A,4\n${sku}0,BROADWAY,B,6\n`,
    outcome: 4,
    refused: { 3: 'PRODUCT_UNKNOWN' },
  },
  {
    name: 'a row that cannot be read, of another facility',
    content: (sku) => `idValue,facilityId,availableQty\n${sku},BROADWAY,7\n${sku},SOHO,x\n`,
    outcome: 7,
    refused: { 3: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'bins of one product, of which one has a quote in the wrong place',
    content: (sku) =>
      `idValue,facilityId,locationSeqId,availableQty\n${sku},BROADWAY,"A"1,7\n${sku},BROADWAY,B,8\n`,
    outcome: 0,
    refused: { 2: 'FEED_ROW_UNREADABLE', 3: 'FEED_COUNT_INCOMPLETE' },
  },
  {
    name: 'a count of a day, and not of a time',
    content: (sku) => `idValue,facilityId,availableQty,asOf\n${sku},BROADWAY,7,2026-11-20\n`,
    settings: { timeZone: 'Europe/Berlin' },
    outcome: 0,
    refused: { 2: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'a count of a day of 14 digits, as mainframes write it',
    content: (sku) => `idValue,facilityId,availableQty,asOf\n${sku},BROADWAY,7,20240305000000\n`,
    settings: { timeZone: 'Europe/Berlin' },
    outcome: 0,
    refused: { 2: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'a count of a time of 14 digits, in the zone of its source',
    content: (sku) => `idValue,facilityId,availableQty,asOf\n${sku},BROADWAY,7,20240305101500\n`,
    settings: { timeZone: 'Europe/Berlin' },
    outcome: 7,
  },
  {
    name: 'a count of a time of 14 digits, of which nobody has said the zone',
    content: (sku) => `idValue,facilityId,availableQty,asOf\n${sku},BROADWAY,7,20240305101500\n`,
    outcome: 0,
    refused: { 2: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'a count of a time of 12 digits, which may begin with any part of it',
    content: (sku) => `idValue,facilityId,availableQty,asOf\n${sku},BROADWAY,7,200403051015\n`,
    settings: { timeZone: 'Europe/Berlin' },
    outcome: 0,
    refused: { 2: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'differences of one product add up',
    type: 'MDM_INV_VARIANCE',
    content: (sku) => `idValue,facilityId,availableDelta\n${sku},BROADWAY,-1\n${sku},BROADWAY,-1\n`,
    outcome: -2,
  },
  order('shipped', 'BROADWAY,,ITEM_COMPLETED,2026-11-25T14:00:00Z', -2),
  ...['Complete', 'SHIPPED', 'fulfilled', 'Item Shipped', 'delivered'].map((status) =>
    order(`shipped, as ${status}`, `BROADWAY,,${status},2026-11-25T14:00:00Z`, -2),
  ),
  ...['closed', 'returned', 'ITEM_REJECTED', 'Partially shipped'].map((status) =>
    order(`a status of two meanings, ${status}`, `BROADWAY,,${status},2026-11-25T14:00:00Z`, 0, {
      refused: { 2: 'FEED_VALUE_INVALID' },
    }),
  ),
  order('shipped, by the external id', ',S-1,Completed,2026-11-25T14:00:00+01:00', -2),
  order('shipped, at an American time without a zone', 'BROADWAY,,ITEM_COMPLETED,11/25/2026 2:00 PM', -2),
  order('shipped, at a German time without a zone', 'BROADWAY,,item completed,25.11.2026 14:00', -2),
  order('shipped, at no time', 'BROADWAY,,ITEM_COMPLETED,', -2),
  order('shipped by somebody else', ',,ITEM_COMPLETED,2026-11-25T14:00:00Z', 0),
  order('open is no shipment', 'BROADWAY,,ITEM_CREATED,2026-11-25T14:00:00Z', 0),
  order('a status of the sender', 'BROADWAY,,Versendet,2026-11-25T14:00:00Z', 0, {
    refused: { 2: 'FEED_VALUE_INVALID' },
  }),
  order('a status of the sender that is said', 'BROADWAY,,versendet,2026-11-25T14:00:00Z', -2, {
    settings: { statuses: { Versendet: 'ITEM_COMPLETED' } },
  }),
  order('shipped from nowhere', 'NOWHERE,,ITEM_COMPLETED,2026-11-25T14:00:00Z', 0, {
    refused: { 2: 'FACILITY_UNKNOWN' },
  }),
];
