/** How many rows of each table a piece of work reads, so that a test can ask that none is read as a whole. */
import type { Connection } from '../../src/postgres/database.ts';

/** Rows of one table that were read one after the other, and by an index. */
export interface RowsRead {
  readonly table: string;
  readonly inTurn: number;
  readonly byIndex: number;
}

/** What `work` reads in the open transaction of `connection`. Tables of which it reads nothing are there too. */
export async function readRowsRead(
  connection: Connection,
  work: () => Promise<void>,
): Promise<readonly RowsRead[]> {
  // The view also counts what the session has read shortly before this transaction: only what is added is the work's.
  const before = new Map((await readCounters(connection)).map((counters) => [counters.table, counters]));
  await work();
  return (await readCounters(connection)).map(({ table, inTurn, byIndex }) => ({
    table,
    inTurn: inTurn - (before.get(table)?.inTurn ?? 0),
    byIndex: byIndex - (before.get(table)?.byIndex ?? 0),
  }));
}

async function readCounters(connection: Connection): Promise<readonly RowsRead[]> {
  const { rows } = await connection.query<RowsRead>(
    `SELECT relname AS table, seq_tup_read::int AS "inTurn", coalesce(idx_tup_fetch, 0)::int AS "byIndex"
     FROM pg_stat_xact_user_tables`,
  );
  return rows;
}
