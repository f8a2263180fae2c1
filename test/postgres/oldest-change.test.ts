/** What the oldest change that is not on Shopify waits for, and where the look for it ends. */
import { describe, expect, test } from 'vitest';
import { BASELINE_KEPT_DAYS, LOG_ROWS_LOOKED_AT_MAX } from '../../src/domain/limits.ts';
import { waitingInWords } from '../../src/domain/oldest-change.ts';
import { findOldestChange, listOldestChanges } from '../../src/postgres/age/oldest-changes.ts';
import type { Database } from '../../src/postgres/database.ts';
import { moveShop } from '../../src/postgres/producing/move-shop.ts';
import { checkOrigin } from '../../src/postgres/producing/shop-origin.ts';
import { purge } from '../../src/postgres/purge.ts';
import { openLane, type Lane } from './lane-under-test.ts';
import { BROADWAY, OUTLET, SHOP } from './retailer.ts';
import { openShopInTrouble } from './guarded-shop.ts';
import { openTwoShops, SHOP_OF_WHOLESALE } from './two-shops.ts';

async function figureOf(database: Database, shopId = SHOP) {
  const figure = await findOldestChange(database, shopId);
  if (!figure) throw new Error(`There is no shop ${shopId}.`);
  return figure;
}

/** What is on its way, in words without its age. */
async function onItsWay(database: Database): Promise<string | null> {
  const figure = await figureOf(database);
  return figure.onItsWay && waitingInWords(figure, figure.onItsWay).replace(/^.*?(minute|min), /, '');
}

async function applied(lane: Lane, sequence: number): Promise<void> {
  await lane.database.query(`UPDATE upload_file SET state = 'APPLYING' WHERE sequence = $1`, [sequence]);
  await lane.database.query(`UPDATE upload_file SET state = 'APPLIED' WHERE sequence = $1`, [sequence]);
}

/** A lane whose first Hard Sync, file 1, is applied: nothing waits. */
async function openIdleLane(): Promise<Lane> {
  const lane = await openLane();
  await applied(lane, await lane.makeReadyFile('hard-sync'));
  return lane;
}

describe('a change', () => {
  test('waits for the next delta, is published, waits in the lane, and is on Shopify', async () => {
    const lane = await openIdleLane();
    expect(await figureOf(lane.database)).toMatchObject({ onItsWay: null, setApart: null, waiting: [] });

    await lane.retailer.post('SHIRT', BROADWAY, 1, 0);
    const { onItsWay: logged } = await figureOf(lane.database);
    expect(logged).toMatchObject({ cause: 'WAITS_FOR_DELTA', isExact: true });

    const sequence = await lane.produce('recent-changes');
    expect((await figureOf(lane.database)).onItsWay).toMatchObject({
      cause: 'BEING_PUBLISHED',
      since: logged?.since,
    });
    await lane.markReady(sequence);
    expect(await onItsWay(lane.database)).toBe('in the lane (file 2, 1 product)');
    await lane.makeReadyFile('recent-changes');
    expect((await figureOf(lane.database)).onItsWay).toMatchObject({
      number: 2,
      products: 2,
      since: logged?.since,
    });

    await applied(lane, 2);
    expect(await onItsWay(lane.database)).toBe('in the lane (file 3, 1 product)');
    await applied(lane, 3);
    expect((await figureOf(lane.database)).onItsWay).toBeNull();
  });

  test('in a blocked or paused lane is told with what stops it', async () => {
    const lane = await openIdleLane();
    await lane.block(await lane.makeReadyFile('recent-changes'));
    expect(await onItsWay(lane.database)).toBe(
      'the lane is blocked: file 2, FILE_MISSING (file 2, 1 product)',
    );

    await lane.database.query(
      `UPDATE lane SET paused_at = now(), paused_by = 'Ann', pause_reason = 'stock-take'`,
    );
    expect(await onItsWay(lane.database)).toBe('the lane is paused (file 2, 1 product)');
  });

  test('of a withheld product is set apart since it was made, however the plan has grown', async () => {
    const retailer = await openShopInTrouble();
    const { setApart } = await figureOf(retailer.database);
    expect(setApart).toMatchObject({ cause: 'PLAN_HELD', number: 2, products: 6 });

    await retailer.count(['S10'], 0);
    await retailer.produce('recent-changes');

    expect((await figureOf(retailer.database)).setApart).toEqual({ ...setApart, products: 7 });
  });
});

describe('a shop', () => {
  test('without a Hard Sync waits for one since it was added, or for the person who approves it', async () => {
    const lane = await openLane();
    const figure = await figureOf(lane.database);
    expect(figure.onItsWay).toMatchObject({ cause: 'HARD_SYNC_NEEDED', detail: 'it has had none yet' });

    await lane.retailer.makeFile('hard-sync');

    expect(await figureOf(lane.database)).toMatchObject({
      onItsWay: null,
      setApart: { cause: 'PLAN_HELD', number: 1, since: figure.onItsWay?.since },
    });
  });

  test('is not concerned by products that it does not sell, nor by what another shop waits for', async () => {
    const { database, retailer } = await openTwoShops();
    await database.query(
      `DELETE FROM shop_product WHERE shop_id = '${SHOP_OF_WHOLESALE}' AND product_id = 'SHIRT'`,
    );
    for (const shopId of [SHOP, SHOP_OF_WHOLESALE])
      await retailer.produce('recent-changes', undefined, shopId);
    await database.query('UPDATE upload_file SET oldest_change_at = NULL');

    await retailer.post('SHIRT', OUTLET, 1, 0);

    expect(
      (await listOldestChanges(database)).map(({ shopId, onItsWay }) => [shopId, onItsWay?.cause]),
    ).toEqual([
      [SHOP, 'WAITS_FOR_DELTA'],
      [SHOP_OF_WHOLESALE, undefined],
    ]);
  });

  test('that was restored waits for its Hard Sync, with what waited before', async () => {
    const lane = await openIdleLane();
    const sequence = await lane.makeReadyFile('recent-changes');
    const { onItsWay: before } = await figureOf(lane.database);
    const numbers = { highest: sequence, archived: new Set([sequence]) };
    await checkOrigin(lane.database, SHOP, () => Promise.resolve(numbers));
    expect((await figureOf(lane.database)).onItsWay).toMatchObject({
      cause: 'HARD_SYNC_NEEDED',
      since: before?.since,
      detail: expect.stringMatching(/believes that it waits/),
    });

    await lane.produce('hard-sync');

    expect((await figureOf(lane.database)).onItsWay).toMatchObject({
      cause: 'BEING_PUBLISHED',
      since: before?.since,
    });
  });

  test('that a worker of the release before has brought in order, or moved, is told as it is', async () => {
    const lane = await openIdleLane();
    // It knows nothing of the column: its Hard Sync has left it as it was.
    await lane.database.query(`UPDATE shop SET hard_sync_needed_since = '2026-01-01T00:00:00Z'`);
    expect((await figureOf(lane.database)).onItsWay).toBeNull();
    await lane.retailer.post('SHIRT', BROADWAY, 1, 0);
    const { onItsWay: logged } = await figureOf(lane.database);
    expect(logged?.cause).toBe('WAITS_FOR_DELTA');
    await lane.retailer.produce('hard-sync');
    await lane.markReady(2);
    await applied(lane, 2);
    expect(
      await lane.database.query('SELECT oldest_change_at AS at FROM upload_file WHERE sequence = 2'),
    ).toEqual([{ at: new Date(logged?.since ?? 0) }]);

    await lane.database.query('UPDATE shop SET refill_due = true, hard_sync_needed_since = NULL');

    const [last] = await lane.database.query<{ at: Date }>('SELECT max(created_at) AS at FROM upload_file');
    expect((await figureOf(lane.database)).onItsWay).toMatchObject({
      cause: 'HARD_SYNC_NEEDED',
      since: last?.at.toISOString(),
    });
  });

  test('that is restored or moved counts from then, whatever a worker of the release before has left', async () => {
    const lane = await openIdleLane();
    const stale = `UPDATE shop SET hard_sync_needed_since = '2026-01-01T00:00:00Z'`;
    await lane.database.query(stale);
    const year = async () => (await figureOf(lane.database)).onItsWay?.since.slice(0, 7);
    await checkOrigin(lane.database, SHOP, () =>
      Promise.resolve({ highest: 9, archived: new Set<number>() }),
    );
    expect(await year()).not.toBe('2026-01');
    await lane.retailer.produce('hard-sync');
    await lane.database.query(stale);

    await moveShop(lane.database, SHOP, { locationId: 'gid://shopify/Location/2' }, { drains: false });

    expect(await year()).not.toBe('2026-01');
  });

  test('whose baseline was given up counts as old as that', async () => {
    const lane = await openIdleLane();
    const [base] = await lane.database.query<{ at: Date }>(
      `UPDATE shop_baseline SET effective_at = now() - make_interval(days => $1) RETURNING effective_at AS at`,
      [BASELINE_KEPT_DAYS + 1],
    );
    await purge(lane.database);

    expect((await figureOf(lane.database)).onItsWay).toMatchObject({
      cause: 'HARD_SYNC_NEEDED',
      since: base?.at.toISOString(),
    });
  });
});

describe('the look into the log', () => {
  test('ends after rows of others: the change is told as at most so old', async () => {
    const lane = await openIdleLane();
    const add = (from: number, count: number) =>
      lane.database.query(
        `INSERT INTO change_log (product_id) SELECT 'foreign ' || number FROM generate_series($1::int, $2::int) AS number`,
        [from, from + count - 1],
      );
    await add(1, LOG_ROWS_LOOKED_AT_MAX);
    expect((await figureOf(lane.database)).onItsWay).toBeNull();

    await add(LOG_ROWS_LOOKED_AT_MAX + 1, 1);

    const figure = await figureOf(lane.database);
    expect(figure.onItsWay).toMatchObject({ cause: 'WAITS_FOR_DELTA', isExact: false });
    expect(await onItsWay(lane.database)).toBe('waits for the next delta');
    expect(figure.onItsWay && waitingInWords(figure, figure.onItsWay)).toMatch(/^at most less than a minute/);
  });

  test('finds what commits late, and does not look at what was done beside it', async () => {
    const lane = await openLane(['SHIRT', 'SOCKS']);
    await applied(lane, await lane.makeReadyFile('hard-sync'));
    const late = await lane.retailer.begin();
    await lane.retailer.post('SOCKS', BROADWAY, 1, 0, late);
    const { rows } = (await late.query('SELECT now() AS at')) as { rows: readonly { at: Date }[] };
    await lane.database.query(
      `INSERT INTO change_log (product_id) SELECT 'foreign ' || number FROM generate_series(1, $1::int) AS number`,
      [2 * LOG_ROWS_LOOKED_AT_MAX],
    );
    await applied(lane, await lane.makeReadyFile('recent-changes'));
    expect((await figureOf(lane.database)).onItsWay).toBeNull();

    await late.commit();

    expect((await figureOf(lane.database)).onItsWay).toMatchObject({
      since: rows[0]?.at.toISOString(),
      isExact: true,
    });
  });
});
