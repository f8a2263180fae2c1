/** However many rows a feed has, a session has no more of them in memory; the rest is in files of the server. */
import type { Connection } from '../database.ts';

/**
 * Postgres 18 reads ahead by default as much as temp_buffers hold here: a statement that reads one temporary table and writes another
 * would find no buffer free for it ("no empty local buffer available"), and a feed of which many rows are refused would fail as a whole.
 * So nothing is read ahead; 0 is a value that every platform takes (PostgreSQL documentation, effective_io_concurrency).
 */
export async function boundMemory(connection: Connection): Promise<void> {
  await connection.query(
    `SET temp_buffers = '2MB'; SET effective_io_concurrency = 0; SET work_mem = '1MB'; SET hash_mem_multiplier = 1`,
  );
}
