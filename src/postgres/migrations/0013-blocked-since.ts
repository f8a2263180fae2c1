import type { Knex } from 'knex';

/** Files that later runs try again, files that a person stops, and what could not be moved out of the way. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE upload_file
      ADD COLUMN blocked_since timestamptz,
      ADD COLUMN archive_error text;
    UPDATE upload_file SET blocked_since = blocked_at WHERE state = 'BLOCKED';
    COMMENT ON COLUMN upload_file.blocked_since IS
      'When it was first BLOCKED for what still troubles it, also while a run tries it again; null: nothing does.';
    COMMENT ON COLUMN upload_file.archive_error IS
      'Why it could not be moved to the archive when that was last tried; null: it was moved, or not tried yet.';

    ALTER TABLE lane_decision DROP CONSTRAINT lane_decision_decision_check;
    ALTER TABLE lane_decision ADD CONSTRAINT lane_decision_decision_check CHECK (decision IN
      ('hold', 'retry', 'rewrite', 'skip', 'release', 'approve', 'reject'));

    CREATE TABLE feed_left (
      path          text PRIMARY KEY,
      size_bytes    bigint NOT NULL,
      modified_at   timestamptz NOT NULL,
      fault_code    text,
      fault_message text,
      error         text NOT NULL,
      left_since    timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE feed_left IS
      'Feeds that are done with, and still lie in incoming/ because they could not be moved: never imported again, moved later.';
    COMMENT ON COLUMN feed_left.size_bytes IS 'With modified_at: another file of the same path is another feed.';
    COMMENT ON COLUMN feed_left.fault_code IS 'Of a feed that was refused as a whole, for its error file; null: it was imported.';
    COMMENT ON COLUMN feed_left.error IS 'Why it could not be moved when that was last tried.';
  `);
}
