/** The laws of the ledger hold whatever posts to it: its sums are the levels, and nothing in it is edited. */
import { expect, test } from 'vitest';
import { checkLevels } from '../../src/postgres/online-atp/level-check.ts';
import { checkLedger } from '../../src/postgres/online-atp/ledger-rules.ts';
import { listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { takeProductsOfShop } from '../../src/postgres/mapping/products-of-shop.ts';
import { pagesOf, variant } from '../shopify/mapped-shop.ts';
import { SHOP, Warehouse } from './warehouse.ts';

test('counts of before, transfers, orders, undone imports and first units of a shop add up to the levels', async () => {
  const warehouse = await Warehouse.open();
  const { database } = warehouse;
  const noon = new Date(Date.now() - 3_600_000).toISOString();
  await warehouse.count('SHIRT', 'BROADWAY', 20);
  await warehouse.import('TRANSFER', [
    'T1,1,SHIRT,SKU,4,BROADWAY,SOHO,SHIPPED',
    ...['T1,1,SHIRT,SKU,3,BROADWAY,SOHO,RECEIVED', 'T2,1,HAT,SKU,2,BROADWAY,SOHO,SHIPPED'],
  ]);
  await warehouse.import('ORDER_ITEMS', [
    `O1,01,,,SHIRT,,2,0,BROADWAY,ITEM_COMPLETED,${noon}`,
    `O2,01,,,SHIRT,,5,0,SOHO,ITEM_APPROVED,${noon}`,
  ]);
  await warehouse.import('MDM_INV_VARIANCE', ['SHIRT,,-3,BROADWAY,,,']);
  const [wrong] = await listImports(database, { limit: 1 });
  await warehouse.importText(
    'RESET_INVENTORY',
    `facilityId,idValue,availableQty,asOf\nBROADWAY,HAT,9,${noon}\n`,
    'RESET_INVENTORY__noon.csv',
  );
  await undoImport(database, wrong?.importId ?? 0, { by: 'Ann', reason: 'wrong file' });
  await takeProductsOfShop(database, {
    shopId: SHOP,
    pages: pagesOf([variant('SCARF', 'i-scarf')]),
    isUsable: () => true,
    first: { facilityId: 'SOHO', readUnits: (items) => Promise.resolve(items.map(() => 8)) },
    dryRun: false,
  });

  const { postings, levels, ...found } = await checkLedger(database);
  expect(found).toEqual({ rulesOff: [], wrongLevelCount: 0, wrongLevels: [] });
  expect([postings, levels]).toEqual([(await warehouse.readLedger()).length, 4]);

  // Somebody who owns the tables edits the receipt of the transfer, and switches the rule on again.
  await database.query(`
    ALTER TABLE inventory_item_detail DISABLE TRIGGER append_only;
    UPDATE inventory_item_detail SET quantity_on_hand_diff = 4 WHERE reason_enum_id = 'TRANSFER_RECEIVED';
    ALTER TABLE inventory_item_detail ENABLE TRIGGER append_only`);
  expect(await checkLedger(database)).toMatchObject({
    ...{ rulesOff: [], wrongLevelCount: 1 },
    wrongLevels: [{ sku: 'SHIRT', facilityId: 'SOHO', quantityOnHand: 3, postedOnHand: 4 }],
  });
});

test('whatever part of the products is added up at a time, all wrong levels are counted and the first named', async () => {
  const { database } = await Warehouse.open();
  await database.query(`
    INSERT INTO product (product_id, sku) SELECT 'P' || i, 'SKU-' || (9 - i) FROM generate_series(1, 7) AS i;
    INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
    SELECT 'P' || i, place, i, 0, 'VAR_FOUND', 'a test' FROM generate_series(1, 7) AS i, unnest('{BROADWAY,SOHO}'::text[]) AS place;
    ALTER TABLE inventory_item_detail DISABLE TRIGGER append_only;
    UPDATE inventory_item_detail SET quantity_on_hand_diff = 100
    WHERE (product_id, facility_id) IN (('P1', 'SOHO'), ('P4', 'SOHO'), ('P4', 'BROADWAY'), ('P7', 'SOHO'))`);
  const check = (productsAtATime: number) =>
    database.transaction((connection) => checkLevels(connection, productsAtATime));

  const whole = await check(1_000);

  expect(whole.wrongLevelCount).toBe(4);
  expect(whole.wrongLevels.map(({ sku, facilityId }) => `${sku} ${facilityId}`)).toEqual([
    'SKU-2 SOHO',
    'SKU-5 BROADWAY',
    'SKU-5 SOHO',
    'SKU-8 SOHO',
  ]);
  for (const products of [1, 2, 3, 4]) expect(await check(products)).toEqual(whole);
});
