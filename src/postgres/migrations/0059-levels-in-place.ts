import type { Knex } from 'knex';

/**
 * Large imports write less. A level and its last count change in place: their pages keep room for the next version of each row, so
 * that no index is written. Postings that are kept for later lie a thousand in a row.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE product_facility SET (fillfactor = 50);
    ALTER TABLE last_count SET (fillfactor = 50);

    ALTER TABLE pending_posting RENAME TO pending_posting_row;
    CREATE TABLE pending_posting (
      import_id    bigint NOT NULL,
      chunk        integer NOT NULL,
      part         integer NOT NULL,
      product_ids  text[] NOT NULL,
      facility_ids text[] NOT NULL,
      units        integer[] NOT NULL,
      reasons      text[] NOT NULL,
      row_numbers  integer[] NOT NULL,
      happened_at  timestamptz[] NOT NULL,
      PRIMARY KEY (import_id, chunk, part)
    );
    -- They are read once, and soon: to compress them takes longer than to write them.
    ALTER TABLE pending_posting
      ALTER product_ids SET STORAGE EXTERNAL, ALTER facility_ids SET STORAGE EXTERNAL, ALTER units SET STORAGE EXTERNAL,
      ALTER reasons SET STORAGE EXTERNAL, ALTER row_numbers SET STORAGE EXTERNAL, ALTER happened_at SET STORAGE EXTERNAL;
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON pending_posting
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    COMMENT ON TABLE pending_posting IS
      'Postings of large imports that are judged and not made yet, a thousand in a row: the arrays have one element for each. A chunk leaves with the transaction that posts it.';
    COMMENT ON COLUMN pending_posting.chunk IS 'Rises with the product, whose postings are all in one chunk. Some numbers are left out.';
    COMMENT ON COLUMN pending_posting.part IS 'Rises with the product.';
    COMMENT ON COLUMN pending_posting.units IS
      'What is added to the units on hand. Of a count, what it is more than was there when it was judged: 0 makes a level that is not there.';
    COMMENT ON COLUMN pending_posting.row_numbers IS 'The rows of the feed, for the sources of the postings.';
    COMMENT ON COLUMN pending_posting.happened_at IS 'Null elements: when the file was written.';
  `);
  // Of imports that are under way: in groups that follow each other, so that memory has one row at a time.
  await knex.raw(`
    SET LOCAL enable_hashagg = off;
    INSERT INTO pending_posting
    SELECT import_id, chunk, part, array_agg(product_id), array_agg(facility_id), array_agg(units), array_agg(reason),
      array_agg(row_number), array_agg(happened_at)
    FROM (
      SELECT *, (row_number() OVER (PARTITION BY import_id, chunk ORDER BY row_number) - 1) / 1000 AS part FROM pending_posting_row
    ) AS posting
    GROUP BY import_id, chunk, part;
    DROP TABLE pending_posting_row;
  `);
}
