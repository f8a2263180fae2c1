import type { Database } from '../../src/postgres/database.ts';

/** Bytes of the server's write-ahead log until now. */
export async function readWalPosition(database: Database): Promise<number> {
  const [row] = await database.query<{ position: number }>(
    `SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS position`,
  );
  return row?.position ?? NaN;
}
