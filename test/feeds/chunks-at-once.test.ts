/** Chunks of a large import that are applied at the same time, each in a session: each once, whoever fails or comes between. */
import { beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/postgres/database.ts';
import type { ChunkOptions } from '../../src/postgres/feeds/apply-chunks.ts';
import { findImport, listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { finishBrokenOff } from '../../src/postgres/feeds/import-chunks.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { until } from '../setup/until.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { Warehouse } from './warehouse.ts';

const WHO = { by: 'Ann', reason: 'a test' };
const SKUS = Array.from({ length: 8 }, (_, n) => `SKU-${n}`);
const ROWS = SKUS.map((sku) => `SOHO,,${sku},,,,N,5`);
const LARGE = { chunkRows: 1, chunksAtOnce: 2 };

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
  await warehouse.database.query(
    `INSERT INTO product (product_id, sku) SELECT 'P-' || sku, sku FROM unnest($1::text[]) AS sku`,
    [SKUS],
  );
  await warehouse.import(
    'RESET_INVENTORY',
    SKUS.map((sku) => `SOHO,,${sku},,,,N,1`),
  );
});

async function lastImport(): Promise<number> {
  const [last] = await listImports(warehouse.database, { limit: 1 });
  return last?.importId ?? 0;
}

/** Of each product: units on hand, and how many postings are in the ledger for it. */
async function levels(): Promise<readonly string[]> {
  const rows = await warehouse.database.query<{ level: string }>(
    `SELECT quantity_on_hand || ' by ' || (SELECT count(*) FROM inventory_item_detail AS entry
       WHERE entry.product_id = level.product_id AND entry.facility_id = level.facility_id) AS level
     FROM product_facility AS level WHERE product_id LIKE 'P-%' ORDER BY product_id`,
  );
  return rows.map(({ level }) => level);
}

const allOf = (level: string) => SKUS.map(() => level);

/** Runs `work` while somebody has the level of a product. */
async function whileLocked(sku: string, work: () => Promise<unknown>): Promise<void> {
  await warehouse.database.transaction(async (connection) => {
    await connection.query('SELECT FROM product_facility WHERE product_id = $1 FOR UPDATE', [`P-${sku}`]);
    await work();
  });
}

function send(options: ChunkOptions = {}): Promise<unknown> {
  const sent = warehouse.import('RESET_INVENTORY', ROWS, { ...LARGE, ...options });
  sent.catch(() => undefined);
  return sent;
}

test('while one waits for a level, the other applies all the rest', async () => {
  let sent: Promise<unknown> = Promise.resolve();
  let done = 0;
  await whileLocked('SKU-0', async () => {
    sent = send({ onChunk: (progress) => void (done = progress.done) });
    await until(() => {
      expect(done).toBe(SKUS.length - 1);
    });
  });
  await sent;
  expect(done).toBe(SKUS.length);
  expect(await levels()).toEqual(allOf('5 by 2'));
  expect(await findImport(warehouse.database, await lastImport())).toMatchObject({ state: 'applied' });
});

test('when one fails, the other ends its chunk and goes no further; the next attempt applies the rest once', async () => {
  let chunks = 0;
  const dies = () => ((chunks += 1) === 2 ? Promise.reject(new Error('killed')) : Promise.resolve());
  await expect(send({ onChunk: dies })).rejects.toThrow('killed');
  const posted = (await levels()).filter((level) => level === '5 by 2').length;
  expect([2, 3]).toContain(posted);

  await finishBrokenOff(warehouse.database, LARGE);
  expect(await levels()).toEqual(allOf('5 by 2'));
});

test('a process that lost its turn in the middle of a chunk posts nothing a second time', async () => {
  const sent = { import: Promise.resolve() as Promise<unknown>, rest: Promise.resolve() };
  await whileLocked('SKU-0', async () => {
    sent.import = send();
    await untilWaiting(warehouse.database, 1);
    await warehouse.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND objid = 0
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    // As another worker does it: it has the turn now.
    sent.rest = finishBrokenOff(warehouse.database, LARGE);
    sent.rest.catch(() => undefined);
    await until(async () => {
      expect((await levels()).filter((level) => level === '5 by 2')).toHaveLength(SKUS.length - 1);
    });
  });
  await sent.rest;
  await expect(sent.import).rejects.toMatchObject({ code: 'IMPORT_UNFINISHED' });
  expect(await levels()).toEqual(allOf('5 by 2'));
});

test('an undo waits for the chunks that are on their way, and nothing of them stays', async () => {
  const sent = { import: Promise.resolve() as Promise<unknown>, undo: Promise.resolve() as Promise<unknown> };
  let done = 0;
  await whileLocked('SKU-0', async () => {
    sent.import = send({ onChunk: (progress) => void (done = progress.done) });
    await until(() => {
      expect(done).toBe(SKUS.length - 1);
    });
    sent.undo = undoImport(warehouse.database, await lastImport(), WHO, LARGE);
    sent.undo.catch(() => undefined);
    await untilWaiting(warehouse.database, 2);
  });
  await sent.undo;
  await expect(sent.import).rejects.toMatchObject({ code: 'IMPORT_UNDONE' });
  expect(await levels()).toEqual(allOf('1 by 3'));
});

test('chunks that begin later wait behind an undo that waits for those on their way', async () => {
  const sent = { import: Promise.resolve() as Promise<unknown>, undo: Promise.resolve() as Promise<unknown> };
  let isAsked = false;
  // One chunk waits for its level. The other one is done, and the undo is asked for before the next one begins.
  const onChunk = async () => {
    if (isAsked) return;
    isAsked = true;
    await untilWaiting(warehouse.database, 1);
    sent.undo = undoImport(warehouse.database, await lastImport(), WHO, LARGE);
    sent.undo.catch(() => undefined);
    await untilWaiting(warehouse.database, 2);
  };
  await whileLocked('SKU-0', async () => {
    sent.import = send({ onChunk });
    await untilWaiting(warehouse.database, 3);
  });
  await sent.undo;
  await expect(sent.import).rejects.toMatchObject({ code: 'IMPORT_UNDONE' });
  expect((await levels()).toSorted()).toEqual([
    ...Array<string>(SKUS.length - 2).fill('1 by 1'),
    ...['1 by 3', '1 by 3'],
  ]);
});

test('in a circle with somebody else, a chunk is tried once more when the others are done', async () => {
  await warehouse.import('RESET_INVENTORY', ['BROADWAY,,SKU-0,,,,N,1']);
  const rows = [...ROWS, 'BROADWAY,,SKU-0,,,,N,5'];
  let sent: Promise<unknown> = Promise.resolve();
  await warehouse.database.transaction(async (connection) => {
    const lock = (facility: string) =>
      connection.query(
        `SELECT FROM product_facility WHERE product_id = 'P-SKU-0' AND facility_id = $1 FOR UPDATE`,
        [facility],
      );
    // So that it is the chunk which looks for circles first.
    await connection.query(`SET LOCAL deadlock_timeout = '1h'`);
    await lock('SOHO');
    sent = warehouse.import('RESET_INVENTORY', rows, LARGE);
    sent.catch(() => undefined);
    await untilWaiting(warehouse.database, 1);
    await lock('BROADWAY');
  });
  await sent;
  expect((await levels()).filter((level) => level === '5 by 2')).toHaveLength(SKUS.length + 1);
});

test('without a connection for another session it is done in one', async () => {
  const few = openDatabase(warehouse.url, { sessionsMax: 1 });
  try {
    await warehouse.import('RESET_INVENTORY', ROWS, { ...LARGE, through: few });
  } finally {
    await few.close();
  }
  expect(await levels()).toEqual(allOf('5 by 2'));
});

test('order lines of the same levels and the same shop are applied at once, each once', async () => {
  // New lines and known ones, which change the sums of a shop in two passes.
  const lines = (status: string) =>
    SKUS.flatMap((sku, n) =>
      [0, 1].map(
        (seq) => `O-${n},${seq},blue-shirts,X-${n},${SKUS[(n + seq) % SKUS.length]},,2,0,SOHO,${status},`,
      ),
    );
  const all = lines('ITEM_APPROVED');
  const odd = all.filter((_, at) => at % 4 < 2);
  await warehouse.import('ORDER_ITEMS', odd, LARGE);
  await warehouse.import('ORDER_ITEMS', all, LARGE);
  const reserved = await Promise.all(SKUS.map((sku) => warehouse.readLevels(sku, 'SOHO')));
  expect(reserved.map((level) => level.reserved)).toEqual(SKUS.map(() => 4));

  await warehouse.import('ORDER_ITEMS', lines('ITEM_COMPLETED'), LARGE);
  const shipped = await Promise.all(SKUS.map((sku) => warehouse.readLevels(sku, 'SOHO')));
  expect(shipped).toMatchObject(SKUS.map(() => ({ qoh: -3, reserved: 0 })));
  const [sum] = await warehouse.database.query<{ units: number }>(
    'SELECT sum(units)::int AS units FROM shop_imported_units',
  );
  expect(sum?.units).toBe(2 * 2 * SKUS.length);
});

test('an undo in chunks takes back whole products, also of postings that two chunks made in turn', async () => {
  await warehouse.import('MDM_INV_VARIANCE', [`SKU-0,,1,SOHO,,,`]);
  const importId = await lastImport();
  // Two products at a time, posting by posting.
  const turns = [0, 2, 4].flatMap((n) => [n, n + 1, n, n + 1]);
  await warehouse.database.query(
    `WITH posted AS (
       INSERT INTO inventory_item_detail (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source, import_id)
       SELECT 'P-SKU-' || n, CASE WHEN at > 1 THEN 'SOHO' ELSE 'BROADWAY' END, 1, 0, 'VAR_FOUND', 'two chunks', $2
       FROM (SELECT n, place, row_number() OVER (PARTITION BY n ORDER BY place) AS at
         FROM unnest($1::int[]) WITH ORDINALITY AS turn (n, place)) AS turn ORDER BY place
       RETURNING inventory_item_detail_id AS id
     ) UPDATE feed_import SET last_entry = (SELECT max(id) FROM posted) WHERE import_id = $2`,
    [turns, importId],
  );
  const halves: unknown[] = [];
  await undoImport(warehouse.database, importId, WHO, {
    chunkRows: 4,
    onChunk: async () => {
      halves.push(
        ...(await warehouse.database.query(
          `SELECT product_id FROM inventory_item_detail WHERE import_id = $1
           GROUP BY product_id HAVING sum(quantity_on_hand_diff) <> 0 AND bool_or(quantity_on_hand_diff < 0)`,
          [importId],
        )),
      );
    },
  });
  expect(halves).toEqual([]);
  expect((await levels()).every((level) => level.startsWith('1 by') || level.startsWith('0 by'))).toBe(true);
});
