import type { Knex } from 'knex';

/** Feeds that wait until a person decides about them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE held_feed (
      held_feed_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      claimed_path   text NOT NULL UNIQUE,
      file_name      text NOT NULL,
      feed_type      text NOT NULL,
      sent_at        timestamptz NOT NULL,
      content_sha256 text NOT NULL,
      code           text NOT NULL,
      message        text NOT NULL,
      held_since     timestamptz NOT NULL DEFAULT clock_timestamp(),
      decision       text CHECK (decision IN ('approve', 'reject')),
      decided_by     text,
      decided_at     timestamptz,
      reason         text,
      ended_at       timestamptz,
      CHECK ((decision IS NULL) = (decided_at IS NULL))
    );
    CREATE INDEX held_feed_open ON held_feed (held_since) WHERE ended_at IS NULL;
    COMMENT ON TABLE held_feed IS
      'Feeds that look as if they must not be applied. Each lies in claimed/ on SFTP until a person decides; the next run carries the decision out.';
    COMMENT ON COLUMN held_feed.content_sha256 IS 'The decision is about this content: a feed that grows meanwhile is held anew.';
    COMMENT ON COLUMN held_feed.ended_at IS 'When its decision was carried out; null: it waits.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON held_feed
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
}
