import type { Knex } from 'knex';

/**
 * Imports by number: what a person approves, rejects or undoes. Each posting has the number of the import that made it:
 * the session names it, so the statements of all feed types are as they were, and workers of the release before post
 * without one.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE feed_import (
      import_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      import_key      text NOT NULL UNIQUE,
      file_name       text NOT NULL,
      source          text,
      feed_type       text NOT NULL,
      claimed_path    text,
      size_bytes      bigint,
      sent_at         timestamptz NOT NULL,
      state           text NOT NULL CHECK (state IN ('held', 'approved', 'rejected', 'replaced', 'applied', 'undone')),
      row_count       integer NOT NULL DEFAULT 0,
      refused_count   integer NOT NULL DEFAULT 0,
      reasons         jsonb NOT NULL DEFAULT '[]',
      effect          jsonb,
      after_entry     bigint,
      last_entry      bigint,
      came_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
      decided_at      timestamptz,
      decided_by      text,
      decision_reason text
    );
    CREATE INDEX feed_import_held ON feed_import (came_at) WHERE state = 'held';
    CREATE INDEX feed_import_history ON feed_import (source, feed_type, import_id) WHERE state = 'applied';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON feed_import
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    COMMENT ON TABLE feed_import IS
      'Feeds by number: those that were applied, and those that gates hold until a person decides. import_file says which were applied once and for all.';
    COMMENT ON COLUMN feed_import.import_key IS 'What the import is known by, as in import_file.sha256.';
    COMMENT ON COLUMN feed_import.source IS 'The folder below incoming/, or incoming itself; null: it came from a machine of ours.';
    COMMENT ON COLUMN feed_import.size_bytes IS 'With sent_at: a claimed file of another size or time is another feed.';
    COMMENT ON COLUMN feed_import.reasons IS 'Why gates hold it, or have held it.';
    COMMENT ON COLUMN feed_import.effect IS 'What it has changed, or would have changed when it was held.';
    COMMENT ON COLUMN feed_import.after_entry IS
      'Its postings are those between this one, exclusive, and last_entry that have its number; null: there are none.';
    COMMENT ON COLUMN feed_import.decided_at IS 'When a person last decided about it: approved, rejected or undid it.';

    ALTER TABLE inventory_item_detail ADD COLUMN import_id bigint;
    ALTER TABLE inventory_item_detail
      ALTER COLUMN import_id SET DEFAULT nullif(current_setting('atp.import_id', true), '')::bigint;
    COMMENT ON COLUMN inventory_item_detail.import_id IS
      'The import that has posted it, or whose posting it takes back; null: a worker of an earlier release has.';
  `);
}
