import type { Knex } from 'knex';

/**
 * A large import is judged first, and then posted in chunks: what is still to be posted lies here, so any process can go on with it,
 * without the file. Workers of the release before import in one transaction, and leave nothing here.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE feed_import DROP CONSTRAINT feed_import_state_check;
    ALTER TABLE feed_import ADD CONSTRAINT feed_import_state_check
      CHECK (state IN ('held', 'approved', 'rejected', 'replaced', 'applying', 'applied', 'undone'));
    CREATE INDEX feed_import_applying ON feed_import (import_id) WHERE state = 'applying';
    ALTER TABLE feed_import ADD COLUMN done_count integer, ADD COLUMN pending_count integer;
    COMMENT ON COLUMN feed_import.done_count IS
      'Of an import in chunks: rows that are posted, of done_count + pending_count. Null: it was applied in one transaction.';
    COMMENT ON COLUMN feed_import.pending_count IS 'Rows that are still to be posted.';

    CREATE TABLE pending_posting (
      import_id   bigint NOT NULL,
      chunk       integer NOT NULL,
      product_id  text NOT NULL,
      facility_id text NOT NULL,
      units       integer NOT NULL,
      reason      text NOT NULL,
      row_number  integer NOT NULL,
      happened_at timestamptz
    );
    CREATE INDEX pending_posting_by_chunk ON pending_posting (import_id, chunk);
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON pending_posting
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    COMMENT ON TABLE pending_posting IS
      'Postings of large imports that are judged and not made yet. A chunk leaves with the transaction that posts it.';
    COMMENT ON COLUMN pending_posting.chunk IS 'Rises with the product, whose rows are all in one chunk. Some numbers are left out.';
    COMMENT ON COLUMN pending_posting.units IS
      'What is added to the units on hand. Of a count, what it is more than was there when it was judged: 0 makes a level that is not there.';
    COMMENT ON COLUMN pending_posting.row_number IS 'The row of the feed, for the source of the posting.';
  `);
}
