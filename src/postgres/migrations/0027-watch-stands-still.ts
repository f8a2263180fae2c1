import type { Knex } from 'knex';

/** Calls that may still arrive are watched until they were looked at, however long the lane stands still. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE lane ADD COLUMN late_calls_seen_at timestamptz NOT NULL DEFAULT now();
    COMMENT ON COLUMN lane.late_calls_seen_at IS
      'Every watched row was looked at since then. The watch of a call ends by this clock, which stands still while nobody looks: in a paused or blocked lane, or without a worker.';
  `);
}
