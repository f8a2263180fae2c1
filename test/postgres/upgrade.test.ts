/** A database of the release before, with a shop at work in it, becomes one of this release. */
import { expect, test } from 'vitest';
import { findOldestChange } from '../../src/postgres/age/oldest-changes.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import type { Database } from '../../src/postgres/database.ts';
import { migrate, listPendingMigrations } from '../../src/postgres/migrate.ts';
import { produceFile } from '../../src/postgres/producing/produce-file.ts';
import { openDatabaseOf } from './database-of-release.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

/** As that release left it: a Hard Sync that is applied, a delta that waits, orders of the shop, a call. */
async function fill(database: Database): Promise<void> {
  const retailer = await Retailer.open(database, ['SHIRT', 'SOCKS']);
  await database.query(
    `INSERT INTO order_item (order_id, order_item_seq_id, shop_id, external_order_id, product_id, quantity,
       cancel_quantity, status_id, order_date)
     VALUES ('A', '1', $1, 'A', 'SHIRT', 3, 1, 'ITEM_CREATED', '2026-11-20T10:00:00Z'),
       ('B', '1', $1, 'B', 'SHIRT', 4, 0, 'ITEM_CANCELLED', '2026-11-21T10:00:00Z')`,
    [SHOP],
  );
  const file = (sequence: number, kind: string, state: string, rows: Record<string, number>) => [
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id, snapshot,
       effective_at, row_count, sha256)
     VALUES ('${SHOP}', ${sequence}, '${kind}', '${state}', 'run ${sequence}', 'FAC_GRP', 'gid://shopify/Location/1',
       pg_current_snapshot(), now(), ${Object.keys(rows).length}, 'hash')`,
    ...Object.entries(rows).flatMap(([sku, quantity], position) => [
      `INSERT INTO upload_file_row VALUES ('${SHOP}', ${sequence}, ${position}, '${sku}', '${sku}', 'gid://shopify/InventoryItem/${sku}', ${quantity})`,
      `INSERT INTO published_row VALUES ('${SHOP}', '${sku}', ${sequence}, 'gid://shopify/InventoryItem/${sku}', ${quantity})
       ON CONFLICT (shop_id, product_id) DO UPDATE SET sequence = excluded.sequence, quantity = excluded.quantity`,
    ]),
  ];
  for (const statement of file(1, 'hard-sync', 'APPLIED', { SHIRT: 8, SOCKS: 10 }))
    await database.query(statement);
  await database.query(
    `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, sent, observed)
     VALUES ($1, 'SHIRT', 1, 'APPLIED', 8, 8, 0), ($1, 'SOCKS', 1, 'UNCHANGED', 10, NULL, 10)`,
    [SHOP],
  );
  await retailer.post('SOCKS', BROADWAY, -4, 0);
  for (const statement of file(2, 'recent-changes', 'READY', { SOCKS: 6 })) await database.query(statement);
  await database.query(`INSERT INTO shop_baseline VALUES ($1, pg_current_snapshot(), now())`, [SHOP]);
}

test('an upgrade keeps a shop’s numbers, its orders and what is known of Shopify, and nothing is held or lost', async () => {
  const database = await openDatabaseOf('0007-mapping-findings');
  await fill(database);

  await migrate(database);

  expect(await listPendingMigrations(database)).toEqual([]);
  expect(
    await database.query(
      `SELECT product_id AS sku, last_known AS known, imported_units AS units, debt FROM applied_row ORDER BY 1`,
    ),
  ).toEqual([
    { sku: 'SHIRT', known: 8, units: 2, debt: 0 },
    { sku: 'SOCKS', known: 10, units: 0, debt: 0 },
  ]);
  // The date of its newest order says nothing of older ones: nothing is let go before the next feed of orders.
  expect(await database.query(`SELECT imported_until, fed_until FROM shop_orders`)).toEqual([
    { imported_until: null, fed_until: null },
  ]);
  expect(await auditShop(database, SHOP)).toMatchObject({ gaps: [], unpublished: [], isSound: true });

  const produce = (kind: 'hard-sync' | 'recent-changes', producerKey: string) =>
    produceFile(database, { shopId: SHOP, kind, producerKey });
  expect(await produce('recent-changes', 'idle')).toEqual({ file: null, plan: null });
  expect(await produce('hard-sync', 'nightly')).toMatchObject({
    file: { sequence: 3, rowCount: 2 },
    plan: null,
  });
  expect(await auditShop(database, SHOP)).toMatchObject({ isSound: true });
});

test('a plan that is held keeps its number, and its products wait until they are approved', async () => {
  const database = await openDatabaseOf('0014-late-calls');
  await fill(database);
  const retailer = Retailer.over(database);
  const plan = (number: number, kind: string, state: string) => `
    INSERT INTO sync_plan
      (shop_id, plan, kind, state, cause, producer_key, row_count, to_zero_count, product_count)
    VALUES ('${SHOP}', ${number}, '${kind}', '${state}', 'TO_ZERO', 'run of plan ${number}', 2, 1, 2)`;
  await database.query(plan(1, 'recent-changes', 'HELD'));
  await database.query(plan(2, 'hard-sync', 'HELD'));
  await database.query(`INSERT INTO sync_plan_row VALUES ('${SHOP}', 2, 'SHIRT', 8)`);
  await database.query('UPDATE shop SET to_zero_limit_percent = 10');
  await retailer.count(['SHIRT'], 0);

  await migrate(database);

  expect(await database.query('SELECT collapse_limit_percent AS percent FROM shop')).toEqual([
    { percent: 10 },
  ]);
  expect(await database.query('SELECT plan, state, counts FROM sync_plan ORDER BY plan')).toEqual([
    { plan: 1, state: 'REPLACED', counts: { COLLAPSE: 1 } },
    { plan: 2, state: 'HELD', counts: { COLLAPSE: 1 } },
  ]);
  expect((await retailer.produce('recent-changes')).plan).toMatchObject({ plan: 2, counts: { COLLAPSE: 1 } });
  const { file } = await retailer.approve(2);
  expect(await retailer.rowsOf(file?.sequence ?? 0)).toEqual({ SHIRT: 0 });
});

test('a plan that is held gets no younger by the upgrade, nor by the runs after it', async () => {
  const database = await openDatabaseOf('0020-append-only');
  await fill(database);
  const retailer = Retailer.over(database);
  const since = '2026-11-01T00:00:00.000Z';
  await database.query('UPDATE shop SET collapse_limit_percent = 10');
  await database.query(
    `INSERT INTO sync_plan (shop_id, plan, kind, state, producer_key, counts, revision, made_at)
     VALUES ($1, 1, 'recent-changes', 'HELD', 'a run', '{"COLLAPSE": 1}', 1, $2)`,
    [SHOP, since],
  );
  await database.query(
    `INSERT INTO sync_plan_row (shop_id, plan, product_id, cause, quantity_before, sequence_before,
       withheld_quantity, quantity, revision, since)
     VALUES ($1, 1, 'SHIRT', 'COLLAPSE', 8, 1, 8, 1, 1, $2)`,
    [SHOP, since],
  );
  await retailer.count(['SHIRT'], 0);

  await migrate(database);

  const isAsOld = async () =>
    expect(await findOldestChange(database, SHOP)).toMatchObject({
      setApart: { cause: 'PLAN_HELD', number: 1, since },
    });
  await isAsOld();
  // The first run writes the row anew, since it has another quantity by now; the second one leaves it as it is.
  for (const producerKey of ['first', 'second']) {
    const { plan } = await produceFile(database, { shopId: SHOP, kind: 'recent-changes', producerKey });
    expect(plan).toMatchObject({ plan: 1, counts: { COLLAPSE: 1 } });
    await isAsOld();
  }
});

test('a plan that is held is as old when it is replaced, whoever made it', async () => {
  const database = await openDatabaseOf('0020-append-only');
  await fill(database);
  const since = new Date('2026-11-01T00:00:00Z');
  await database.query(
    `INSERT INTO sync_plan (shop_id, plan, kind, state, producer_key) VALUES ($1, 1, 'recent-changes', 'HELD', 'a run')`,
    [SHOP],
  );
  await database.query(
    `INSERT INTO sync_plan_row (shop_id, plan, product_id, cause, quantity, revision, since)
     VALUES ($1, 1, 'SHIRT', 'COLLAPSE', 1, 1, $2)`,
    [SHOP, since],
  );
  await migrate(database);

  await database.query(`UPDATE sync_plan SET state = 'REPLACED', closed_at = now()`);

  expect(await database.query('SELECT product_id, changed_at FROM owed_row')).toEqual([
    { product_id: 'SHIRT', changed_at: since },
  ]);
});

test('a shop that was verified can be removed by a worker of the release before, which knows nothing of it', async () => {
  const database = await openDatabaseOf('0024-what-is-told');
  await Retailer.open(database, ['SHIRT']);
  await database.query(
    `INSERT INTO verification (shop_id, verified_at, checked, different, causes, skus)
     VALUES ($1, now(), 1, 0, '{}', '{}')`,
    [SHOP],
  );
  await database.query('DELETE FROM shop_product WHERE shop_id = $1', [SHOP]);

  await database.query('DELETE FROM shop WHERE shop_id = $1', [SHOP]);

  expect(await database.query('SELECT FROM verification')).toEqual([]);
});

test('a first Hard Sync that is held can be approved after the upgrade', async () => {
  const database = await openDatabaseOf('0014-late-calls');
  const retailer = await Retailer.open(database, ['SHIRT', 'SOCKS']);
  await retailer.count(['SOCKS'], 0);
  await database.query(
    `INSERT INTO sync_plan
       (shop_id, plan, kind, state, cause, producer_key, row_count, to_zero_count, product_count)
     VALUES ('${SHOP}', 1, 'hard-sync', 'HELD', 'FIRST_HARD_SYNC', 'a run', 2, 1, 2)`,
  );
  await database.query(`INSERT INTO sync_plan_row VALUES ('${SHOP}', 1, 'SOCKS', 0)`);

  await migrate(database);

  const { file } = await retailer.approve(1);
  expect(await retailer.rowsOf(file?.sequence ?? 0)).toEqual({ SHIRT: 10, SOCKS: 0 });
});

test('of a webhook that the audit log has kept with its token, only where it leads is left', async () => {
  const database = await openDatabaseOf('0058-user-account');
  const add = (act: string, webhook: string) =>
    database.query(
      `INSERT INTO audit_log (act, actor, via, input, ended_at, outcome)
       VALUES ($1, 'Ann', 'cli', jsonb_build_object('name', 'ops', 'webhook', $2::text), now(), 'DONE')`,
      [act, webhook],
    );
  await add('alert.add', 'https://hooks.example.com:8443/T0KEN/T0KEN?key=T0KEN#T0KEN');
  await add('alert.add', 'https://T0KEN:T0KEN@hooks.example.com?T0KEN');
  await add('alert.set', 'https://hooks.example.com#T0KEN/https://T0KEN');
  await database.query(
    `INSERT INTO audit_log (act, actor, via, input) VALUES ('alert.add', 'Ann', 'cli', '{"slack":"env:SLACK"}')`,
  );

  await migrate(database);

  const rows = await database.query<{ input: object }>('SELECT input FROM audit_log ORDER BY id');
  expect(rows.map(({ input }) => input)).toEqual([
    { name: 'ops', webhook: 'https://hooks.example.com:8443' },
    { name: 'ops', webhook: 'https://hooks.example.com' },
    { name: 'ops', webhook: 'https://hooks.example.com' },
    { slack: 'env:SLACK' },
  ]);
  await expect(
    database.query(`UPDATE audit_log SET actor = 'Bob' WHERE ended_at IS NOT NULL`),
  ).rejects.toThrow('an act that has ended never changes');
});

test('a membership that was removed just before the upgrade is in the first delta after it, though its row in the log names no group', async () => {
  const database = await openDatabaseOf('0060-pending-orders-as-sent');
  await fill(database);
  const retailer = Retailer.over(database);
  await retailer.switchGuardOff();
  await database.query('DELETE FROM facility_group_member WHERE facility_id = $1', [BROADWAY]);
  const before = await database.query('SELECT facility_id FROM change_log WHERE facility_id IS NOT NULL');

  await migrate(database);
  const { file } = await produceFile(database, {
    shopId: SHOP,
    kind: 'recent-changes',
    producerKey: 'first after the upgrade',
  });

  expect(before).not.toEqual([]);
  expect(await retailer.rowsOf(file?.sequence ?? 0)).toEqual({ SHIRT: 0, SOCKS: 0 });
});
