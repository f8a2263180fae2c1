/** A Hard Sync ends with the removal of old records. When that fails, the Hard Sync succeeds all the same. */
import { expect, test } from 'vitest';
import { Installation } from './installation.ts';

test('a Hard Sync ends with the removal of old records, and succeeds even if that fails', async () => {
  const shop = await Installation.open(['SHIRT']);
  await shop.startWorker();
  await shop.hardSync();
  const { database } = shop;
  await database.query(`INSERT INTO change_log (txid, product_id) VALUES ('3', 'SHIRT')`);

  await shop.hardSync();

  expect(await database.query(`SELECT FROM change_log WHERE txid = '3'`)).toEqual([]);
  await database.query(`
    INSERT INTO change_log (txid, product_id) VALUES ('3', 'SHIRT');
    CREATE TRIGGER refused BEFORE DELETE ON change_log EXECUTE FUNCTION refuse_change('this is a test')`);
  expect(await shop.hardSync()).toMatchObject({ fileSequence: 3, rows: 1 });
  expect(await database.query(`SELECT FROM change_log WHERE txid = '3'`)).toHaveLength(1);
});
