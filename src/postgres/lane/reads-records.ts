import type { Connection } from '../database.ts';

/**
 * Says that this transaction reads the rows of files that lie in records (decision 0086). Without it the database lets nobody say that such a file is
 * on SFTP, or leave it out: a release that finds no rows of it would publish an empty file, and owe no product.
 */
export async function readsRecords(connection: Connection): Promise<void> {
  await connection.query(`SELECT set_config('atp.reads_records', 'on', true)`);
}
