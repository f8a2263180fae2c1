import type { Knex } from 'knex';

/** A page of one file tells at once what a verification has read back of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE verification_history ADD COLUMN read_back jsonb;
    COMMENT ON COLUMN verification_history.read_back IS
      'By the number of a file: its rows that no later file had settled when this verification ended, and how many of them differed. Null: a sample, an earlier one, one of an earlier release, or one with more differences than are kept.';
  `);
}
