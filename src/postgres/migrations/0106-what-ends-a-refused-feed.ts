import type { Knex } from 'knex';

/** Another feed of the type says nothing of what the refused one has said. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    COMMENT ON COLUMN refused_feed.source IS
      'The folder that it was sent to: a feed of another one does not end it. Empty: an earlier release has recorded it, and that of any folder may.';
    COMMENT ON TABLE refused_feed IS
      'Feeds from SFTP that were refused, as a whole or some rows of them. One ends when the file comes again and none of its rows is refused, when it was a count and the next one of a sender with a folder of its own comes so, or when a person dismisses it.';
    COMMENT ON TABLE feed_left IS
      'Feeds that are done with, and could not be moved to archive/ or error/: never imported again, moved later.';
  `);
}
