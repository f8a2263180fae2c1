/**
 * A database whose tables are spread over nodes is refused. Citus is no package of Debian, so its list of tables is made
 * here as its documentation has it (Citus, "Citus Tables and Views", pg_dist_partition).
 */
import { expect, test } from 'vitest';
import { requireOneNode } from '../../src/postgres/one-node.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

test('tables of ours in the list of Citus are refused, in whatever schema it is; other tables are not', async () => {
  const { database } = await freshDatabase();
  await requireOneNode(database);

  await database.query('CREATE SCHEMA "of Citus"');
  await database.query(
    `CREATE TABLE "of Citus".pg_dist_partition (logicalrelid regclass PRIMARY KEY, partmethod "char")`,
  );
  await requireOneNode(database);

  const insert = `INSERT INTO "of Citus".pg_dist_partition VALUES ($1::regclass, 'h')`;
  await database.query('CREATE SCHEMA theirs');
  await database.query('CREATE TABLE theirs.product (id text)');
  await database.query(insert, ['theirs.product']);
  await requireOneNode(database);

  await database.query(insert, ['product_facility']);
  await database.query(insert, ['product']);
  await expect(requireOneNode(database)).rejects.toMatchObject({
    code: 'DATABASE_DISTRIBUTED',
    message: expect.stringContaining('"of Citus".pg_dist_partition has 2 of them, such as product') as string,
  });
});
