/** A page of a verification costs the same, however large the catalogue is. */
import { expect, test } from 'vitest';
import { PAGES_LOOKED_UP_AT_ONCE, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import type { Database } from '../../src/postgres/database.ts';
import { listProductsToVerify, recordLacking } from '../../src/postgres/lane/verified-rows.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Retailer, SHOP } from './retailer.ts';
import { readRowsRead } from './rows-read.ts';

const PAGE = { shopId: SHOP, after: '', limit: 250, only: null };

async function openVerified(products: number): Promise<Database> {
  const { database } = await freshDatabase();
  const skus = Array.from({ length: products }, (_, index) => `S${index}`);
  const retailer = await Retailer.open(database, skus);
  await retailer.count(skus, 5);
  await database.query(
    `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target)
     SELECT shop_id, product_id, 1, 'APPLIED', 5 FROM shop_product`,
  );
  await database.query('ANALYZE');
  return database;
}

test('neither reading pages nor remembering what one lacks reads the whole of a table', async () => {
  const database = await openVerified(20_000);
  const limit = PAGES_LOOKED_UP_AT_ONCE * ROWS_PER_CALL;

  const rowsRead = await database.transaction((connection) =>
    readRowsRead(connection, async () => {
      const inside: Database = {
        ...database,
        query: async <Row>(sql: string, values: readonly unknown[] = []) =>
          (await connection.query(sql, [...values])).rows as Row[],
      };
      const pages = await listProductsToVerify(inside, { ...PAGE, limit });
      expect(pages).toHaveLength(limit);
      const page = await listProductsToVerify(inside, PAGE);
      expect(page).toHaveLength(PAGE.limit);
      await recordLacking(inside, SHOP, page, new Set(page.map(({ productId }) => productId)));
    }),
  );

  expect(rowsRead.filter(({ inTurn }) => inTurn >= PAGE.limit)).toEqual([]);
});

test('what a page lacks is remembered with since when, and forgotten when it lacks it no more', async () => {
  const database = await openVerified(300);
  const lacking = async () => {
    const page = await listProductsToVerify(database, PAGE);
    return page.filter(({ isLacking }) => isLacking).map(({ productId }) => productId);
  };
  const page = await listProductsToVerify(database, PAGE);
  const [first, second] = page.map(({ productId }) => productId);
  if (first === undefined || second === undefined) throw new Error('The page is empty.');

  await recordLacking(database, SHOP, page, new Set([first, second]));
  expect(await lacking()).toEqual([first, second]);

  await recordLacking(database, SHOP, await listProductsToVerify(database, PAGE), new Set([second]));
  expect(await lacking()).toEqual([second]);
});
