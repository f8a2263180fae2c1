import { expect, test } from 'vitest';
import { Retailer } from '../postgres/retailer.ts';
import { Installation } from './installation.ts';

test('a change committed after a delta has read is carried by the next delta, once, to Shopify', async () => {
  const shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 75, 'RED-SHIRT': 10 });
  await shop.hardSync();
  const since = await readDatabaseTime(shop);

  const late = await Retailer.over(shop.database).begin();
  await Retailer.over(shop.database).post('BLUE-SHIRT', 'BROADWAY', -3, 0, late); // not committed yet
  expect((await shop.recentChanges())['fileSequence']).toBeNull();
  const until = await readDatabaseTime(shop);
  const seenBefore = await findChangedBetween(shop, since, until);
  await late.commit();

  const next = await shop.recentChanges();

  expect(
    await shop.database.query(
      'SELECT sku, quantity FROM upload_file CROSS JOIN LATERAL upload_file_rows(shop_id, 2) WHERE upload_file.sequence = 2',
    ),
  ).toEqual([{ sku: 'BLUE-SHIRT', quantity: 72 }]);
  // The control: a timestamp cursor that looked at the same moments finds it in neither window.
  expect(seenBefore).toEqual([]);
  expect(await findChangedBetween(shop, until, await readDatabaseTime(shop))).toEqual([]);
  expect(next['rows']).toBe(1);
  await shop.processUploads();
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 72, 'RED-SHIRT': 10 });
  expect((await shop.recentChanges())['fileSequence']).toBeNull();
});

async function readDatabaseTime({ database }: Installation): Promise<string> {
  const [row] = await database.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
  return row?.now ?? '';
}

async function findChangedBetween(
  { database }: Installation,
  since: string,
  until: string,
): Promise<string[]> {
  const rows = await database.query<{ sku: string }>(
    `SELECT DISTINCT product_id AS sku FROM inventory_item_detail WHERE created_at > $1 AND created_at <= $2`,
    [since, until],
  );
  return rows.map((row) => row.sku);
}
