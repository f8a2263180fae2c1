import type { Knex } from 'knex';

/** A call may have rows of several pages of its file, so it says which. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE shopify_call ADD COLUMN positions integer[];
    COMMENT ON COLUMN shopify_call.positions IS
      'Where its rows are in the file. Null: an older release has sent it, and they are among the 250 of its chunk.';
  `);
}
