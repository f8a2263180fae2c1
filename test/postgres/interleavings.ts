/**
 * No change is lost and none is published twice, whatever the order of commits. Random interleavings are compared with
 * a fresh Hard Sync. Beside them runs a timestamp cursor, which loses changes in the same runs.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import type { Access } from '../../src/postgres/online-atp/online-atp.ts';
import { auditShop } from '../../src/postgres/producing/change-audit.ts';
import { storySeed } from '../setup/story-seed.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { Interleaving, SHOPS, step } from './interleaving.ts';
import { withKeptSessions } from './kept-sessions.ts';

/** Databases beside each other, each with its own programs. */
const WORLDS = 3;

const program = fc.record({
  steps: fc.array(step, { minLength: 4, maxLength: 16 }),
  endings: fc.array(
    fc.boolean().map((isRollback) => !isRollback),
    { minLength: 4, maxLength: 4 },
  ),
});

/** @param runs programs, of all databases together; the cursor loses a change in every fifth one */
export function testInterleavings(runs: number): void {
  test(
    `${runs} random interleavings publish what a Hard Sync would, each change in exactly one step (ATP_TEST_SEED=${storySeed})`,
    // Thousands take minutes of two cores.
    { timeout: 30 * 60_000 },
    async () => {
      const worlds = Array.from({ length: WORLDS }, (_, index) =>
        runPrograms(storySeed + index, runs / WORLDS, index === 0 ? 'every' : 'few'),
      );

      const lost = await Promise.all(worlds);

      expect(Math.max(...lost)).toBeGreaterThan(0);
    },
  );
}

/**
 * Runs random programs one after the other in a database of their own, and checks the outcome of each.
 *
 * @param access how deltas look their candidates up: `every` where the planner knows how few products there are
 * @returns how many postings the timestamp cursor has lost
 */
async function runPrograms(programSeed: number, runs: number, access: Access): Promise<number> {
  const fresh = await freshDatabase();
  const database = withKeptSessions(fresh.database);
  const interleaving = await Interleaving.open(database);
  const { retailer } = interleaving;
  if (access === 'every') await database.query('ANALYZE product');
  const cursor = await TimestampCursor.open(database);
  interleaving.onDelta = () => cursor.look();

  const settle = async () => {
    await interleaving.waitForDueMoments();
    await cursor.look();
    await Promise.all(SHOPS.map((shopId) => retailer.produce('recent-changes', undefined, shopId)));
  };
  let run = 0;
  await fc.assert(
    fc.asyncProperty(program, async ({ steps, endings }) => {
      run += 1;
      const from = await readLastStep(database);
      const { committed } = await interleaving.run(steps, endings);
      await settle();

      expect(await countStepsPerChange(database, committed, from)).toEqual(committed.length === 0 ? [] : [1]);
      // The Hard Sync of one shop is the measure; changes of the other shop go on into the next program.
      const shopId = SHOPS[run % SHOPS.length] ?? SHOPS[0];
      const mirror = await readPublished(database, shopId);
      await retailer.produce('hard-sync', undefined, shopId);
      expect(mirror).toEqual(await readPublished(database, shopId));
    }),
    { numRuns: runs, seed: programSeed, endOnFailure: true },
  );

  expect(await findFilesOutOfOrder(database)).toEqual([]);
  for (const shopId of SHOPS) {
    expect(await auditShop(database, shopId)).toMatchObject({
      isSound: true,
      gaps: [],
      changes: { lost: 0 },
    });
  }
  await interleaving.close();
  await database.closeSessions();
  return cursor.countLost();
}

/** Product, item and quantity that were last written into a file of the shop. */
async function readPublished(database: Database, shopId: string): Promise<readonly unknown[]> {
  return database.query(
    `SELECT product_id, inventory_item_id, quantity FROM published_row WHERE shop_id = $1 ORDER BY product_id`,
    [shopId],
  );
}

/** Last step of the shop that has made the fewest. */
async function readLastStep(database: Database): Promise<number> {
  const [row] = await database.query<{ sum: number }>(
    'SELECT min(last) AS sum FROM (SELECT max(step) AS last FROM snapshot_step GROUP BY shop_id) AS shop',
  );
  return row?.sum ?? 0;
}

/**
 * Counts for each shop and transaction the steps whose window it lies in; returns the distinct counts. The windows come
 * from the recorded chain, the transactions from the writers that committed them.
 */
async function countStepsPerChange(
  database: Database,
  txids: readonly string[],
  from: number,
): Promise<number[]> {
  const rows = await database.query<{ times: number }>(
    `WITH step AS (
       SELECT shop_id, step, snapshot, coalesce(base, lag(snapshot) OVER (PARTITION BY shop_id ORDER BY step)) AS base
       FROM snapshot_step WHERE step >= $2
     )
     SELECT DISTINCT count(*) FILTER (WHERE pg_visible_in_snapshot(txid, snapshot)
       AND NOT pg_visible_in_snapshot(txid, base))::int AS times
     FROM unnest($1::text[]::xid8[]) AS txid, step WHERE base IS NOT NULL
     GROUP BY shop_id, txid`,
    [txids, from],
  );
  return rows.map(({ times }) => times);
}

/** Files whose snapshot is not after that of the number before. */
async function findFilesOutOfOrder(database: Database): Promise<readonly unknown[]> {
  return database.query(
    `SELECT * FROM (
       SELECT shop_id, sequence, pg_snapshot_xmax(snapshot) >= lag(pg_snapshot_xmax(snapshot)) OVER number
         AND effective_at >= lag(effective_at) OVER number
         AND sequence = lag(sequence) OVER number + 1 AS follows
       FROM upload_file WINDOW number AS (PARTITION BY shop_id ORDER BY sequence)
     ) AS file WHERE NOT follows`,
  );
}

/** The control: "what was written since I last looked", by a column that says when a row was written. */
class TimestampCursor {
  readonly #database: Database;
  #since = '-infinity';
  #looking = Promise.resolve();

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open(database: Database): Promise<TimestampCursor> {
    await database.query('CREATE TABLE seen_by_cursor (id bigint PRIMARY KEY)');
    await database.query('CREATE INDEX detail_by_time ON inventory_item_detail (created_at)');
    const cursor = new TimestampCursor(database);
    await cursor.look();
    return cursor;
  }

  /** Looks one after the other, as one job would. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  async #look(): Promise<void> {
    const [row] = await this.#database.query<{ now: string }>('SELECT clock_timestamp()::text AS now');
    const until = row?.now ?? '';
    await this.#database.query(
      `INSERT INTO seen_by_cursor SELECT inventory_item_detail_id FROM inventory_item_detail
       WHERE created_at > $1::timestamptz AND created_at <= $2::timestamptz`,
      [this.#since, until],
    );
    this.#since = until;
  }

  async countLost(): Promise<number> {
    const [row] = await this.#database.query<{ lost: number }>(
      `SELECT count(*)::int AS lost FROM inventory_item_detail
       WHERE inventory_item_detail_id NOT IN (SELECT id FROM seen_by_cursor)`,
    );
    return row?.lost ?? 0;
  }
}
