/** A shop gets another location or group: what becomes of its files, and what the next one has. */
import { expect, test } from 'vitest';
import { listUnanswered, readPage } from '../../src/postgres/lane/chunk-work.ts';
import { closeFile } from '../../src/postgres/lane/lane.ts';
import { listLeftItems } from '../../src/postgres/lane/left-items.ts';
import { listLeftLocations } from '../../src/postgres/lane/upload-files.ts';
import { setShop } from '../../src/postgres/master-data/shops.ts';
import { closeShop, moveShop } from '../../src/postgres/producing/move-shop.ts';
import { findNeededHardSync } from '../../src/postgres/producing/needed-hard-sync.ts';
import { lockForProducing } from '../../src/postgres/producing/producer-locks.ts';
import { checkOrigin } from '../../src/postgres/producing/shop-origin.ts';
import { removeShop } from '../../src/postgres/remove-shop.ts';
import { until } from '../setup/until.ts';
import { BROADWAY, GROUP, OUTLET, SHOP } from './retailer.ts';
import { openLane, type Lane } from './lane-under-test.ts';

const ELSEWHERE = 'gid://shopify/Location/2';

function move(lane: Lane, settings: Parameters<typeof moveShop>[2], drains = true) {
  return moveShop(lane.database, SHOP, settings, { drains });
}

async function readFiles(lane: Lane): Promise<string[]> {
  const rows = await lane.database.query<{ file: string }>(
    `SELECT concat_ws(' ', sequence, kind, state, right(location_id, 1), row_count) AS file
     FROM upload_file ORDER BY sequence`,
  );
  return rows.map(({ file }) => file);
}

test('another location supersedes what waits, numbers a drain of the old one, and makes the next file a whole one', async () => {
  const lane = await openLane(['SHIRT', 'SOCKS']);
  await lane.makeReadyFile('hard-sync');
  await lane.makeReadyFile('recent-changes');
  await lane.produce('recent-changes');

  expect(await move(lane, { locationId: ELSEWHERE })).toEqual({ sequence: 4, rows: 2 });

  expect(await lane.retailer.rowsOf(4)).toEqual({ SHIRT: 0, SOCKS: 0 });
  // Asked for what differs, of which there is nothing.
  const { file } = await lane.retailer.produce('recent-changes');
  expect(file).toMatchObject({ sequence: 5, kind: 'hard-sync', locationId: ELSEWHERE });
  expect(await readFiles(lane)).toEqual([
    '1 hard-sync SUPERSEDED 1 2',
    '2 recent-changes SUPERSEDED 1 1',
    '3 recent-changes SUPERSEDED 1 1',
    '4 drain WRITING 1 2',
    '5 hard-sync WRITING 2 2',
  ]);
  await lane.retailer.post('SHIRT', BROADWAY, 1, 0);
  expect((await lane.retailer.produce('recent-changes')).file).toMatchObject({ kind: 'recent-changes' });
});

test('a Hard Sync supersedes no drain, whenever it becomes ready', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  await move(lane, { locationId: ELSEWHERE });
  await lane.markReady(2);
  await lane.makeReadyFile('hard-sync');

  expect(await readFiles(lane)).toEqual([
    '1 hard-sync SUPERSEDED 1 1',
    '2 drain READY 1 1',
    '3 hard-sync READY 2 1',
  ]);
});

test('a product that has lost its mapping goes to zero as well, at the item that it had', async () => {
  const lane = await openLane(['SHIRT', 'SOCKS']);
  await lane.makeReadyFile('hard-sync');
  await lane.database.query(`DELETE FROM shop_product WHERE product_id = 'SOCKS'`);

  await move(lane, { locationId: ELSEWHERE });

  expect(
    await lane.database.query(
      `SELECT sku, inventory_item_id AS item, quantity FROM upload_file_rows('${SHOP}', 2) ORDER BY position`,
    ),
  ).toEqual([
    { sku: 'SHIRT', item: 'gid://shopify/InventoryItem/SHIRT', quantity: 0 },
    { sku: 'SOCKS', item: 'gid://shopify/InventoryItem/SOCKS', quantity: 0 },
  ]);
});

test('a product that has got another item since its last push goes to zero at both', async () => {
  const lane = await openLane(['SHIRT', 'SOCKS', 'HAT']);
  await lane.makeReadyFile('hard-sync');
  // SHIRT has a new item; SOCKS and HAT have exchanged theirs.
  await lane.database.query(`DELETE FROM shop_product`);
  await lane.database.query(
    `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
     SELECT '${SHOP}', product_id, 'gid://shopify/InventoryItem/' || item, 'a variant'
     FROM (VALUES ('SHIRT', 'NEW'), ('SOCKS', 'HAT'), ('HAT', 'SOCKS')) AS mapped (sku, item) JOIN product USING (sku)`,
  );

  expect(await move(lane, { locationId: ELSEWHERE })).toEqual({ sequence: 3, rows: 4 });

  const rows = await lane.database.query<{ line: string }>(
    `SELECT concat_ws(' ', row.sequence, sku, split_part(inventory_item_id, '/', 5), quantity) AS line
     FROM upload_file CROSS JOIN LATERAL upload_file_rows(shop_id, sequence) AS row
     WHERE row.sequence > 1 ORDER BY row.sequence, position`,
  );
  expect(rows.map(({ line }) => line).toSorted()).toEqual([
    '2 HAT SOCKS 0',
    '2 SHIRT NEW 0',
    '2 SOCKS HAT 0',
    '3 SHIRT SHIRT 0',
  ]);
  expect(await readFiles(lane)).toEqual([
    '1 hard-sync SUPERSEDED 1 3',
    '2 drain WRITING 1 3',
    '3 drain WRITING 1 1',
  ]);
});

/** A shop that is being closed by a drain of two files: SHIRT has got another item since its last push. */
async function openClosingShop(): Promise<Lane> {
  const lane = await openLane(['SHIRT', 'SOCKS']);
  await lane.makeReadyFile('hard-sync');
  await lane.database.query(
    `UPDATE shop_product SET inventory_item_id = 'gid://shopify/InventoryItem/NEW' WHERE product_id = 'SHIRT'`,
  );
  expect(await closeShop(lane.database, SHOP)).toEqual({ sequence: 3, rows: 3 });
  return lane;
}

/** @param refused a product that Shopify could not take: it shows 5 */
async function endDrain(lane: Lane, sequence: number, state: string, refused?: string): Promise<void> {
  const { database } = lane;
  const steps = state === 'SKIPPED' ? ['BLOCKED'] : ['READY', 'APPLYING'];
  for (const step of steps)
    await database.query(`UPDATE upload_file SET state = $2 WHERE sequence = $1`, [sequence, step]);
  if (state === 'SKIPPED') {
    await lane.decide('skip', sequence);
    return;
  }
  await database.query(
    `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, observed, error_code)
     SELECT shop_id, product_id, sequence, CASE WHEN sku = $2 THEN 'QUARANTINED' ELSE 'UNCHANGED' END, 0,
       CASE WHEN sku = $2 THEN 5 ELSE 0 END, CASE WHEN sku = $2 THEN 'ROW_REFUSED' END
     FROM upload_file_rows('${SHOP}', $1)
     ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence, outcome = excluded.outcome,
       observed = excluded.observed, error_code = excluded.error_code`,
    [sequence, refused ?? null],
  );
  const { file } = await closeFile(database, await lane.enter(), sequence);
  expect(file.state).toBe(state);
}

test.each([
  ['SKIPPED', 'APPLIED', { sequence: 4, rows: 2 }],
  ['PARTIAL', 'APPLIED', { sequence: 4, rows: 2 }],
  ['APPLIED', 'SKIPPED', { sequence: 5, rows: 3 }],
  ['APPLIED', 'PARTIAL', { sequence: 5, rows: 3 }],
  ['PARTIAL', null, { sequence: 4, rows: 2 }],
])('a drain of two files, %s and %s, is followed by another one', async (first, second, drain) => {
  const lane = await openClosingShop();
  await endDrain(lane, 2, first, first === 'PARTIAL' ? 'SOCKS' : undefined);
  if (second) await endDrain(lane, 3, second, second === 'PARTIAL' ? 'SHIRT' : undefined);

  // The old item of SHIRT is in it when it is not known to be at zero, and no file is on its way to it.
  expect(await closeShop(lane.database, SHOP)).toEqual(drain);
  // That one is gone on with, whatever became of the one before.
  expect(await closeShop(lane.database, SHOP)).toEqual(drain);
});

test('a drain of two files is gone on with while neither has left anything on sale', async () => {
  const lane = await openClosingShop();
  for (const sequence of [2, 3]) {
    await endDrain(lane, sequence, 'APPLIED');
    expect(await closeShop(lane.database, SHOP)).toEqual({ sequence: 3, rows: 3 });
  }
});

test('of a location that the shop has left, what any file of its last drain could not send to zero is known', async () => {
  const lane = await openClosingShop();
  await endDrain(lane, 2, 'PARTIAL', 'SOCKS');
  await endDrain(lane, 3, 'PARTIAL', 'SHIRT');
  await move(lane, { locationId: ELSEWHERE }, false);

  expect(await listLeftLocations(lane.database, SHOP)).toEqual(['gid://shopify/Location/1']);
  expect(await listLeftItems(lane.database, SHOP)).toMatchObject([
    {
      locationId: 'gid://shopify/Location/1',
      state: 'ON_SALE',
      items: 2,
      units: 10,
      skus: ['SHIRT', 'SOCKS'],
    },
  ]);
});

test('an item that several products had goes to zero once', async () => {
  const lane = await openLane(['SHIRT', 'SOCKS']);
  await lane.makeReadyFile('hard-sync');
  const map = (sku: string, item: string) =>
    lane.database.query(`UPDATE shop_product SET inventory_item_id = $2 WHERE product_id = $1`, [sku, item]);
  await map('SHIRT', 'gid://shopify/InventoryItem/NEW');
  await map('SOCKS', 'gid://shopify/InventoryItem/SHIRT');
  await lane.retailer.produce('recent-changes');
  await map('SOCKS', 'gid://shopify/InventoryItem/NEWER');

  await move(lane, { locationId: ELSEWHERE });

  const rows = await lane.database.query<{ line: string }>(
    `SELECT concat_ws(' ', row.sequence, sku, split_part(inventory_item_id, '/', 5), quantity) AS line
     FROM upload_file CROSS JOIN LATERAL upload_file_rows(shop_id, sequence) AS row
     WHERE row.sequence > 1 ORDER BY row.sequence, position`,
  );
  const fromZero = rows.map(({ line }) => line).filter((line) => line.endsWith(' 0'));
  expect(fromZero).toEqual(['2 SOCKS SOCKS 0', '4 SHIRT NEW 0', '4 SOCKS NEWER 0', '5 SOCKS SHIRT 0']);
});

test('a file with a call whose outcome is unknown stays until that is known', async () => {
  const lane = await openLane();
  await lane.makeFileBlockedWithUnansweredCall();

  await move(lane, { locationId: ELSEWHERE });

  expect(await readFiles(lane)).toEqual(['1 hard-sync BLOCKED 1 1', '2 drain WRITING 1 1']);
});

test.each([
  ['location', { locationId: ELSEWHERE }],
  ['group', { facilityGroupId: 'OTHER' }],
])(
  'of a file with such a call, only that call is brought to its end after the %s has changed',
  async (_, settings) => {
    const lane = await openLane();
    await lane.database.query(
      `INSERT INTO facility_group (facility_group_id, facility_group_name) VALUES ('OTHER', 'Other')`,
    );
    await lane.makeFileBlockedWithUnansweredCall();
    await move(lane, settings);
    await lane.decide('retry', 1);
    const pass = await lane.enter('run B');

    expect(await listUnanswered(lane.database, pass, { sequence: 1, window: 0 })).toHaveLength(1);
    const page = await readPage(lane.database, pass, { sequence: 1, positions: [0] });
    expect(page.rows).toEqual([]);
    await lane.database.query(`UPDATE shopify_call SET state = 'APPLIED'`);
    expect((await closeFile(lane.database, pass, 1)).file.state).toBe('SUPERSEDED');
  },
);

test('a run that works on a file loses the lane at the move', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  const pass = await lane.enter();

  await move(lane, { facilityGroupId: GROUP }, false);

  expect(await lane.enter('run B')).toMatchObject({ epoch: pass.epoch + 2 });
});

test('another group at the same location needs no drain, and no guard asks again', async () => {
  const lane = await openLane(['SHIRT', 'SOCKS', 'TIE', 'HAT', 'CAP']);
  await lane.makeReadyFile('hard-sync');
  await lane.database.query(
    `INSERT INTO facility_group (facility_group_id, facility_group_name) VALUES ('OTHER', 'Other')`,
  );
  await lane.database.query(
    `INSERT INTO facility_group_member VALUES ('OTHER', $1, '2020-01-01T00:00:00Z')`,
    [OUTLET],
  );

  expect(await move(lane, { facilityGroupId: 'OTHER' }, false)).toBeNull();

  const { file, plan } = await lane.retailer.produce('recent-changes');
  expect(plan).toBeNull();
  expect(file).toMatchObject({ kind: 'hard-sync', facilityGroupId: 'OTHER', toZeroCount: 5 });
});

test('a shop that has sent nothing yet is only changed, and its first Hard Sync is held as ever', async () => {
  const lane = await openLane();

  expect(await move(lane, { locationId: ELSEWHERE })).toBeNull();

  const { file } = await lane.retailer.produce('hard-sync');
  expect(file).toMatchObject({ sequence: 1, locationId: ELSEWHERE });
  expect(await lane.database.query('SELECT counts FROM sync_plan')).toEqual([
    { counts: { FIRST_HARD_SYNC: file?.rowCount } },
  ]);
});

test('another domain and location that a shop has already is refused, and nothing has moved', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  await lane.retailer.openShop('other', GROUP);
  await setShop(lane.database, 'other', { domain: `${SHOP}.myshopify.com`, locationId: ELSEWHERE });

  await expect(move(lane, { locationId: ELSEWHERE })).rejects.toMatchObject({ code: 'SHOP_EXISTS' });

  expect(await readFiles(lane)).toEqual(['1 hard-sync READY 1 1']);
});

test('a shop that is being closed gets out of a restore without a Hard Sync, which nobody makes for it', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  await closeShop(lane.database, SHOP);
  await lane.database.query(
    `INSERT INTO shop_origin (shop_id, incarnation, server_start) VALUES ($1, 'another', now())`,
    [SHOP],
  );
  const nothingOnSftp = async () => ({ highest: 0, archived: new Set<number>() });
  expect((await checkOrigin(lane.database, SHOP, nothingOnSftp)).restoredReason).not.toBeNull();
  expect(await findNeededHardSync(lane.database, SHOP)).toBeNull();

  expect(await closeShop(lane.database, SHOP)).toEqual({ sequence: 2, rows: 1 });

  expect(await lane.database.query('SELECT restored_reason FROM shop_origin')).toEqual([
    { restored_reason: null },
  ]);
  expect(await readFiles(lane)).toContain('2 drain WRITING 1 1');
});

test('a shop that is being closed makes no file, until it is moved', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');

  expect(await closeShop(lane.database, SHOP)).toEqual({ sequence: 2, rows: 1 });
  // The command was killed, and is typed again.
  expect(await closeShop(lane.database, SHOP)).toEqual({ sequence: 2, rows: 1 });
  await expect(lane.produce('recent-changes')).rejects.toMatchObject({ code: 'SHOP_CLOSING' });

  await move(lane, { locationId: 'gid://shopify/Location/1' }, false);
  expect(await lane.produce('recent-changes')).toBe(3);
  expect(await readFiles(lane)).toEqual([
    '1 hard-sync SUPERSEDED 1 1',
    '2 drain WRITING 1 1',
    '3 hard-sync WRITING 1 1',
  ]);
});

test.each([
  ['moved', (lane: Lane) => move(lane, { locationId: ELSEWHERE })],
  ['closed', (lane: Lane) => closeShop(lane.database, SHOP)],
  ['removed', (lane: Lane) => removeShop(lane.database, SHOP)],
])(
  'a step of the lane that owes a row and a shop that is %s do not wait for each other in a circle',
  async (_, act) => {
    const lane = await openLane();
    await lane.makeReadyFile('hard-sync');
    const step = await lane.retailer.begin();
    await step.query('UPDATE lane SET epoch = epoch WHERE shop_id = $1', [SHOP]);

    const acting = act(lane);
    await until(async () => {
      const waiting = await lane.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'`,
      );
      expect(waiting).not.toEqual([]);
    });
    await step.query(
      `INSERT INTO owed_row (shop_id, product_id, cause) SELECT $1, product_id, 'HEAL' FROM product`,
      [SHOP],
    );
    await step.commit();

    await acting;
  },
);

test('a shop is removed after the file that is being made for it, and keeps the lane from nobody until then', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  await lane.database.session(async (producer) => {
    await lockForProducing(producer, SHOP);
    await producer.query('BEGIN');
    await producer.query('SELECT FROM shop WHERE shop_id = $1 FOR KEY SHARE', [SHOP]);
    const removing = removeShop(lane.database, SHOP, { force: true });
    await until(async () => {
      expect(
        await lane.database.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
        ),
      ).not.toEqual([]);
    });
    await producer.query('SELECT FROM lane WHERE shop_id = $1 FOR UPDATE NOWAIT', [SHOP]);
    await producer.query('COMMIT');
    await producer.query('SELECT pg_advisory_unlock_all()');
    await removing;
  });
  expect(await lane.database.query('SELECT FROM shop')).toEqual([]);
});

test('a shop whose row somebody keeps is not removed, by force neither, and nothing waits for ever', async () => {
  const lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  const feed = await lane.retailer.begin();
  await feed.query('SELECT FROM shop WHERE shop_id = $1 FOR KEY SHARE', [SHOP]);

  await expect(removeShop(lane.database, SHOP, { force: true })).rejects.toMatchObject({
    code: 'LANE_LOCKED',
  });

  await feed.commit();
  await removeShop(lane.database, SHOP, { force: true });
});
