import type { Knex } from 'knex';

/** Whose feed was refused: that of another sender does not end it, and may have its name and its time. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE refused_feed ADD COLUMN source text NOT NULL DEFAULT '';
    ALTER TABLE refused_feed DROP CONSTRAINT refused_feed_pkey, ADD PRIMARY KEY (file_name, sent_at, source);
    COMMENT ON COLUMN refused_feed.source IS
      'The folder that it was sent to: the next feed of that folder and its type ends it. Empty: an earlier release has recorded it, and any of its type ends it.';
    COMMENT ON TABLE refused_feed IS
      'Feeds from SFTP that were refused, as a whole or some rows of them. One ends with the next feed of its source and type that has rows and none of them refused, or when a person dismisses it.';
  `);
}
