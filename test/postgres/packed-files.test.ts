/** The rows of a large Hard Sync lie many in a record: what is in them, and what becomes of them. */
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { FILE_ROWS_KEPT_DAYS, PACKED_ROWS_MIN } from '../../src/domain/limits.ts';
import type { Connection, Database } from '../../src/postgres/database.ts';
import { listPushes } from '../../src/postgres/lane/product-pushes.ts';
import { readsRecords } from '../../src/postgres/lane/reads-records.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { purge } from '../../src/postgres/purge.ts';
import { removeShop } from '../../src/postgres/remove-shop.ts';
import { reportWorker, UNPACKED_RELEASE_WORKS } from '../../src/postgres/worker-reports.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

/** An order by language would put some of these elsewhere than an order by code points does. */
const IDS = Array.from({ length: PACKED_ROWS_MIN + 1 }, (_, index) => `${'aBÄ-zé'[index % 6]}${index}`);
const SOLD_OUT = ['a6', 'é9995', 'B1'];
const FALLING = ['é11', 'a0', 'Ä2', 'z9994'];
const RISING = ['-3', 'B7'];

let retailer: Retailer;
let database: Database;

/** File 1 is a Hard Sync, file 2 a delta, file 3 a Hard Sync with a row in each part. */
beforeAll(async () => {
  ({ database } = await freshDatabase());
  retailer = await Retailer.open(database, []);
  await retailer.switchGuardOff();
  await addProducts(IDS);
  await retailer.produce('hard-sync');
  await recordApplied(1);
  await retailer.post('z4', BROADWAY, 1, 0);
  await retailer.produce('recent-changes');
  await recordApplied(2);
  for (const id of SOLD_OUT) await retailer.post(id, BROADWAY, -10, 0);
  for (const id of FALLING) await retailer.post(id, BROADWAY, -4, 0);
  for (const id of RISING) await retailer.post(id, BROADWAY, 2, 0);
  await retailer.produce('hard-sync');
}, 60_000);

async function addProducts(ids: readonly string[]): Promise<void> {
  await retailer.addProducts(ids);
  await database.query(
    `INSERT INTO shop_product (shop_id, product_id, inventory_item_id, variant_id)
     SELECT $1, product_id, 'item of ' || product_id, product_id FROM product`,
    [SHOP],
  );
  await database.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, $1, 10, 0, 'VAR_MANUAL', 'test' FROM product ORDER BY product_id`,
    [BROADWAY],
  );
  await database.query('ANALYZE');
}

async function recordApplied(sequence: number): Promise<void> {
  for (const state of ['READY', 'APPLYING', 'APPLIED']) await moveFile(sequence, state, readsRecords);
}

/** In a transaction that has said who it is. */
async function moveFile(
  sequence: number,
  state: string,
  saying: (connection: Connection) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await database.transaction(async (connection) => {
    await saying(connection);
    await connection.query(
      `UPDATE upload_file SET state = $2, closed_at = CASE WHEN $2 = 'APPLIED' THEN now() END WHERE sequence = $1`,
      [sequence, state],
    );
  });
}

function byCodePoints(ids: readonly string[]): string[] {
  return [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function countKept(sequence: number) {
  const [kept] = await database.query<{ rows: number; packs: number }>(
    `SELECT (SELECT count(*)::int FROM upload_file_row WHERE shop_id = $1 AND sequence = $2) AS rows,
       (SELECT count(*)::int FROM upload_file_pack WHERE shop_id = $1 AND sequence = $2) AS packs`,
    [SHOP, sequence],
  );
  return kept;
}

test('only those of a large Hard Sync do', async () => {
  const packs = Math.ceil(IDS.length / 250);
  expect(await Promise.all([1, 2, 3].map(countKept))).toEqual([
    { rows: 0, packs },
    { rows: 1, packs: 0 },
    { rows: 0, packs },
  ]);
});

test('they are all there, each with what belongs to it, in the order in which the lane goes', async () => {
  const others = new Set(IDS);
  for (const id of [...SOLD_OUT, ...FALLING]) others.delete(id);
  const order = [...byCodePoints(SOLD_OUT), ...byCodePoints(FALLING), ...byCodePoints([...others])];
  const quantities = new Map(IDS.map((id) => [id, 10]));
  for (const id of SOLD_OUT) quantities.set(id, 0);
  for (const id of FALLING) quantities.set(id, 6);
  for (const id of RISING) quantities.set(id, 12);
  quantities.set('z4', 11);

  const rows = await database.query(
    `SELECT position, product_id AS id, sku, inventory_item_id AS item, quantity
     FROM upload_file_rows($1, 3) ORDER BY position`,
    [SHOP],
  );

  // Of 10,000 rows that differ, a person needs to see a few.
  const wrong = order
    .map((id, position) => ({
      position,
      ...{ id, sku: id, item: `item of ${id}`, quantity: quantities.get(id) },
    }))
    .filter((row) => !isDeepStrictEqual(rows[row.position], row));
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(rows).toHaveLength(order.length);
});

test.each([...SOLD_OUT, ...FALLING, ...RISING, 'z4', 'a9996', '-9', 'é9989'])(
  'product %s is found in each file that has it',
  async (productId) => {
    const { pushes } = await listPushes(database, { shopId: SHOP, productId }, { before: null, limit: 50 });
    expect(pushes.map(({ sequence }) => sequence)).toEqual(productId === 'z4' ? [3, 2, 1] : [3, 1]);
    expect(pushes.map(({ inventoryItemId }) => inventoryItemId)).toContain(`item of ${productId}`);
  },
);

test('no file has a product that is in none', async () => {
  for (const productId of ['', 'a', 'zzz', 'B5000x']) {
    const { pushes } = await listPushes(database, { shopId: SHOP, productId }, { before: null, limit: 50 });
    expect(pushes).toEqual([]);
  }
});

test('while a worker of an earlier release lives, each row is one of its own', async () => {
  await recordApplied(3);
  await database.query(
    `INSERT INTO worker_report (worker, version, started_at, reported_at, unreadable_references, knows_goes_before)
     VALUES ('1@old', '0.1.0', now(), now(), '{}', true)`,
  );
  await retailer.produce('hard-sync');
  expect(await countKept(4)).toEqual({ rows: IDS.length, packs: 0 });
  await database.query('UPDATE worker_report SET knows_packed_rows = started_at');
  await recordApplied(4);
  await retailer.produce('hard-sync');
  expect(await countKept(5)).toMatchObject({ rows: 0 });
});

test('a worker of an earlier release is not taken for one of this that had its name', async () => {
  const count = async () => (await database.query(`SELECT WHERE ${UNPACKED_RELEASE_WORKS}`)).length;
  const report = { worker: '1@atp', version: '0.2.0', unreadableReferences: [] };
  await reportWorker(database, { ...report, startedAt: new Date('2026-11-20T10:00:00.123Z') });
  expect(await count()).toBe(0);

  // It knows nothing of the column.
  await database.query(
    `INSERT INTO worker_report (worker, version, started_at, reported_at, unreadable_references)
     VALUES ('1@atp', '0.1.0', '2026-11-20T11:00:00Z', now(), '{}')
     ON CONFLICT (worker) DO UPDATE SET version = excluded.version, started_at = excluded.started_at,
       reported_at = excluded.reported_at`,
  );
  expect(await count()).toBe(1);

  await reportWorker(database, { ...report, startedAt: new Date('2026-11-20T12:00:00Z') });
  expect(await count()).toBe(0);
});

test('a worker that does not look for rows in records is refused the lane while such a file is open', async () => {
  const enter = async (says: string) =>
    database.query(`UPDATE lane SET epoch = epoch + 1, ${says} holder = 'h', holder_workflow_id = 'w'`);
  await database.query('INSERT INTO lane (shop_id) SELECT shop_id FROM shop ON CONFLICT DO NOTHING');

  await expect(enter('')).rejects.toMatchObject({
    detail: { reason: expect.stringContaining('in records, which this release does not read') },
  });
  await expect(enter('reads_records_at_epoch = epoch + 1,')).resolves.toEqual([]);
});

test('nor may it say that such a file is on SFTP, or leave it out: it would write an empty one, and owe nothing', async () => {
  const refused = { detail: { reason: expect.stringContaining('only a later one can move it') } };

  await expect(moveFile(5, 'READY')).rejects.toMatchObject(refused);
  await moveFile(5, 'BLOCKED');
  await expect(moveFile(5, 'SKIPPED')).rejects.toMatchObject(refused);
  await moveFile(5, 'WRITING');
});

test('the audit counts them, and finds that a record is missing', async () => {
  expect(await auditShop(database, SHOP)).toMatchObject({ isSound: true });
  await database.query('DELETE FROM upload_file_pack WHERE sequence = 5 AND first_position = 250');

  const audit = await auditShop(database, SHOP);

  expect(audit.isSound).toBe(false);
  expect(JSON.stringify(audit)).toContain(
    `File 5 (WRITING) has ${IDS.length} rows, and ${IDS.length - 250} of them are kept.`,
  );
});

test('the clean-up removes those of files that were done long ago, and no others', async () => {
  await database.query(
    `UPDATE upload_file SET closed_at = closed_at - make_interval(days => $1) WHERE sequence IN (1, 4)`,
    [FILE_ROWS_KEPT_DAYS + 1],
  );
  const before = await countKept(3);
  await purge(database);
  expect(await Promise.all([1, 3, 4].map(countKept))).toEqual([
    { rows: 0, packs: 0 },
    before,
    { rows: 0, packs: 0 },
  ]);
});

test('a shop that is removed leaves none', async () => {
  await removeShop(database, SHOP, { force: true });
  expect(await database.query('SELECT FROM upload_file_pack')).toEqual([]);
});
