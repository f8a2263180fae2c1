/** A Hard Sync ends with the removal of old records, and that one's failure is no failure of the Hard Sync. */
import { expect, test } from 'vitest';
import { Installation } from './installation.ts';

test('old records are removed at the end of a Hard Sync; when they cannot be, the run succeeds all the same', async () => {
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
