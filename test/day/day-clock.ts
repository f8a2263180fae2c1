/**
 * The clock of a simulated day. Its time passes by making everything older: what the database has stored, and the files
 * that lie in incoming/. The clocks of Postgres, of Temporal and of every process stay as they are, so the product itself
 * runs as always, and what it does from now on is a whole quarter of an hour younger than what it did before.
 *
 * What a real server alone knows, such as when Temporal has started a run, cannot be made older where it is. Whoever reads
 * it for the day asks `seen` how old it is by now.
 */
import { readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isCoded } from '../../src/domain/errors.ts';
import type { Database } from '../../src/postgres/database.ts';
import { until } from '../setup/until.ts';

/** What does not get older: the server of Postgres itself, and the time that is a part of a file's name. */
const NEVER = ['shop_origin.server_start', 'upload_file.created_at'];

/** What a worker renews by the real clock as long as it lives. */
const RENEWED = ['worker_report.reported_at', 'lane.expires_at'];

/** What raised a debt is kept with its time as JSON. */
const DROPS = `UPDATE applied_row SET drops = (
  SELECT jsonb_agg(one || jsonb_build_object('at', (one ->> 'at')::timestamptz - passed) ORDER BY number)
  FROM jsonb_array_elements(drops) WITH ORDINALITY AS each (one, number)) WHERE drops IS NOT NULL;`;

export class DayClock {
  readonly #database: Database;
  readonly #incoming: string;
  readonly #startedAt = Date.now();
  readonly #passed: { readonly at: number; readonly ms: number }[] = [];
  #total = 0;

  /** @param incoming the folder of feeds, on this machine */
  constructor(database: Database, incoming: string) {
    this.#database = database;
    this.#incoming = incoming;
  }

  /** Since the day began. The real time that the test takes is a part of the day. */
  get ms(): number {
    return Date.now() - this.#startedAt + this.#total;
  }

  /** Lets time pass until the day has lasted so long; at once, when it has. */
  async passTo(ms: number, { workerLives }: { readonly workerLives: boolean }): Promise<void> {
    const passes = Math.max(0, ms - this.ms);
    if (passes === 0) return;
    await untilFree(() => this.#makeOlder(passes, workerLives));
    await this.#ageFeeds(passes);
    this.#passed.push({ at: Date.now(), ms: passes });
    this.#total += passes;
  }

  /** @throws AtpError DATABASE_BUSY, at once, when somebody writes: nobody's transaction sees half of the time pass */
  async #makeOlder(passes: number, workerLives: boolean): Promise<void> {
    await this.#database.transaction(async (connection) => {
      const { rows } = await connection.query<{ table: string; columns: string[] }>(
        `SELECT table_name AS table, array_agg(column_name::text) AS columns
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND data_type = 'timestamp with time zone'
           AND table_name || '.' || column_name <> ALL ($1) GROUP BY table_name`,
        [workerLives ? [...NEVER, ...RENEWED] : NEVER],
      );
      await connection.query(
        `LOCK TABLE ${rows.map(({ table }) => `"${table}"`).join(', ')} IN EXCLUSIVE MODE NOWAIT`,
      );
      // No trigger: the master of inventory does not change, and rows that nobody may change become older all the same.
      const updates = rows.map(
        ({ table, columns }) =>
          `UPDATE "${table}" SET ${columns.map((column) => `"${column}" = "${column}" - passed`).join(', ')};`,
      );
      await connection.query(
        `SET LOCAL session_replication_role = replica;
         DO $$ DECLARE passed interval := make_interval(secs => ${passes} / 1000.0); BEGIN ${updates.join(' ')} ${DROPS} END $$`,
      );
    });
  }

  /** What is so old by now, of a time that a real clock has told. */
  seen(real: Date): Date {
    const since = this.#passed.filter(({ at }) => at > real.getTime()).reduce((sum, { ms }) => sum + ms, 0);
    return new Date(real.getTime() - since);
  }

  async #ageFeeds(ms: number): Promise<void> {
    for (const name of await readdir(this.#incoming)) {
      const path = join(this.#incoming, name);
      const { mtimeMs } = await stat(path);
      await utimes(path, (mtimeMs - ms) / 1000, (mtimeMs - ms) / 1000);
    }
  }
}

/** Does it as soon as nobody is in the way. To wait with some locks in hand, and for others, would be a deadlock. */
async function untilFree(work: () => Promise<void>): Promise<void> {
  const failed = await until(async () => {
    try {
      await work();
      return null;
    } catch (error) {
      if (isCoded(error, 'DATABASE_BUSY')) throw error;
      return { error };
    }
  });
  if (failed) throw failed.error;
}
