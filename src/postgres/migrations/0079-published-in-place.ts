import type { Knex } from 'knex';

/**
 * What was published changes in place: its pages keep room for the next version of each row, so that a Hard Sync writes no
 * index (decision 0057). Pages that are there stay as they are until they are written anew.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE published_row SET (fillfactor = 50)');
}
