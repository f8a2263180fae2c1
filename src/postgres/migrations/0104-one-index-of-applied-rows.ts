import type { Knex } from 'knex';

/** applied_row_of_file has taken its place. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX applied_row_by_sequence');
}
