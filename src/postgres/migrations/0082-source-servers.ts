import type { Knex } from 'knex';

/** A source may send to an SFTP server of its own. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE feed_source ADD COLUMN server jsonb, ADD COLUMN server_fault jsonb, ADD COLUMN server_lost_since timestamptz;
    COMMENT ON COLUMN feed_source.server IS
      'The SFTP server that its feeds lie on, with where its password is, and never the password. Null: that of all sources.';
    COMMENT ON COLUMN feed_source.server_fault IS
      'Why that server could not be used by the last run: code and message. Null: it could be.';
    COMMENT ON COLUMN feed_source.server_lost_since IS 'Since when no run could use it. Null: the last one could.';
  `);
}
