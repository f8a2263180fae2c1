/** `atp source`: what is said of a sender, what is recognised of its file, and an import by it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { SHOP, Warehouse } from '../feeds/warehouse.ts';
import { atpWith, type Atp } from './atp.ts';

let warehouse: Warehouse;
let atp: Atp;

beforeAll(async () => {
  warehouse = await Warehouse.open();
  atp = await atpWith({ DATABASE_URL: warehouse.url });
});

async function write(name: string, content: string): Promise<string> {
  const file = join(atp.folder, name);
  await writeFile(file, content);
  return file;
}

const STORE = 'Artikel;Available Qty;Bemerkung\nSHIRT;1.000;24" Karton\nTIE;x;\n';

interface Source {
  readonly source: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

test('what is said of a source is kept, changed, taken back and recorded', async () => {
  const said = ['--type', 'RESET_INVENTORY', '--decimal', 'comma', '--fixed', 'facilityId=BROADWAY'];
  const added = await atp.json<Source>([
    'source',
    'add',
    'store-1',
    ...said,
    '--column',
    'Artikel=idValue',
    'Menge=availableQty',
  ]);
  expect(added).toMatchObject({
    source: 'store-1',
    settings: {
      type: 'RESET_INVENTORY',
      decimal: 'comma',
      fixed: { facilityId: 'BROADWAY' },
      columns: { Artikel: 'idValue', Menge: 'availableQty' },
      encoding: null,
      statuses: {},
    },
  });

  const changed = await atp.json<Source>([
    'source',
    'set',
    'store-1',
    '--decimal',
    'none',
    '--column',
    'none',
    '--rows',
    'last',
  ]);
  expect(changed.settings).toMatchObject({
    type: 'RESET_INVENTORY',
    decimal: null,
    columns: {},
    rows: 'last',
  });
  expect(await atp.json(['source', 'list'])).toEqual([changed]);
  expect((await atp.run('source', 'list')).stdout).toContain('rows last');

  expect(await atp.failure('source', 'add', 'store-1')).toBe('SOURCE_EXISTS 2');
  expect(await atp.failure('source', 'set', 'store-2', '--rows', 'sum')).toBe('SOURCE_UNKNOWN 2');
  expect(await atp.failure('source', 'set', 'store-1', '--time-zone', 'Berlin')).toBe('INPUT_INVALID 2');
  expect(await atp.failure('source', 'set', 'store-1', '--status', 'HOLD=SOMETHING')).toBe('INPUT_INVALID 2');
  expect(await atp.failure('source', 'set', 'store-1', '--column', 'Artikel')).toBe('INPUT_INVALID 2');

  await atp.json(['source', 'remove', 'store-1']);
  expect(await atp.json(['source', 'list'])).toEqual([]);
  const acts = await warehouse.database.query<{ act: string }>(
    `SELECT act FROM audit_log WHERE act LIKE 'source.%' AND outcome = 'DONE' ORDER BY 1`,
  );
  expect(acts.map(({ act }) => act)).toEqual(['source.add', 'source.remove', 'source.set']);
});

test('a file is tested before it is sent: what is recognised, and how its first rows are understood', async () => {
  const file = await write('RESET_INVENTORY__store.csv', STORE);
  const unsaid = await atp.run('source', 'test', file);
  expect(unsaid.stderr).toContain(
    'lacks the columns idValue, facilityId or externalFacilityId; its values were read as separated by a semicolon',
  );

  await atp.json([
    'source',
    'add',
    'store-3',
    '--column',
    'Artikel=idValue',
    '--fixed',
    'facilityId=BROADWAY',
  ]);
  const ambiguous = await atp.json<{ shown: { refusedFor: string }[] }>(
    ['source', 'test', file, '--source', 'store-3'],
    1,
  );
  expect(ambiguous.shown[0]?.refusedFor).toContain('it may mean 1 or 1000');

  await atp.json(['source', 'set', 'store-3', '--decimal', 'comma']);
  expect(await atp.json(['source', 'test', file, '--source', 'store-3'], 1)).toEqual({
    fileName: 'RESET_INVENTORY__store.csv',
    type: 'RESET_INVENTORY',
    encoding: 'utf-8',
    separator: 'semicolon',
    columns: [
      { theirs: 'Artikel', ours: 'idValue' },
      { theirs: 'Available Qty', ours: 'availableQty' },
      { theirs: 'Bemerkung', ours: null },
    ],
    rows: 2,
    refused: 1,
    shown: [
      {
        rowNumber: 2,
        content: {
          ...{ idType: 'SKU', idValue: 'SHIRT', facilityId: 'BROADWAY', externalFacilityId: null },
          ...{ resetByAtp: false, availableQty: 1000, locationSeqId: null, asOf: null },
        },
        refusedFor: null,
      },
      { rowNumber: 3, content: null, refusedFor: 'Column availableQty: it must be a whole number.' },
    ],
    products: { lookedUp: 1, known: 1, unknown: [], shops: [{ shopId: SHOP, mapped: 0 }] },
  });
  const { stdout } = await atp.run('source', 'test', file, '--source', 'store-3');
  expect(stdout).toContain('Nothing reads Bemerkung.');
  expect(stdout).toMatch(/SHIRT .*1000/);
});

test('products of the first rows are looked up as an import does: which are known, where they are mapped, and what may be meant', async () => {
  await warehouse.database.query(
    `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
     VALUES ($1, '10000', 'gid://shopify/InventoryItem/1', 'gid://shopify/ProductVariant/1')`,
    [SHOP],
  );
  const rows = ['SKU,SHIRT', 'SKU,SHIRT', 'UPC,00123456789', 'SKU,HAT', 'SKU,shirt', 'SKU,1.23E+11'];
  const file = await write(
    'RESET_INVENTORY__skus.csv',
    `idType,idValue,facilityId,availableQty\n${rows.map((row) => `${row},BROADWAY,1\n`).join('')}`,
  );
  expect(await atp.json(['source', 'test', file])).toMatchObject({
    products: {
      ...{ lookedUp: 5, known: 3, shops: [{ shopId: SHOP, mapped: 1 }] },
      unknown: [
        { idValue: 'shirt', refusedFor: expect.stringContaining('Likely meant: SHIRT.') as string },
        { idValue: '1.23E+11', refusedFor: expect.stringContaining('rounded it') as string },
      ],
    },
  });
  const { stdout } = await atp.run('source', 'test', file);
  expect(stdout).toContain(`Of the first 5 products 3 are known; mapped: 1 in ${SHOP}.`);
  expect(stdout).toContain('Likely meant: SHIRT.');
});

test('a column of which nothing is understood is shown without a value', async () => {
  const orders = await write(
    'ORDER_ITEMS__dates.csv',
    'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate\nA,1,SHIRT,1,,ITEM_CREATED,26.11.2026 10:00\n',
  );
  expect((await atp.run('source', 'test', orders)).stdout).toMatch(/\borderDate\b.*\n.*\n.*ITEM_CREATED │ –/);
});

test('rows are shown as they are understood, whatever the columns of their type are called', async () => {
  const count = await write(
    'REC_INV_COUNT__1.csv',
    'idValue,facilityId,quantity\nSHIRT,BROADWAY,"1,234.00"\n',
  );
  expect((await atp.run('source', 'test', count)).stdout).toMatch(/availableQty.*\n.*\n.*SHIRT.* 1234\b/);
  const setting = await write(
    'IMP_PROD_FACILITY__1.csv',
    'product-id,facility-id,allow-brokering\n10000,BROADWAY,no\n',
  );
  expect((await atp.run('source', 'test', setting)).stdout).toMatch(/PRODUCT_ID.* 10000 .*false/);
});

test('a file is imported as its source writes', async () => {
  const file = await write('broadway.csv', STORE.replace('TIE;x;\n', ''));
  await atp.json([
    'source',
    'add',
    'store-4',
    '--column',
    'Artikel=idValue',
    '--fixed',
    'facilityId=BROADWAY',
    '--decimal',
    'comma',
  ]);
  expect(await atp.json(['import', file, '--type', 'RESET_INVENTORY', '--source', 'store-4'])).toMatchObject({
    applied: 1,
  });
  expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toMatchObject({ qoh: 1000 });
});

test('a zone without summer time is taken, and the one that is probably meant is named', async () => {
  const { stdout } = await atp.run('source', 'add', 'new-york', '--time-zone', 'EST');
  expect(stdout).toContain('timeZone EST');
  expect(stdout).toMatch(/Note: The clock of EST is the same all year\. .* the zone is America\/New_York\./);
});

test('columns of an unknown header are proposed, tried on the rows, and then said of the source', async () => {
  const file = await write(
    'stock.csv',
    'Artikelnummer;Filiale;Bestand;Text\nSHIRT;BROADWAY;7;x\nSHIRT;BROADWAY;viele;y\n',
  );
  const typed = ['--type', 'RESET_INVENTORY'];

  const proposed = await atp.json<{ settings: string[] }>(['source', 'columns', file, ...typed]);
  expect(proposed).toMatchObject({
    separator: 'semicolon',
    columns: [
      { theirs: 'Artikelnummer', ours: 'idValue', isProposed: true, examples: ['SHIRT', 'SHIRT'] },
      { theirs: 'Filiale', ours: 'externalFacilityId', isProposed: true },
      // "viele" is no number.
      { theirs: 'Bestand', ours: null, isProposed: false },
      { theirs: 'Text', ours: null },
    ],
    missing: [['availableQty']],
    settings: ['Artikelnummer=idValue', 'Filiale=externalFacilityId'],
  });
  expect(await atp.failure('source', 'test', file, ...typed)).toMatch(/^FEED_HEADER_INVALID/);

  const mapping = ['--column', 'Artikelnummer=idValue', 'Filiale=facilityId', 'Bestand=availableQty'];
  expect(await atp.json(['source', 'columns', file, ...typed, ...mapping])).toMatchObject({ missing: [] });
  expect(await atp.json(['source', 'test', file, ...typed, ...mapping], 1)).toMatchObject({
    ...{ rows: 2, refused: 1 },
    shown: [{ content: { idValue: 'SHIRT', availableQty: 7 } }, { refusedFor: /availableQty/ }].map((row) =>
      'refusedFor' in row ? { refusedFor: expect.stringMatching(row.refusedFor) as string } : row,
    ),
  });
});

test('the help of duplicateDays says what becomes of a difference that comes again', async () => {
  for (const command of ['add', 'set']) {
    const { stdout } = await atp.run('source', command, '--help');
    const [, help = ''] = /--duplicate-days (.*?) --/.exec(stdout.replaceAll(/\s+/g, ' ')) ?? [];
    expect(help).toMatch(/feed of differences.*held.*refused.*begins with.*0: .*default: 7/);
  }
});
