/** However many rows a feed has, a session has no more of them in memory; the rest is in files of the server. */
import type { Connection } from '../database.ts';

export async function boundMemory(connection: Connection): Promise<void> {
  await connection.query(`SET temp_buffers = '2MB'; SET work_mem = '1MB'; SET hash_mem_multiplier = 1`);
}
