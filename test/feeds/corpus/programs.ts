/** Files as programs write them: their names of columns, encodings, separators and habits. */
import { gzipSync } from 'node:zlib';
import { countOf, type CorpusFile } from './corpus-file.ts';

const AT_BROADWAY = { fixed: { facilityId: 'BROADWAY' } };
const SHOPIFY = 'Shopify Help Center, "Inventory CSV file format"';
const SHOPIFY_HEADER =
  'Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,SKU,HS Code,COO,Location,Bin name,Incoming (not editable),Unavailable (not editable),Committed (not editable),Available (not editable),On hand (current),On hand (new)';
const HOTWAX = 'HotWax Commerce documentation, "Inventory import"';
const AMAZON = 'Amazon SP-API documentation, "FBA Inventory reports attributes"';
const POWERSHELL = 'Microsoft Learn, Export-Csv of PowerShell 5.1';
const EXCEL = 'Microsoft Support, "File formats that are supported in Excel"';

export const PROGRAMS: readonly CorpusFile[] = [
  {
    name: 'Shopify, export of 2025 and later',
    source: SHOPIFY,
    type: 'SHOPIFY_INVENTORY',
    content: (sku) => `${SHOPIFY_HEADER}\na,A,Size,L,,,,,${sku},,,Broadway,,0,0,1,6,7,\n`,
    outcome: 7,
  },
  {
    name: 'Shopify, export with a new quantity and a bin',
    source: SHOPIFY,
    type: 'SHOPIFY_INVENTORY',
    content: (sku) => `${SHOPIFY_HEADER}\na,A,Size,L,,,,,${sku},,,Broadway,A-1,0,0,1,6,7,9\n`,
    outcome: 9,
  },
  {
    name: 'Shopify, a location that does not stock it',
    source: SHOPIFY,
    type: 'SHOPIFY_INVENTORY',
    content: (sku) =>
      `${SHOPIFY_HEADER}\na,A,Size,L,,,,,${sku},,,Broadway,,not stocked,not stocked,not stocked,not stocked,Not stocked,\n`,
    outcome: 0,
  },
  {
    name: 'Shopify, export before 2025',
    source: SHOPIFY,
    type: 'SHOPIFY_INVENTORY',
    content: (sku) =>
      `Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Incoming,Unavailable,Committed,Available,On hand\na,A,Size,L,${sku},,,Broadway,0,0,0,7,7\n`,
    outcome: 7,
  },
  {
    name: 'Shopify, a location that is no facility',
    source: SHOPIFY,
    type: 'SHOPIFY_INVENTORY',
    content: (sku) => `${SHOPIFY_HEADER}\na,A,Size,L,,,,,${sku},,,Elsewhere,,0,0,1,6,7,\n`,
    outcome: 0,
    refused: { 2: 'FACILITY_UNKNOWN' },
  },
  {
    name: 'HotWax, RESET_INVENTORY',
    source: HOTWAX,
    content: (sku) =>
      `facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty\nBROADWAY,,${sku},SKU,,"nightly, full",N,7\n`,
    outcome: 7,
  },
  {
    name: 'HotWax, REC_INV_COUNT',
    source: HOTWAX,
    type: 'REC_INV_COUNT',
    content: (sku) =>
      `facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,quantity\n,S-1,${sku},SKU,,,7\n`,
    outcome: 7,
  },
  {
    name: 'HotWax, MDM_INV_VARIANCE',
    source: HOTWAX,
    type: 'MDM_INV_VARIANCE',
    content: (sku) =>
      `idValue,idType,availableDelta,facilityId,externalFacilityId,locationSeqId,reasonEnumId\n${sku},SKU,-2,BROADWAY,,,VAR_DAMAGED\n`,
    outcome: -2,
  },
  {
    name: 'HotWax, product settings of a facility',
    source: HOTWAX,
    type: 'IMP_PROD_FACILITY',
    content: (sku) => `product-id,facility-id,facility-safety-stock\n${sku},BROADWAY,2\n`,
    outcome: 0,
  },
  {
    name: 'Apache OFBiz, a transfer that was received',
    source: 'Apache OFBiz, seed data of the status type INV_XFER_STTS',
    type: 'TRANSFER',
    content: (sku) =>
      `transferId,itemSeqId,idValue,quantity,fromFacilityId,toFacilityId,statusId\n${sku},00001,${sku},4.000000,SOHO,BROADWAY,IXF_COMPLETE\n`,
    outcome: 4,
  },
  {
    name: 'a transfer whose lines have no numbers',
    type: 'TRANSFER',
    content: (sku) =>
      `transferId,idValue,quantity,toFacilityId,statusId\n${sku},${sku},4,BROADWAY,RECEIVED\n`,
    outcome: 'FEED_HEADER_INVALID',
  },
  {
    name: 'a transfer with a line that has no number',
    type: 'TRANSFER',
    content: (sku) =>
      `transferId,itemSeqId,idValue,quantity,toFacilityId,statusId\n${sku},,${sku},4,BROADWAY,RECEIVED\n${sku},2,${sku},3,BROADWAY,RECEIVED\n`,
    outcome: 3,
    refused: { 2: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'Adobe Commerce, stock sources',
    source: 'Adobe Commerce Merchant documentation, "Import and export stock sources"',
    content: (sku) => `source_code,sku,status,quantity\nBROADWAY,${sku},1,98.0000\n`,
    settings: { columns: { source_code: 'facilityId', sku: 'idValue', quantity: 'availableQty' } },
    outcome: 98,
  },
  {
    name: 'Adobe Commerce, stock sources of fractions',
    source: 'Adobe Commerce Merchant documentation, "Import and export stock sources"',
    content: (sku) => `source_code,sku,status,quantity\nBROADWAY,${sku},1,7.5000\n`,
    settings: { columns: { source_code: 'facilityId', sku: 'idValue', quantity: 'availableQty' } },
    outcome: 0,
    refused: { 2: 'FEED_VALUE_INVALID' },
  },
  {
    name: 'WooCommerce, product export',
    source: 'WooCommerce documentation, "Product CSV Importer and Exporter"',
    content: (sku) =>
      `ID,Type,SKU,Name,Published,"Is featured?","Visibility in catalog","Short description",Description,"In stock?",Stock,"Backorders allowed?"\n12,simple,${sku},"A 5"" mug",1,0,visible,,"Two\nlines",1,7,0\n`,
    settings: { ...AT_BROADWAY, columns: { SKU: 'idValue', Stock: 'availableQty' } },
    outcome: 7,
  },
  {
    name: 'Amazon, FBA inventory, tabs',
    source: AMAZON,
    content: (sku) =>
      `sku\tfnsku\tasin\tproduct-name\tcondition\tyour-price\tmfn-listing-exists\tmfn-fulfillable-quantity\tafn-listing-exists\tafn-warehouse-quantity\tafn-fulfillable-quantity\r\n${sku}\tX0\tB0\tMug 5" "blue"\tNew\t10.25\tYes\t\tYes\t9\t7\r\n`,
    settings: {
      ...AT_BROADWAY,
      columns: { sku: 'idValue', 'afn-fulfillable-quantity': 'availableQty' },
    },
    outcome: 7,
  },
  {
    name: 'Amazon, AFN inventory, in ISO-8859-1',
    source: AMAZON,
    content: (sku) =>
      Buffer.from(
        `seller-sku\tfulfillment-channel-sku\tasin\tcondition-type\tWarehouse-Condition-code\tQuantity Available\n${sku}\tX0\tB0\tTrès bon\tSELLABLE\t7\n`,
        'latin1',
      ),
    settings: {
      ...AT_BROADWAY,
      encoding: 'iso-8859-1',
      columns: { 'seller-sku': 'idValue', 'Quantity Available': 'availableQty' },
    },
    outcome: 7,
  },
  {
    name: 'PowerShell 5.1, with its line of a type above the header',
    source: POWERSHELL,
    content: (sku) =>
      `#TYPE Selected.System.Data.DataRow\r\n"idValue","facilityId","availableQty"\r\n"${sku}","BROADWAY","7"\r\n`,
    outcome: 7,
  },
  {
    name: 'PowerShell 5.1, -Encoding Unicode',
    source: POWERSHELL,
    content: (sku) =>
      Buffer.from(`\uFEFF"idValue","facilityId","availableQty"\r\n"${sku}","BROADWAY","7"\r\n`, 'utf16le'),
    outcome: 7,
  },
  {
    name: 'PowerShell 5.1, -UseCulture in Germany',
    source: POWERSHELL,
    content: (sku) => `"idValue";"facilityId";"availableQty"\r\n"${sku}";"BROADWAY";"7,0"\r\n`,
    outcome: 7,
  },
  {
    name: 'Excel, CSV of a German Windows',
    source: EXCEL,
    content: (sku) =>
      Buffer.from(`idValue;facilityId;availableQty;Größe\r\n${sku};BROADWAY;7;XL\r\n`, 'latin1'),
    settings: { encoding: 'windows-1252' },
    outcome: 7,
  },
  {
    name: 'Excel, CSV of a German Windows, and nobody has said so',
    source: EXCEL,
    content: (sku) =>
      Buffer.from(`idValue;facilityId;availableQty;Größe\r\n${sku};BROADWAY;7;XL\r\n`, 'latin1'),
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'Excel, CSV UTF-8',
    source: EXCEL,
    content: (sku) => `\uFEFF${countOf(sku, { end: '\r\n' })}`,
    outcome: 7,
  },
  {
    name: 'Excel, Unicode Text',
    source: EXCEL,
    content: (sku) => Buffer.from(`\uFEFF${countOf(sku, { separator: '\t', end: '\r\n' })}`, 'utf16le'),
    outcome: 7,
  },
  {
    name: 'Excel, a workbook that was renamed',
    source: 'ECMA-376, part 2: a package is a ZIP archive',
    content: () => Buffer.from('PK\u0003\u0004\u0014\0\u0006\0xl/workbook.xml', 'latin1'),
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'Excel 97, a workbook that was renamed',
    source: 'Microsoft, [MS-CFB], header signature',
    content: () => Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]),
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'a web page that a program calls a spreadsheet',
    source: 'WHATWG HTML, the doctype',
    content: () => '<!DOCTYPE html>\n<table><tr><td>idValue</td></tr></table>\n',
    outcome: 'FEED_UNREADABLE',
  },
  {
    name: 'Python csv, as it is',
    source: 'Python documentation, csv: lineterminator',
    content: (sku) => countOf(sku, { end: '\r\n' }),
    outcome: 7,
  },
  {
    name: 'Python csv on Windows without newline=""',
    source: 'Python documentation, csv: footnote on newline',
    content: (sku) => countOf(sku, { end: '\r\r\n' }),
    outcome: 7,
  },
  {
    name: 'pandas, with its index and numbers as floats',
    source: 'pandas documentation, DataFrame.to_csv: index',
    content: (sku) => `,idValue,facilityId,availableQty\n0,${sku},BROADWAY,7.0\n`,
    outcome: 7,
  },
  {
    name: 'pandas, compressed by the name',
    source: 'pandas documentation, DataFrame.to_csv: compression',
    content: (sku) => gzipSync(countOf(sku)),
    outcome: 7,
  },
  {
    name: 'R, write.csv with row names',
    source: 'R documentation, write.table: row.names',
    content: (sku) => `"","idValue","facilityId","availableQty"\n"1","${sku}","BROADWAY",7\n`,
    outcome: 7,
  },
  {
    name: 'jq, @csv',
    source: 'jq manual, "Format strings and escaping"',
    content: (sku) => `"idValue","facilityId","availableQty"\n"${sku}","BROADWAY",7\n`,
    outcome: 7,
  },
  {
    name: 'PostgreSQL, COPY CSV HEADER, nulls are empty',
    source: 'PostgreSQL documentation, COPY: CSV format',
    content: (sku) => `idValue,facilityId,externalFacilityId,availableQty\n${sku},BROADWAY,,7\n`,
    outcome: 7,
  },
  {
    name: 'MySQL, INTO OUTFILE, with \\N for null',
    source: 'MySQL reference manual, SELECT … INTO OUTFILE',
    content: (sku) => `idValue\tfacilityId\texternalFacilityId\tavailableQty\n${sku}\tBROADWAY\t\\N\t7\n`,
    outcome: 7,
  },
  {
    name: 'MySQL, INTO OUTFILE, which writes no header',
    source: 'MySQL reference manual, SELECT … INTO OUTFILE',
    content: (sku) => `${sku}\tBROADWAY\t7\n`,
    outcome: 'FEED_HEADER_INVALID',
  },
  {
    name: 'SQL Server, sqlcmd -s "," -W, with dashes and a count of rows',
    source: 'Microsoft Learn, sqlcmd utility',
    content: (sku) =>
      `idValue,facilityId,availableQty\r\n-------,----------,------------\r\n${sku},BROADWAY,7\r\n\r\n(1 rows affected)\r\n`,
    outcome: 7,
    refused: { 2: 'FEED_VALUE_INVALID', 5: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'Oracle SQL*Plus, SET MARKUP CSV ON',
    source: 'Oracle SQL*Plus User’s Guide, SET MARKUP CSV',
    content: (sku) => `\n"IDVALUE","FACILITYID","AVAILABLEQTY"\n"${sku}","BROADWAY",7\n\n1 row selected.\n`,
    outcome: 7,
    refused: { 5: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'SQLite, .mode csv with headers',
    source: 'SQLite documentation, "Command line shell": CSV export',
    content: (sku) => countOf(sku, { end: '\r\n' }),
    outcome: 7,
  },
  {
    name: 'SAP, a list saved unconverted: pipes round all, dashes, a minus behind',
    source: 'SAP Help, "Saving lists locally": unconverted',
    content: (sku) =>
      `26.11.2026        Stock list\n\n-------------------------------\n|idValue   |facilityId|availableQty|\n-------------------------------\n|${sku}      |BROADWAY  |          7-|\n-------------------------------\n`,
    outcome: -7,
    refused: { 5: 'FEED_ROW_UNREADABLE', 7: 'FEED_ROW_UNREADABLE' },
  },
  {
    name: 'IBM i, CPYTOIMPF: values filled up with blanks inside their quotes',
    source: 'IBM i documentation, Copy To Import File',
    content: (sku) =>
      `"IDVALUE ","FACILITYID","AVAILABLEQTY"\r\n"${sku}          ","BROADWAY            ",         7 \r\n`,
    outcome: 7,
  },
  {
    name: 'Amazon Redshift, UNLOAD with HEADER: pipes',
    source: 'Amazon Redshift documentation, UNLOAD: DELIMITER',
    content: (sku) => countOf(sku, { separator: '|' }),
    outcome: 7,
  },
  {
    name: 'Amazon Athena, all values quoted',
    source: 'Amazon Athena documentation, "Work with query results"',
    content: (sku) => `"idValue","facilityId","availableQty"\n"${sku}","BROADWAY","7"\n`,
    outcome: 7,
  },
  {
    name: 'Snowflake, COPY INTO a location: gzip, and \\N',
    source: 'Snowflake documentation, COPY INTO <location>',
    content: (sku) => gzipSync(`idValue,facilityId,externalFacilityId,availableQty\n${sku},BROADWAY,\\N,7\n`),
    outcome: 7,
  },
  {
    name: 'a program of DOS that ends its file with Ctrl-Z',
    source: 'Microsoft, MS-DOS: the end-of-file character 1A',
    content: (sku) => `${countOf(sku, { end: '\r\n' })}\u001A`,
    outcome: 7,
  },
  {
    name: 'a Macintosh before OS X: lines end with a carriage return',
    source: 'Unicode Standard, section 5.8, "Newline guidelines"',
    content: (sku) => countOf(sku, { end: '\r' }),
    outcome: 7,
  },
];
