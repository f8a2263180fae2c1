/** Files that wait in a lane on which nobody works, and what counts as work. */
import { expect, test } from 'vitest';
import { LANE_STILL_AFTER_MS } from '../../src/domain/limits.ts';
import { findStillLane } from '../../src/postgres/lane/still-lane.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Retailer, SHOP } from './retailer.ts';

test('a file that nobody has worked on for long is found, but not while a run has the lane, or had it lately', async () => {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT']);
  await retailer.produce('hard-sync');
  const find = () => findStillLane(database, SHOP, LANE_STILL_AFTER_MS);
  expect(await find()).toBeNull();

  await database.query(
    `UPDATE upload_file SET created_at = created_at - interval '16 minutes', ready_at = ready_at - interval '16 minutes'`,
  );
  expect(await find()).toMatchObject({ sequence: 1 });

  const lease = (expiresAt: string) =>
    database.query(
      `INSERT INTO lane (shop_id, holder, expires_at) VALUES ($1, 'a run', ${expiresAt})
       ON CONFLICT (shop_id) DO UPDATE SET holder = 'a run', expires_at = ${expiresAt}`,
      [SHOP],
    );
  await lease(`now() + interval '1 minute'`);
  expect(await find()).toBeNull();
  await lease(`now() - interval '14 minutes'`);
  expect(await find()).toBeNull();
  await lease(`now() - interval '16 minutes'`);
  expect(await find()).toMatchObject({ sequence: 1 });
});

test('a file that was made by a clock that was ahead is found by what is known of the past', async () => {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT']);
  await retailer.produce('hard-sync');
  await database.query(
    `UPDATE upload_file SET created_at = created_at - interval '16 minutes', ready_at = now() + interval '3 days'`,
  );
  expect(await findStillLane(database, SHOP, LANE_STILL_AFTER_MS)).toMatchObject({ sequence: 1 });

  await database.query(`UPDATE upload_file SET created_at = ready_at`);
  await database.query(`UPDATE shop SET created_at = now() - interval '16 minutes'`);
  expect(await findStillLane(database, SHOP, LANE_STILL_AFTER_MS)).toMatchObject({ sequence: 1 });
});
