import type { Knex } from 'knex';

/** The instant of the count before the last one: it says what is too old when the last one is undone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE last_count ADD COLUMN earlier_counted_at timestamptz;
    COMMENT ON COLUMN last_count.earlier_counted_at IS
      'The instant of the count before it, which counts when this one is undone; null: none, or an earlier release has posted it.';
  `);
}
