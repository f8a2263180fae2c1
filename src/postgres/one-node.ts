/** Whether all our tables are on one node. Citus spreads tables over several, and each of them has snapshots of its own. */
import { AtpError } from '../domain/errors.ts';
import type { Database } from './database.ts';

/**
 * Every table in the list of Citus, pg_dist_partition, is distributed, or copied to every node. The list is looked for in every
 * schema.
 *
 * @throws AtpError DATABASE_DISTRIBUTED
 */
export async function requireOneNode(database: Database): Promise<void> {
  // The name is quoted by Postgres itself, and no parameter can stand for it.
  const lists = await database.query<{ name: string }>(
    `SELECT relnamespace::regnamespace::text || '.' || quote_ident(relname) AS name
     FROM pg_class WHERE relname = 'pg_dist_partition' AND relkind IN ('r', 'p', 'v')`,
  );
  for (const { name } of lists) {
    const spread = await database.query<{ table: string }>(
      `SELECT relname AS table FROM ${name} AS list JOIN pg_class ON pg_class.oid = list.logicalrelid
       WHERE relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('product')) ORDER BY 1`,
    );
    const [first] = spread;
    if (!first) continue;
    const reason = `${name} has ${spread.length} of them, such as ${first.table}`;
    throw new AtpError('DATABASE_DISTRIBUTED', { reason });
  }
}
