/** Chunks of a large import beside somebody who takes no turn: what was counted or removed since is left out. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { FeedType } from '../../src/domain/feed-type.ts';
import type { Connection } from '../../src/postgres/database.ts';
import { listImports } from '../../src/postgres/feeds/feed-imports.ts';
import type { ChunkOptions } from '../../src/postgres/feeds/apply-chunks.ts';
import { until } from '../setup/until.ts';
import { codesOf, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;
let files = 0;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  await warehouse.count('SHIRT', 'SOHO', 0);
  await warehouse.count('HAT', 'SOHO', 0);
});

/** In chunks of one product: the shirt, then the hat, then what is new. */
function send(type: FeedType, rows: readonly string[], onChunk: ChunkOptions['onChunk'], chunkRows = 1) {
  const column = type === 'RESET_INVENTORY' ? 'availableQty' : 'availableDelta';
  const text = `idValue,facilityId,${column}\n${rows.join('\n')}\n`;
  const options = { chunkRows, chunksAtOnce: 1, passesGates: true, onChunk };
  return warehouse.importText(type, text, `care-${(files += 1)}.csv`, options);
}

/** Runs `work` after the first chunk. */
function afterFirst(work: () => Promise<unknown>): ChunkOptions['onChunk'] {
  let chunks = 0;
  return async () => {
    if ((chunks += 1) === 1) await work();
  };
}

/** As a count that takes no turn: under a number of its own, when it has the level. */
async function countHat(connection: Connection, units: number): Promise<void> {
  await connection.query(
    `SELECT FROM product_facility WHERE product_id = '10001' AND facility_id = 'SOHO' FOR UPDATE`,
  );
  await connection.query(
    `UPDATE last_count SET import_id = import_id + 1000000 WHERE product_id = '10001' AND facility_id = 'SOHO'`,
  );
  await connection.query(
    `INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     VALUES ('10001', 'SOHO', $1, 0, 'VAR_EXT_RESET', 'another count')`,
    [units],
  );
}

async function onHand(): Promise<readonly number[]> {
  const levels = await Promise.all(['SHIRT', 'HAT'].map((sku) => warehouse.readLevels(sku, 'SOHO')));
  return levels.map(({ qoh }) => qoh);
}

test('a level that was counted since is left out', async () => {
  await send(
    'RESET_INVENTORY',
    ['SHIRT,SOHO,5', 'HAT,SOHO,7'],
    afterFirst(() => warehouse.database.transaction((connection) => countHat(connection, 3))),
  );
  expect(await onHand()).toEqual([5, 3]);
});

test('by one number it is known that nobody has counted since', async () => {
  const isKnown = async () => {
    const [found] = await warehouse.database.query<{ isKnown: boolean }>(
      `SELECT count_number = (SELECT last_value FROM count_number) AS "isKnown" FROM feed_import WHERE state = 'applying'`,
    );
    return found?.isKnown;
  };
  const known: unknown[] = [];
  await send(
    'RESET_INVENTORY',
    ['SHIRT,SOHO,5', 'HAT,SOHO,7'],
    afterFirst(async () => {
      known.push(await isKnown());
      await warehouse.database.query('UPDATE last_count SET hides_undo = hides_undo');
      known.push(await isKnown());
      const undone = warehouse.database.transaction(async (connection) => {
        await countHat(connection, 3);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      known.push(await isKnown());
    }),
  );
  expect(known).toEqual([true, true, false]);
  // In doubt the levels are looked at, and they are still counted by this one.
  expect(await onHand()).toEqual([5, 7]);
});

test('also one that is being counted while its chunk waits for it', async () => {
  let counting: Promise<unknown> = Promise.resolve();
  const isAwaited = async () => {
    const waiting = await warehouse.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(waiting).not.toEqual([]);
  };
  await send(
    'RESET_INVENTORY',
    ['SHIRT,SOHO,5', 'HAT,SOHO,7'],
    afterFirst(
      () =>
        new Promise<void>((hasLevel) => {
          counting = warehouse.database.transaction(async (connection) => {
            await countHat(connection, 3);
            hasLevel();
            await until(isAwaited);
          });
        }),
    ),
  );
  await counting;
  expect(await onHand()).toEqual([5, 3]);
});

test.each(['RESET_INVENTORY', 'MDM_INV_VARIANCE'] as const)(
  'a product of %s that was removed since is told by its line, and the other one of its chunk is posted',
  async (type) => {
    const [scarf, glove] = [`SCARF-${type}`, `GLOVE-${type}`];
    await warehouse.database.query('INSERT INTO product (product_id, sku) VALUES ($1, $1), ($2, $2)', [
      glove,
      scarf,
    ]);
    const outcome = await send(
      type,
      // The shirt is a chunk, and the new ones are another.
      ['SHIRT,SOHO,5', 'SHIRT,BROADWAY,0', `${scarf},SOHO,4`, `${glove},SOHO,2`],
      afterFirst(() => warehouse.database.query('DELETE FROM product WHERE product_id = $1', [glove])),
      2,
    );
    expect(await onHand()).toEqual([5, 0]);
    expect((await warehouse.readLevels(scarf, 'SOHO')).qoh).toBe(4);
    const [imported] = await listImports(warehouse.database, { limit: 1 });
    expect(imported).toMatchObject({ state: 'applied', done: 4, pending: 0, refused: 1 });
    expect(outcome).toMatchObject({ rows: 4, applied: 3, failed: 1 });
    expect(codesOf(outcome)).toEqual({ 5: 'PRODUCT_UNKNOWN' });
  },
);

test('also of a count that has found nothing of it', async () => {
  await warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('SCARF', 'SCARF')`);
  const outcome = await send(
    'RESET_INVENTORY',
    ['SHIRT,SOHO,5', 'SCARF,SOHO,0'],
    afterFirst(() => warehouse.database.query(`DELETE FROM product WHERE product_id = 'SCARF'`)),
  );
  expect(codesOf(outcome)).toEqual({ 3: 'PRODUCT_UNKNOWN' });
});

test('a first count that somebody adds while it is recorded is the one before it', async () => {
  await warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('SHAWL', 'SHAWL')`);
  const { sent } = await warehouse.database.transaction(async (connection) => {
    await connection.query(
      `INSERT INTO last_count (product_id, facility_id, counted_at, after_entry, import_id)
       VALUES ('SHAWL', 'SOHO', now(), 0, 1000000)`,
    );
    const begun = send('RESET_INVENTORY', ['SHAWL,SOHO,5', 'SHIRT,SOHO,6'], undefined);
    await until(async () => {
      const waiting = await warehouse.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%last_count%'`,
      );
      expect(waiting).not.toEqual([]);
    });
    return { sent: begun };
  });
  expect(await sent).toMatchObject({ applied: 2, failed: 0 });
  expect((await warehouse.readLevels('SHAWL', 'SOHO')).qoh).toBe(5);
  const counts = await warehouse.database.query(
    `SELECT import_id <> 1000000 AS "isOurs", earlier_import_id AS earlier FROM last_count WHERE product_id = 'SHAWL'`,
  );
  expect(counts).toEqual([{ isOurs: true, earlier: 1_000_000 }]);
});
