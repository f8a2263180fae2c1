/** What exports of ERPs and tills look like once they leave their standard way: what is meant is taken, or refused with a code. */
import type { CorpusFile } from './corpus-file.ts';

const AT_BROADWAY = { fixed: { facilityId: 'BROADWAY' } };
const SAP = {
  ...AT_BROADWAY,
  columns: { Material: 'idValue', Bestand: 'availableQty', Lagerplatz: 'locationSeqId' },
};
const sap = (
  name: string,
  rows: (sku: string) => readonly string[],
  more: Partial<CorpusFile>,
): CorpusFile => ({
  name: `SAP, ${name}`,
  content: (sku) => `Material;Werk;Lagerplatz;Bestand;ME\r\n${rows(sku).join('\r\n')}\r\n`,
  settings: SAP,
  outcome: 0,
  ...more,
});

const NETSUITE = {
  columns: { Item: 'idValue', Location: 'externalFacilityId', 'On Hand': 'availableQty' },
};
const netsuite = (
  name: string,
  rows: (sku: string) => readonly string[],
  more: Partial<CorpusFile>,
): CorpusFile => ({
  name: `NetSuite, ${name}`,
  content: (sku) => `Item,Location,On Hand,Bin Number\n${rows(sku).join('\n')}\n`,
  settings: NETSUITE,
  outcome: 0,
  ...more,
});

const order = (
  name: string,
  rows: (sku: string) => readonly string[],
  more: Partial<CorpusFile>,
): CorpusFile => ({
  name: `orders, ${name}`,
  type: 'ORDER_ITEMS',
  content: (sku) =>
    `orderId;orderItemSeqId;idValue;quantity;facilityId;statusId;orderDate\n${rows(sku).join('\n')}\n`,
  outcome: 0,
  ...more,
});

export const SYSTEMS: readonly CorpusFile[] = [
  sap('three decimals and thousands', (sku) => [`${sku};1000;A;1.234,000;ST`], { outcome: 1234 }),
  sap('three decimals of a small number', (sku) => [`${sku};1000;A;7,000;ST`], {
    refused: { 2: 'FEED_VALUE_INVALID' },
  }),
  sap('three decimals of a small number, and the sign is said', (sku) => [`${sku};1000;A;7,000;ST`], {
    settings: { ...SAP, decimal: 'comma' },
    outcome: 7,
  }),
  sap('a minus behind three decimals', (sku) => [`${sku};1000;A;12,000-;ST`], {
    settings: { ...SAP, decimal: 'comma' },
    outcome: -12,
  }),
  sap('a material in 18 digits', (sku) => [`0000000000000${sku};1000;A;7;ST`], {
    refused: { 2: 'PRODUCT_UNKNOWN' },
  }),
  sap(
    'a subtotal below two bins',
    (sku) => [`${sku};1000;A;4;ST`, `${sku};1000;B;6;ST`, `${sku};1000;;10;ST`],
    {
      refused: { 2: 'FEED_ROW_DUPLICATE', 3: 'FEED_ROW_DUPLICATE', 4: 'FEED_ROW_DUPLICATE' },
    },
  ),
  sap(
    'units without a place beside two bins',
    (sku) => [`${sku};1000;A;4;ST`, `${sku};1000;B;6;ST`, `${sku};1000;;1;ST`],
    {
      outcome: 11,
    },
  ),
  sap('empty bins and an empty total', (sku) => [`${sku};1000;A;0;ST`, `${sku};1000;;0;ST`], { outcome: 0 }),
  sap('a total of all at the end', (sku) => [`${sku};1000;A;4;ST`, ';;;4;'], {
    outcome: 4,
    refused: { 3: 'FEED_VALUE_INVALID' },
  }),
  sap('a total that is called so', (sku) => [`${sku};1000;A;4;ST`, 'Summe;;;4;ST'], {
    outcome: 4,
    refused: { 3: 'PRODUCT_UNKNOWN' },
  }),
  ...(['sum', 'last'] as const).flatMap((rows) =>
    ([';;;4;', 'Summe;;;4;ST'] as const).flatMap((total) => [
      sap(
        `${rows}: a total ${total} of rows at a facility that is said`,
        (sku) => [`${sku};1000;;4;ST`, total],
        {
          settings: { ...SAP, rows },
          outcome: 4,
          refused: { 3: total === ';;;4;' ? 'FEED_VALUE_INVALID' : 'PRODUCT_UNKNOWN' },
        },
      ),
      sap(`${rows}: a total ${total} of rows with their facility`, (sku) => [`${sku};S-1;;4;ST`, total], {
        settings: { columns: { ...SAP.columns, Werk: 'externalFacilityId' }, rows },
        outcome: 4,
        refused: { 3: 'FEED_VALUE_INVALID' },
      }),
    ]),
  ),
  sap('a product named once above its bins', (sku) => [`${sku};1000;A;4;ST`, ';;B;6;ST'], {
    refused: { 2: 'FEED_COUNT_INCOMPLETE', 3: 'FEED_VALUE_INVALID' },
  }),
  sap('cartons and pieces of one bin', (sku) => [`${sku};1000;A;4;ST`, `${sku};1000;A;2;KAR`], {
    refused: { 2: 'FEED_ROW_DUPLICATE', 3: 'FEED_ROW_DUPLICATE' },
  }),
  sap('a unit behind the quantity', (sku) => [`${sku};1000;A;7 ST;ST`], {
    refused: { 2: 'FEED_VALUE_INVALID' },
  }),
  sap('an empty quantity', (sku) => [`${sku};1000;A;;ST`], { refused: { 2: 'FEED_VALUE_INVALID' } }),
  netsuite('thousands in quotes', (sku) => [`${sku},S-1,"1,234",`], { refused: { 2: 'FEED_VALUE_INVALID' } }),
  netsuite('thousands in quotes, and the sign is said', (sku) => [`${sku},S-1,"1,234",`], {
    settings: { ...NETSUITE, decimal: 'point' },
    outcome: 1234,
  }),
  netsuite('thousands that are not in quotes', (sku) => [`${sku},S-1,1,234,`], {
    refused: { 2: 'FEED_ROW_UNREADABLE' },
  }),
  netsuite('negative thousands that are not in quotes', (sku) => [`${sku},S-1,-1,234.00,`], {
    refused: { 2: 'FEED_ROW_UNREADABLE' },
  }),
  netsuite('a surplus comma behind a row', (sku) => [`${sku},S-1,7,A-12,`], { outcome: 7 }),
  netsuite('a number in the next column', (sku) => [`${sku},S-1,7,123`], { outcome: 7 }),
  netsuite('a fault of Excel in place of the quantity', (sku) => [`${sku},S-1,#REF!,A`], {
    refused: { 2: 'FEED_VALUE_INVALID' },
  }),
  netsuite('an item below its parent', (sku) => [`PARENT : ${sku},S-1,7,A`], {
    refused: { 2: 'PRODUCT_UNKNOWN' },
  }),
  netsuite('negatives in brackets', (sku) => [`${sku},S-1,(7),A`], { refused: { 2: 'FEED_VALUE_INVALID' } }),
  netsuite('digits of full width, as in Japan', (sku) => [`${sku},S-1,\uff11\uff12,A`], {
    refused: { 2: 'FEED_VALUE_INVALID' },
  }),
  netsuite('lakhs, as in India', (sku) => [`${sku},S-1,"1,00,000",A`], {
    refused: { 2: 'FEED_VALUE_INVALID' },
  }),
  {
    name: 'Dynamics, a header of the locale and blanks of France',
    content: (sku) => `idValue;facilityId;availableQty\r\n${sku};BROADWAY;1\u202f234,00\r\n`,
    outcome: 1234,
  },
  {
    name: 'Dynamics, a number and a text that look like the other one',
    content: (sku) => `availableQty;idValue;facilityId\r\n0007;${sku};BROADWAY\r\n`,
    outcome: 7,
  },
  {
    name: 'Lightspeed, tabs, quotes and a currency nobody reads',
    content: (sku) =>
      `"idValue"\t"facilityId"\t"price"\t"availableQty"\n"${sku}"\t"BROADWAY"\t"$1,234.50"\t"7"\n`,
    outcome: 7,
  },
  {
    name: 'Lightspeed, a second header in the middle',
    content: (sku) =>
      `idValue,facilityId,availableQty\n${sku},BROADWAY,7\nidValue,facilityId,availableQty\n${sku},SOHO,3\n`,
    outcome: 7,
    refused: { 3: 'FEED_VALUE_INVALID' },
  },
  ...([null, 'shift-jis'] as const).map((encoding): CorpusFile => ({
    name: `Excel of Japan, in Shift-JIS, whose source says ${encoding ?? 'nothing'}`,
    content: (sku) =>
      Buffer.concat([
        Buffer.from(`idValue,facilityId,availableQty,remark\r\n${sku},BROADWAY,7,`),
        Buffer.from([0x8d, 0xdd, 0x8c, 0xc9, 0x0d, 0x0a]),
      ]),
    settings: { encoding },
    outcome: encoding === null ? 'FEED_UNREADABLE' : 7,
  })),
  {
    name: 'Excel of China, in GB18030',
    content: (sku) =>
      Buffer.concat([
        Buffer.from(`idValue,facilityId,availableQty,remark\r\n${sku},BROADWAY,7,`),
        Buffer.from([0xbf, 0xe2, 0xb4, 0xe6, 0x0d, 0x0a]),
      ]),
    settings: { encoding: 'gb18030' },
    outcome: 7,
  },
  {
    name: 'Excel of Korea, in EUC-KR',
    content: (sku) =>
      Buffer.concat([
        Buffer.from(`idValue,facilityId,availableQty,remark\r\n${sku},BROADWAY,7,`),
        Buffer.from([0xc0, 0xe7, 0xb0, 0xed, 0x0d, 0x0a]),
      ]),
    settings: { encoding: 'euc-kr' },
    outcome: 7,
  },
  {
    name: 'Shopify, two variants of one SKU with other quantities',
    type: 'SHOPIFY_INVENTORY',
    content: (sku) => `Handle,Title,SKU,Location,On hand\na,A,${sku},Broadway,7\nb,B,${sku},Broadway,8\n`,
    outcome: 0,
    refused: { 2: 'FEED_ROW_DUPLICATE', 3: 'FEED_ROW_DUPLICATE' },
  },
  {
    name: 'Shopify, a bin whose SKU was typed in small letters',
    type: 'SHOPIFY_INVENTORY',
    content: (sku) =>
      `Handle,Title,SKU,Location,Bin name,On hand\na,A,${sku},Broadway,A,7\na,A,${sku.toLowerCase()},Broadway,B,8\n`,
    outcome: 0,
    refused: { 2: 'FEED_COUNT_INCOMPLETE', 3: 'PRODUCT_UNKNOWN' },
  },
  order(
    'a quantity of three decimals',
    (sku) => [`${sku};1;${sku};2,000;BROADWAY;Shipped;25.11.2026 14:00`],
    {
      refused: { 2: 'FEED_VALUE_INVALID' },
    },
  ),
  order(
    'ids that Excel has rounded',
    (sku) => [1, 2].map((units) => `5.12346E+12;1;${sku};${units};BROADWAY;Shipped;`),
    {
      refused: { 2: 'FEED_VALUE_INVALID', 3: 'FEED_VALUE_INVALID' },
    },
  ),
  order(
    'a lookup that found nothing',
    (sku) => [`#N/A;1;${sku};2;BROADWAY;Shipped;`, `${sku};#NV;${sku};2;BROADWAY;Shipped;`],
    {
      refused: { 2: 'FEED_VALUE_INVALID', 3: 'FEED_VALUE_INVALID' },
    },
  ),
  order('a status of two lines', (sku) => [`${sku};1;${sku};2;BROADWAY;"Shipped\n";25.11.2026 14:00`], {
    outcome: -2,
  }),
];
