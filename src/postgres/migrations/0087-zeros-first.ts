import type { Knex } from 'knex';

/** The rows of a file in three parts: what is sold out, what falls, and the others (product-pushes.ts searches each). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE upload_file ADD COLUMN falling_count integer;
    COMMENT ON COLUMN upload_file.falling_count IS
      'Rows that say less than the file before, and more than 0: they come behind the to_zero_count rows that say 0. Null: all rows are in the order of their products.';
  `);
}
