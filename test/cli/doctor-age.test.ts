/** `atp doctor` on changes that do not get to Shopify. */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { pauseLane, resumeLane } from '../../src/postgres/lane/lane-pause.ts';
import { until } from '../setup/until.ts';
import { SHOP } from '../end-to-end/installation.ts';
import { Patient } from './doctor-fixture.ts';

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.open();
});

test('doctor finds a change that is older than the shop’s limit, and says what it waits for', async () => {
  await patient.inDatabase(
    `UPDATE shop SET hard_sync_needed_since = now() - interval '50 minutes'`,
    `UPDATE shop SET hard_sync_needed_since = now()`,
  );

  const { 'blue-shirts: oldest change': found, ...others } = await patient.failing();

  expect(others).toEqual({});
  expect(found).toMatchObject({
    detail: expect.stringMatching(
      /50 min, nothing is sent before a Hard Sync: it has had none yet; the limit is 45m\.$/,
    ) as string,
    hint: expect.stringContaining('`atp job run hard-sync --shop blue-shirts --wait`') as string,
  });
});

test('doctor names the last feed with rows of orders that lack their shop, for a week', async () => {
  const feed = (name: string, days: number, rows: number) =>
    patient.shop.database.query(
      `INSERT INTO import_file (sha256, file_name, feed_type, row_count, applied_count, failed_count,
         warnings, imported_at)
       VALUES ($1, $1, 'ORDER_ITEMS', 9, 9, 0, $2, now() - make_interval(days => $3))`,
      [name, rows > 0 ? JSON.stringify([{ code: 'ORDER_WITHOUT_SHOP', rows }]) : null, days],
    );
  onTestFinished(async () => {
    await patient.shop.database.query('DELETE FROM import_file');
  });
  await feed('ORDER_ITEMS__old.csv', 8, 5);
  await feed('ORDER_ITEMS__right.csv', 0, 0);
  expect(await patient.failing()).toEqual({});

  await feed('ORDER_ITEMS__1.csv', 2, 1);
  await feed('ORDER_ITEMS__2.csv', 1, 2);

  const { Orders: found, ...others } = await patient.failing();
  expect(others).toEqual({});
  expect(found?.detail).toContain(
    '3 order rows with an externalOrderId and no shopId in 2 feeds, the last ORDER_ITEMS__2.csv at ',
  );
  expect(found?.hint).toContain('Send the rows again with shopId.');
});

test('doctor finds an order watermark of a time to come, of a feed and of a statement, and says what corrects it', async () => {
  const ahead = `now() + interval '3 days'`;
  await patient.inDatabase(
    `INSERT INTO shop_orders (shop_id, fed_until) VALUES ('${SHOP}', ${ahead})`,
    'DELETE FROM shop_orders',
  );
  const { 'blue-shirts: unseen sales': ofFeed, ...others } = await patient.failing();
  expect(others).toEqual({});
  expect(ofFeed?.detail).toMatch(/^The newest feed of orders is recorded as of .*Z, which is still to come/);
  expect(ofFeed?.hint).toContain('ORDER_ITEMS; when there are none, with the header alone');

  await patient.shop.database.query(`UPDATE shop_orders SET fed_until = now(), imported_until = ${ahead}`);

  const { 'blue-shirts: unseen sales': stated } = await patient.failing();
  expect(stated?.detail).toMatch(
    /^The shop’s orders are stated to be complete up to .*Z, which is still to come/,
  );
  expect(stated?.hint).toContain('`atp shop set blue-shirts --order-watermark <time|none>`');
});

test('doctor does not take a catalogue or a clean-up for a new one because its time is still to come', async () => {
  const move = (days: number) =>
    patient.shop.database.query(
      `WITH matched AS (UPDATE shop SET mapped_at = mapped_at + make_interval(days => $1))
       UPDATE clean_up SET done_at = done_at + make_interval(days => $1)`,
      [days],
    );
  expect(await patient.failing()).toEqual({});
  onTestFinished(async () => {
    await move(-300);
  });
  await move(300);

  expect(await patient.failing()).toMatchObject({
    'Clean-up': { code: 'CLEAN_UP_OVERDUE' },
    'blue-shirts: catalogue': { code: 'MAPPING_OLD' },
  });
});

test('doctor finds quarantined products by cause, each with what mends it, and tells what is owed', async () => {
  await patient.inDatabase(
    `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target, error_code)
     VALUES ('${SHOP}', 'RED-SHIRT', 1, 'QUARANTINED', 10, 'ITEM_NOT_TRACKED'),
       ('${SHOP}', 'BLUE-SHIRT', 1, 'QUARANTINED', 10, 'ROW_REFUSED')`,
    'DELETE FROM applied_row',
  );
  await patient.inDatabase(
    `INSERT INTO owed_row (shop_id, product_id, cause) VALUES ('${SHOP}', 'GREEN-SHIRT', 'SKIPPED')`,
    'DELETE FROM owed_row',
  );

  const { 'blue-shirts: quarantine': found, ...others } = await patient.failing();

  expect(others).toEqual({});
  expect(found?.detail).toMatch(/1 product by ITEM_NOT_TRACKED \(RED-SHIRT\), since 20/);
  expect(found?.detail).toMatch(/The next file has what is owed: 1 product by SKIPPED \(GREEN-SHIRT\)/);
  expect(found?.hint).toMatch(/ITEM_NOT_TRACKED: Switch "Track quantity" on .* comes back by itself\./);
  expect(found?.hint).toMatch(/ROW_REFUSED: .*`atp lane blue-shirts release <sku>`/);
});

test('doctor tells of a lane that is paused, and of a paused schedule whose lane still sends', async () => {
  const { temporal, database } = patient.shop;
  const schedule = temporal.client.schedule.getHandle(`process-uploads/${SHOP}`);
  onTestFinished(() => schedule.unpause());
  await schedule.pause('stock-take');

  // The server's list of schedules is some seconds old.
  const sending = await until(async () => {
    const failing = await patient.failing();
    expect(Object.keys(failing)).toEqual(['blue-shirts: pause']);
    return failing;
  });
  expect(sending['blue-shirts: pause']).toMatchObject({
    detail: expect.stringContaining('is paused (stock-take), but the lane still sends') as string,
    hint: expect.stringContaining('`atp lane blue-shirts pause --reason <text>`') as string,
  });

  await pauseLane(database, SHOP, { by: 'Ann', reason: 'Shopify incident' });
  onTestFinished(() => resumeLane(database, SHOP));
  expect((await patient.failing())['blue-shirts: pause']).toMatchObject({
    detail: expect.stringMatching(
      /paused since .* by Ann: Shopify incident\. Nothing is sent; 0 files wait\./,
    ) as string,
    hint: expect.stringContaining('`atp lane blue-shirts resume`') as string,
  });
});

test('doctor finds a schedule that is paused or gone, and says what brings it back', async () => {
  await patient.atp.json(['job', 'pause', 'recent-changes', '--reason', 'stock-take']);
  for (const job of ['hard-sync', 'map-shop'])
    await patient.shop.temporal.client.schedule.getHandle(`${job}/${SHOP}`).delete();

  // The server's list of schedules is some seconds old.
  await until(async () => {
    const { 'blue-shirts: schedules': found, ...others } = await patient.failing();
    expect(others).toEqual({});
    expect(found).toMatchObject({
      detail:
        'The schedule of hard-sync is not there. The schedule of recent-changes is paused (stock-take). The schedule of map-shop is not there.',
      hint: expect.stringContaining('`atp job resume recent-changes --shop blue-shirts`') as string,
    });
  });
});
