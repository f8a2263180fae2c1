import type { Knex } from 'knex';

/**
 * Of two indexes that begin with the shop the planner takes either for a shop that it does not know, and reads all rows of the shop for each of
 * them. One that is there only where a column is said to be something cannot be taken for a look-up by another column. In a transaction of its
 * own, and beside the old one: whoever reads goes on meanwhile, and there is no second lock to wait for.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    'CREATE INDEX applied_row_of_file ON applied_row (shop_id, sequence) WHERE sequence IS NOT NULL',
  );
}
