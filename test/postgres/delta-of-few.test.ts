/** A delta of few products looks these up, and reads no table of the whole catalogue. */
import { expect, test } from 'vitest';
import { addCatalogue } from '../../scripts/bench/catalogue.ts';
import { addPaperShop, fillShop } from '../../scripts/bench/filled-shop.ts';
import { planRows } from '../../src/postgres/planning/planned-rows.ts';
import { readNextBaseline } from '../../src/postgres/planning/snapshot-chain.ts';
import { runInTransaction } from '../../src/postgres/transaction.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { readRowsRead } from './rows-read.ts';

const PRODUCTS = 5_000;
const FACILITIES = 2;
const OF_THE_CATALOGUE = [
  'product',
  'product_facility',
  'product_facility_group',
  'shop_product',
  'published_row',
];
/** Of one product: more than are looked up, far fewer than there are. */
const ROWS_MAX = 20;

test('of one product that has changed, no row of another one is read', async () => {
  const { database } = await freshDatabase();
  await database.session(async (session) => {
    await addCatalogue(session, { products: PRODUCTS, facilities: FACILITIES });
    await addPaperShop(session, 'shop');
    await session.query(
      `INSERT INTO product_facility_group (product_id, facility_group_id, threshold)
       SELECT product_id, 'FAC_GRP', 0 FROM product`,
    );
  });
  await fillShop(database, 'shop');
  await database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('product-00000007', 'F1', -1, 0, 'POS_SALE', 'test')`,
  );

  await database.session(async (session) => {
    await runInTransaction(session, 'BEGIN ISOLATION LEVEL REPEATABLE READ', async () => {
      const rowsRead = await readRowsRead(session, async () => {
        const baseline = await readNextBaseline(session, { shopId: 'shop', kind: 'recent-changes' });
        const group = { facilityGroupId: 'FAC_GRP', isRefillDue: false };
        const plan = { heldPlan: null, isFirstApproved: false, kind: 'recent-changes' } as const;
        const planned = await planRows(session, { shopId: 'shop', ...group, ...plan }, baseline);
        expect(planned.rowCount).toBe(1);
      });

      const ofTheCatalogue = rowsRead.filter(({ table }) => OF_THE_CATALOGUE.includes(table));
      expect(ofTheCatalogue).toHaveLength(OF_THE_CATALOGUE.length);
      for (const { table, inTurn, byIndex } of ofTheCatalogue) {
        expect(inTurn + byIndex, table).toBeLessThan(ROWS_MAX);
      }
    });
  });
});
