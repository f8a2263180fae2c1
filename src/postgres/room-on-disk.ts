/** Whether the server has room: reading and small changes go on for a while on a disk that is full. */
import { DATABASE_ROOM_PROBED_BYTES } from '../domain/limits.ts';
import type { Database } from './database.ts';

/** The least memory that Postgres takes for one step of a query: what does not fit goes to disk. */
const STEP_MEMORY = '64kB';
/** Of a number among the rows that a function returns. */
const ROW_BYTES = 14;

/**
 * Lets the server write DATABASE_ROOM_PROBED_BYTES into a temporary file, which it removes at once: no table and no log of
 * changes grows by it. It sees the disk of temporary files, which is that of the tables unless somebody has set another.
 *
 * @throws AtpError DATABASE_EXHAUSTED
 */
export async function requireRoomOnDisk(database: Database): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.query(`SET LOCAL work_mem = '${STEP_MEMORY}'`);
    // All rows of a function are there before the first is counted.
    await connection.query('SELECT count(*) FROM generate_series(1, $1::int)', [
      Math.ceil(DATABASE_ROOM_PROBED_BYTES / ROW_BYTES),
    ]);
  });
}
