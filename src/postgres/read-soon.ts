import { READING_TIMEOUT_MS } from '../domain/limits.ts';
import type { Connection, Database } from './database.ts';

/** Runs `work` with a short limit on the server: a reading that takes longer is not worth its load. */
export async function readSoon<Result>(
  database: Database,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (connection) => {
    await connection.query(`SET LOCAL statement_timeout = ${READING_TIMEOUT_MS}`);
    return work(connection);
  });
}
