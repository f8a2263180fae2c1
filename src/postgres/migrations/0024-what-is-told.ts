import type { Knex } from 'knex';

const TABLES = ['expected_feed', 'refused_feed', 'verification', 'waiting_feed'];

/** What imports and verifications have found and somebody must be told: it was in the result of a run alone. */
// Cascading, because a worker of the release before removes shops, too, and does not know of verification.
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE refused_feed (
      file_name    text NOT NULL,
      sent_at      timestamptz NOT NULL,
      feed_type    text,
      refused_rows integer,
      code         text,
      message      text,
      refused_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
      ended_at     timestamptz,
      dismissed_by text,
      reason       text,
      PRIMARY KEY (file_name, sent_at)
    );
    CREATE INDEX refused_feed_open ON refused_feed (refused_at) WHERE ended_at IS NULL;
    COMMENT ON TABLE refused_feed IS
      'Feeds from SFTP that were refused, as a whole or some rows of them. One ends with the next feed of its type that has rows and none of them refused, or when a person dismisses it.';
    COMMENT ON COLUMN refused_feed.sent_at IS 'The time of the file on SFTP: another time under the same name is another feed.';
    COMMENT ON COLUMN refused_feed.feed_type IS 'Null: it could not be told.';
    COMMENT ON COLUMN refused_feed.refused_rows IS 'Null: nothing of it was applied, because of code and message.';

    CREATE TABLE waiting_feed (
      path       text PRIMARY KEY,
      seen_since timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    COMMENT ON TABLE waiting_feed IS
      'Feeds in incoming/ that are not imported yet, as the last run of the import has seen them, the first 1,000 of them.';

    CREATE TABLE expected_feed (
      feed_type      text PRIMARY KEY,
      every          interval NOT NULL,
      expected_since timestamptz NOT NULL DEFAULT clock_timestamp(),
      came_at        timestamptz
    );
    COMMENT ON COLUMN expected_feed.came_at IS 'When the last feed of the type was imported, also one without a row; null: none was.';

    CREATE TABLE verification (
      shop_id         text PRIMARY KEY REFERENCES shop ON DELETE CASCADE,
      verified_at     timestamptz NOT NULL,
      checked         integer NOT NULL,
      different       integer NOT NULL,
      causes          jsonb NOT NULL,
      skus            text[] NOT NULL,
      different_since timestamptz
    );
    COMMENT ON TABLE verification IS
      'What the last verification of a shop has found. A sample counts only when it finds a difference: it proves nothing else.';
    COMMENT ON COLUMN verification.different IS
      'Products that differ and that nothing brings in order by itself: differences on their way, and sales that are kept back, do not count.';
    COMMENT ON COLUMN verification.different_since IS 'The first verification in a row that found some; null: the last one found none.';
  `);
  for (const table of TABLES) {
    await knex.raw(`
      CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    `);
  }
}
