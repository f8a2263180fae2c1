/** A call whose first sending was never answered arrives after later files: it is seen, and the next file mends it. */
import { expect, test } from 'vitest';
import { recheck, type RecheckDeps } from '../../activities/recheck-quarantined.ts';
import { countToRecheck } from '../../src/postgres/lane/late-calls.ts';
import { openAdminApi } from '../../src/shopify/admin-api.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';
import { documentText } from './twin-fixture.ts';

/**
 * File 1 sends 7 over the 5 that A shows, and gets no answer. A customer buys one unit, so its repeat is refused, and
 * 3 units are kept back, as many as may have been sold. File 2 then writes 5: the quantity that the first call expects.
 */
async function openWithCallOnItsWay(): Promise<{ bench: ChunkBench; arriveLate: () => Promise<unknown> }> {
  const bench = await ChunkBench.open({ A: 5 });
  await bench.addFile(1, { A: 7 });
  await bench.armFault('http-500-before');
  await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  const [sent] = await bench.twin.requests('SetOnlineAtp');
  await bench.sell('A', 1);
  await bench.apply(1);
  await bench.addFile(2, { A: 8 });
  await bench.apply(2);
  expect(await bench.readShown()).toEqual({ A: 5 });
  const document = documentText('set-online-atp');
  return { bench, arriveLate: () => bench.twin.query(document, sent?.variables ?? {}) };
}

function depsOf({ database }: ChunkBench): RecheckDeps {
  return { database, adminApi: openAdminApi };
}

test('a late call that raises a quantity is seen, and the next file writes it anew, its debt unpaid', async () => {
  const { bench, arriveLate } = await openWithCallOnItsWay();
  await arriveLate();
  expect(await bench.readShown()).toEqual({ A: 7 });

  expect(await recheck(depsOf(bench), SHOP)).toMatchObject({ turned: 1 });
  expect(await bench.readOwed()).toEqual(['A LATE_CALL']);
  expect(await recheck(depsOf(bench), SHOP)).toMatchObject({ turned: 0 });
  await bench.database.query('DELETE FROM owed_row');
  await bench.addFile(3, { A: 8 });
  await bench.apply(3);

  expect(await bench.readShown()).toEqual({ A: 5 });
  expect(await bench.readKnown('A')).toMatchObject({ lastKnown: 5, debt: 3 });
  expect(await recheck(depsOf(bench), SHOP)).toMatchObject({ turned: 0 });
});

test('a late call that raises a quantity, of which units are sold then, is mended less these units', async () => {
  const { bench, arriveLate } = await openWithCallOnItsWay();
  await arriveLate();
  await bench.sell('A', 1);

  expect(await recheck(depsOf(bench), SHOP)).toMatchObject({ turned: 1 });
  await bench.addFile(3, { A: 8 });
  await bench.apply(3);

  expect(await bench.readShown()).toEqual({ A: 4 });
});

test('a sale of a product that is watched is no late call', async () => {
  const { bench } = await openWithCallOnItsWay();
  await bench.sell('A', 1);

  expect(await recheck(depsOf(bench), SHOP)).toMatchObject({ turned: 0 });
  expect(await bench.readOwed()).toEqual([]);
});

test('a product is watched for a day after the last sending of its call, and while no file brings it', async () => {
  const { bench, arriveLate } = await openWithCallOnItsWay();
  await arriveLate();
  await bench.database.query(`UPDATE shopify_call SET sending_until = now() - interval '25 hours'`);
  expect(await recheck(depsOf(bench), SHOP)).toMatchObject({ turned: 0 });

  await bench.database.query(`UPDATE shopify_call SET sending_until = now() - interval '23 hours'`);
  await bench.database.query(`INSERT INTO owed_row (shop_id, product_id, cause) VALUES ($1, 'A', 'HEAL')`, [
    SHOP,
  ]);
  expect(await recheck(depsOf(bench), SHOP)).toMatchObject({ turned: 0 });

  await bench.database.query('DELETE FROM owed_row');
  expect(await recheck(depsOf(bench), SHOP)).toMatchObject({ turned: 1 });
});

test('while the lane stands still, the watch does not end: what arrived in a pause of three days is seen after it', async () => {
  const { bench, arriveLate } = await openWithCallOnItsWay();
  const { database } = bench;
  const lookAsIdleLane = async () => {
    const count = await countToRecheck(database, SHOP);
    return { count, ...(count > 0 && (await recheck(depsOf(bench), SHOP))) };
  };
  // Paused, and then these days go by.
  await arriveLate();
  await database.query(
    `UPDATE shopify_call SET stored_at = now() - interval '3 days', sending_until = now() - interval '3 days'`,
  );
  await database.query(`UPDATE lane SET late_calls_seen_at = now() - interval '3 days'`);

  expect(await lookAsIdleLane()).toMatchObject({ count: 1, turned: 1 });

  // The next file has the product, so nothing is left to look at, and the clock goes on.
  expect(await lookAsIdleLane()).toEqual({ count: 0 });
  expect(
    await database.query(`SELECT FROM lane WHERE late_calls_seen_at > now() - interval '1 minute'`),
  ).toHaveLength(1);
});

test('the watch ends a day later once every row was looked at', async () => {
  const { bench } = await openWithCallOnItsWay();
  const { database } = bench;
  await database.query(`UPDATE shopify_call SET sending_until = now() - interval '3 days'`);
  await database.query(`UPDATE lane SET late_calls_seen_at = now() - interval '3 days'`);

  expect(await countToRecheck(database, SHOP)).toBe(1);
  await recheck(depsOf(bench), SHOP);
  await countToRecheck(database, SHOP);

  expect(await countToRecheck(database, SHOP)).toBe(0);
});
