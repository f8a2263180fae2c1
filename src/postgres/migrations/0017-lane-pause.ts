import type { Knex } from 'knex';

/** A lane that a person has paused, and the Hard Sync that starts by itself. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE lane
      ADD COLUMN paused_at    timestamptz,
      ADD COLUMN paused_by    text,
      ADD COLUMN pause_reason text,
      ADD COLUMN hard_sync_started_at timestamptz;
    COMMENT ON COLUMN lane.paused_at IS
      'Since when nothing may be sent, because a person has paused the lane; null: it is not paused.';
    COMMENT ON COLUMN lane.hard_sync_started_at IS
      'When the Hard Sync that a restored database needs was last started by itself.';
  `);
}
