/**
 * Statements that go over all rows of a shop in several tables. The planner expects a single row of a shop, or of a temporary table, that
 * nobody has counted yet. It would then read all of one table for each row of the other: of 20,000 products, four hundred million.
 */
import type { QueryResult, QueryResultRow } from 'pg';
import type { Connection } from './connection.ts';

/** Until the end of the transaction, tables are joined by hash or by order only. */
export async function joinWholeTables(session: Connection): Promise<void> {
  await session.query('SET LOCAL enable_nestloop = off');
}

/** The same for this statement, in the transaction of `session`. */
export async function passOver<Row extends QueryResultRow>(
  session: Connection,
  sql: string,
  values?: unknown[],
): Promise<QueryResult<Row>> {
  await joinWholeTables(session);
  const result = await session.query<Row>(sql, values);
  await session.query('RESET enable_nestloop');
  return result;
}
