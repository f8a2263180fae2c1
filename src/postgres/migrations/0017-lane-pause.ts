import type { Knex } from 'knex';

/** A lane that a person has paused. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE lane
      ADD COLUMN paused_at    timestamptz,
      ADD COLUMN paused_by    text,
      ADD COLUMN pause_reason text;
    COMMENT ON COLUMN lane.paused_at IS
      'Since when nothing may be sent, because a person has paused the lane; null: it is not paused.';
  `);
}
