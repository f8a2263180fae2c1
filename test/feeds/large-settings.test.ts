/** IMP_PROD_FACILITY with many rows: settings are set in chunks, each once, and keep no order waiting for all of them. */
import { beforeEach, expect, test } from 'vitest';
import { listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { listRefusedFeeds } from '../../src/postgres/feeds/refused-feeds.ts';
import { until } from '../setup/until.ts';
import { codesOf, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await openWarehouse();
});

/** Shirts and hats are at both stores, socks at none. */
async function openWarehouse(): Promise<Warehouse> {
  const opened = await Warehouse.open();
  await opened.database.query(`INSERT INTO product (product_id, sku) VALUES ('10002', 'SOCKS')`);
  await opened.database.query(`UPDATE facility SET default_safety_stock = 9 WHERE facility_id = 'SOHO'`);
  for (const sku of ['SHIRT', 'HAT'])
    for (const facility of ['BROADWAY', 'SOHO']) await opened.count(sku, facility, 5);
  await opened.import('IMP_PROD_FACILITY', ['10000,SOHO,1,Y', '10001,SOHO,1,Y']);
  return opened;
}

const settingsOf = async ({ database }: Warehouse) =>
  (
    await database.query<{ line: string }>(
      `SELECT concat_ws(' ', sku, facility_id, quantity_on_hand, minimum_stock, allow_brokering) AS line
       FROM product_facility JOIN product USING (product_id) ORDER BY product_id, facility_id`,
    )
  ).map(({ line }) => line);

const ROWS = ['10000,BROADWAY,2,', '10000,SOHO,1,N', '10001,BROADWAY,3,N', '10001,SOHO,4,', '10002,SOHO,,N'];
const SET = [
  'SHIRT BROADWAY 5 2 t',
  'SHIRT SOHO 5 1 f',
  'HAT BROADWAY 5 3 f',
  'HAT SOHO 5 4 t',
  'SOCKS SOHO 0 9 f',
];
/** A chunk for each product. */
const LARGE = { chunkRows: 1, chunksAtOnce: 1 };

const dead = () => Promise.reject(new Error('killed'));

/** Fails at once when somebody has the level. */
const requireFree = ({ database }: Warehouse, productId: string) =>
  database.query(`SELECT FROM product_facility WHERE product_id = $1 FOR UPDATE NOWAIT`, [productId]);

test.for([1, 2, 100])(
  'in chunks of %i rows they come out the same, and so do the refusals',
  async (chunkRows) => {
    const wrong = ['10000,BROADWAY,,maybe', '9,SOHO,1,', '10002,BROADWAY,1,', '10002,BROADWAY,2,'];
    const outcome = await warehouse.import('IMP_PROD_FACILITY', [...ROWS, ...wrong], { chunkRows });
    expect(codesOf(outcome)).toEqual({
      ...{ 7: 'FEED_VALUE_INVALID', 8: 'PRODUCT_UNKNOWN' },
      ...{ 9: 'FEED_ROW_CONTRADICTED', 10: 'FEED_ROW_CONTRADICTED' },
    });
    expect(outcome).toMatchObject({ rows: 9, applied: 5, failed: 4 });
    expect(await settingsOf(warehouse)).toEqual(SET);
    expect(await listImports(warehouse.database, { limit: 1 })).toMatchObject([
      { state: 'applied', rows: 9 },
    ]);
  },
);

test('what stays as it is is not written, so that no delta looks at it', async () => {
  await warehouse.import('IMP_PROD_FACILITY', ROWS, LARGE);
  const logged = await warehouse.database.query('SELECT FROM change_log');
  await warehouse.import('IMP_PROD_FACILITY', ROWS, LARGE);
  expect(await warehouse.database.query('SELECT FROM change_log')).toHaveLength(logged.length);
});

test('no level is locked while they are judged, also by a dry run, nor between two chunks', async () => {
  const areFree = async () => {
    for (const productId of ['10000', '10001']) await requireFree(warehouse, productId);
    return true;
  };
  await warehouse.import('IMP_PROD_FACILITY', ROWS, { ...LARGE, dryRun: true, isUnchanged: areFree });
  expect(await settingsOf(warehouse)).not.toContain(SET[0]);
  await warehouse.import('IMP_PROD_FACILITY', ROWS, {
    ...LARGE,
    isUnchanged: areFree,
    onChunk: async () => void (await areFree()),
  });
  expect(await settingsOf(warehouse)).toEqual(SET);
});

test('while a chunk waits for one of its levels, an order is posted to those of the others', async () => {
  let importing: Promise<unknown> | undefined;
  await warehouse.database.transaction(async (holder) => {
    await holder.query(
      `SELECT FROM product_facility WHERE product_id = '10001' AND facility_id = 'SOHO' FOR UPDATE`,
    );
    importing = warehouse.import('IMP_PROD_FACILITY', ROWS, LARGE);
    importing.catch(() => undefined);
    await until(async () => {
      const waiting = await warehouse.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    });
    await requireFree(warehouse, '10000');
    await warehouse.database.query(
      `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
       VALUES ('10000', 'SOHO', -1, 0, 'ORDER_SHIPPED', 'a test')`,
    );
  });
  await importing;
  expect(await settingsOf(warehouse)).toEqual(SET.with(1, 'SHIRT SOHO 4 1 f'));
});

test('killed between two chunks, it goes on without its file, and before the next file of settings', async () => {
  const sent = warehouse.import('IMP_PROD_FACILITY', ROWS, { ...LARGE, onChunk: dead });
  await expect(sent).rejects.toThrow('killed');
  expect(await settingsOf(warehouse)).toEqual([...[SET[0], SET[1], 'HAT BROADWAY 5 0 t', 'HAT SOHO 5 1 t']]);

  await warehouse.import('IMP_PROD_FACILITY', ['10001,SOHO,7,']);
  expect(await settingsOf(warehouse)).toEqual(SET.with(3, 'HAT SOHO 5 7 t'));
  await finishBrokenOff(warehouse.database);
  expect(await settingsOf(warehouse)).toEqual(SET.with(3, 'HAT SOHO 5 7 t'));
});

test('a product that is removed meanwhile gets no level, and its line is told', async () => {
  const outcome = await warehouse.import('IMP_PROD_FACILITY', ROWS, {
    ...LARGE,
    isUnchanged: async () => {
      await warehouse.database.query(`SELECT remove_product('10002')`);
      return true;
    },
  });
  expect(await settingsOf(warehouse)).toEqual(SET.slice(0, 4));
  expect(outcome).toMatchObject({ rows: 5, applied: 4, failed: 1 });
  expect(outcome.refused).toEqual([
    {
      ...{ rowNumber: 6, column: 'idValue', code: 'PRODUCT_UNKNOWN', values: ['10002', 'SOHO', '', 'N'] },
      message: 'There is no product with PRODUCT_ID "10002".',
    },
  ]);
});

const setByHand = (productId: string, settings: string) =>
  warehouse.database.query(
    `UPDATE product_facility SET ${settings} WHERE product_id = $1 AND facility_id = 'SOHO'`,
    [productId],
  );

test('a setting that somebody makes between the judgement and its chunk stays, and the line is told', async () => {
  let chunks = 0;
  const outcome = await warehouse.import('IMP_PROD_FACILITY', ROWS, {
    ...LARGE,
    source: 'erp',
    claimed: { path: 'claimed/1/erp/settings.csv', sizeBytes: 1 },
    isUnchanged: async () => {
      // What the file says as well is no reason to leave it out.
      await setByHand('10000', `allow_brokering = false`);
      return true;
    },
    onChunk: async () => {
      if ((chunks += 1) === 1) await setByHand('10001', 'minimum_stock = 7');
    },
  });
  expect(await settingsOf(warehouse)).toEqual(SET.with(3, 'HAT SOHO 5 7 t'));
  expect(outcome).toMatchObject({ rows: 5, applied: 4, failed: 1 });
  expect(outcome.refused).toMatchObject([
    { rowNumber: 5, code: 'SETTING_OVERTAKEN', values: ['10001', 'SOHO', '4', ''] },
  ]);
  expect(await listImports(warehouse.database, { limit: 1 })).toMatchObject([
    { state: 'applied', refused: 1 },
  ]);
  expect(await listRefusedFeeds(warehouse.database, 9)).toMatchObject([{ source: 'erp', refusedRows: 1 }]);
});

test('one setting that somebody has changed leaves out its line as a whole, so that it may be sent again', async () => {
  const outcome = await warehouse.import('IMP_PROD_FACILITY', ['10001,SOHO,4,Y', '10000,SOHO,3,'], {
    ...LARGE,
    isUnchanged: async () => {
      await setByHand('10001', 'allow_brokering = false');
      return true;
    },
  });
  expect(codesOf(outcome)).toEqual({ 2: 'SETTING_OVERTAKEN' });
  expect(await settingsOf(warehouse)).toEqual(expect.arrayContaining(['HAT SOHO 5 1 f', 'SHIRT SOHO 5 3 t']));
});

test('a worker of an earlier release, which does not know of them, cannot call them applied', async () => {
  const sent = warehouse.import('IMP_PROD_FACILITY', ROWS, { ...LARGE, onChunk: dead });
  await expect(sent).rejects.toThrow('killed');
  await expect(
    warehouse.database.query(`UPDATE feed_import SET state = 'applied' WHERE state = 'applying'`),
  ).rejects.toMatchObject({
    cause: expect.objectContaining({ message: expect.stringContaining('not set yet') }),
  });
  await finishBrokenOff(warehouse.database);
  expect(await settingsOf(warehouse)).toEqual(SET);
});
