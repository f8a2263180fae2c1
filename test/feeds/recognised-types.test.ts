/** Feeds whose type is said by no name, no folder and no source: their header tells it where it can be one only. */
import { beforeAll, expect, test } from 'vitest';
import { addSource } from '../../src/postgres/feeds/sources.ts';
import { ImportRun } from './import-run.ts';

let run: ImportRun;

beforeAll(async () => {
  run = await ImportRun.open();
  await addSource(run.warehouse.database, 'erp', { columns: { Bestand: 'availableQty' } });
});

const lastType = async (name: string) => {
  const [found] = await run.warehouse.database.query<{ type: string }>(
    'SELECT feed_type AS type FROM feed_import WHERE file_name = $1',
    [name],
  );
  return found?.type;
};

test.each([
  ['stock.csv', 'facilityId,idValue,availableQty\nBROADWAY,SHIRT,10', 'RESET_INVENTORY'],
  ['moves.csv', 'Id Value;Facility Id;Available Delta\nSHIRT;BROADWAY;-1', 'MDM_INV_VARIANCE'],
  [
    '2026-11-26.csv',
    'transferId,itemSeqId,idValue,quantity,fromFacilityId,statusId\nT1,1,SHIRT,1,BROADWAY,SHIPPED',
    'TRANSFER',
  ],
  [
    'export.csv',
    'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate\nR1,1,SHIRT,1,BROADWAY,ITEM_CREATED,2026-11-25T10:00:00Z',
    'ORDER_ITEMS',
  ],
  ['by-sku.csv', 'Facility ID;Sku;Available Qty\nBROADWAY;SHIRT;10', 'RESET_INVENTORY'],
  ['erp/Bestand.csv', 'facilityId,idValue,Bestand\nBROADWAY,SHIRT,9', 'RESET_INVENTORY'],
])('%s is told by its header', async (name, text, type) => {
  const imported = await run.importFeed(await run.put(`incoming/${name}`, `${text}\n`));
  expect(imported).toMatchObject({ applied: 1, failed: 0 });
  expect(await lastType(imported.fileName)).toBe(type);
});

test.each([
  ['quantities that may be counted, sold or delivered', 'facilityId,idValue,quantity\nBROADWAY,SHIRT,10'],
  ['columns of two types', 'facilityId,idValue,availableQty,availableDelta\nBROADWAY,SHIRT,10,1'],
  ['ids of which a column says the type', 'facilityId,SKU,idType,availableQty\nBROADWAY,SHIRT,UPC,1'],
  ['products only', 'sku,upc\nSHIRT,'],
  ['columns that nobody knows', 'Artikel,Menge\nSHIRT,10'],
])('%s are refused by the name of the file, with what to do', async (_what, text) => {
  const { error } = await run.importFeed(await run.put('incoming/stock-2.csv', `${text}\n`));
  expect(error?.code).toBe('FEED_TYPE_UNKNOWN');
  expect(error?.message).toContain('stock-2.csv');
});

test('a spreadsheet under the name of a feed is refused as one', async () => {
  const { error } = await run.importFeed(
    await run.put('incoming/stock-3.csv', 'PK\u0003\u0004\u0014\u0000\u0006'),
  );
  expect(error?.message).toContain('spreadsheet');
});
