import type { Knex } from 'knex';

/**
 * A feed is known by its claim, and not by its content: two equal files may be two events. Workers of the release before
 * go on with sha256 as the content, which is a key as good as ours.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE import_file
      ADD COLUMN content_sha256 text,
      ADD COLUMN claimed_path text,
      ADD COLUMN size_bytes bigint,
      ADD COLUMN modified_at timestamptz,
      ADD COLUMN filed_as text;
    CREATE INDEX import_file_by_content ON import_file (coalesce(content_sha256, sha256));
    CREATE INDEX import_file_by_claim ON import_file (claimed_path) WHERE claimed_path IS NOT NULL;
    CREATE INDEX import_file_filed ON import_file (filed_at) WHERE filed_as IS NOT NULL;
    COMMENT ON COLUMN import_file.sha256 IS
      'What the import is known by: the hash of claim and content. Without content_sha256, in imports of earlier releases, of the content alone.';
    COMMENT ON COLUMN import_file.content_sha256 IS 'Of the content.';
    COMMENT ON COLUMN import_file.claimed_path IS 'Where the feed lay while it was imported; null: it came from a machine of ours.';
    COMMENT ON COLUMN import_file.size_bytes IS 'Size and time of the file as it was imported: if it has others later, it has grown.';
    COMMENT ON COLUMN import_file.filed_as IS 'Its path in archive/ or error/.';
    COMMENT ON COLUMN import_file.filed_at IS
      'When the file was moved to archive/ or error/; null = a run died in between, and the next one only has to move it.';

    ALTER TABLE waiting_feed
      ADD COLUMN size_bytes bigint,
      ADD COLUMN modified_at timestamptz,
      ADD COLUMN still_since timestamptz NOT NULL DEFAULT clock_timestamp(),
      ADD COLUMN waits_for text;
    COMMENT ON COLUMN waiting_feed.still_since IS 'Since when its size and time are these, by the looks of the runs.';
    COMMENT ON COLUMN waiting_feed.waits_for IS 'The code of what keeps it waiting; null: its turn has not come.';
  `);
}
