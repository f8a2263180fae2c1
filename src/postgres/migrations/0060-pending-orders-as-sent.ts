import type { Knex } from 'knex';

/** Order lines that are kept for later lie a thousand in a row, too. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TYPE sent_order_row AS (
      row_number           integer,
      row_values           text,
      id_type              text,
      id_value             text,
      order_id             text,
      order_item_seq_id    text,
      shop_id              text,
      external_order_id    text,
      quantity             integer,
      cancel_quantity      integer,
      facility_id          text,
      external_facility_id text,
      status_id            text,
      order_date           timestamptz,
      updated_at           timestamptz
    );
    COMMENT ON TYPE sent_order_row IS 'A row of a feed of order lines, as it was sent.';

    ALTER TABLE pending_order_row RENAME TO pending_order_row_alone;
    ALTER TABLE pending_order_row_alone RENAME CONSTRAINT pending_order_row_pkey TO pending_order_row_alone_pkey;
    CREATE TABLE pending_order_row (
      import_id bigint NOT NULL,
      chunk     integer NOT NULL,
      part      integer NOT NULL,
      rows      sent_order_row[] NOT NULL,
      PRIMARY KEY (import_id, chunk, part)
    );
    -- They are read once, and soon: to compress them takes longer than to write them.
    ALTER TABLE pending_order_row ALTER rows SET STORAGE EXTERNAL;
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON pending_order_row
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    COMMENT ON TABLE pending_order_row IS
      'Rows of large imports of order lines, as they were sent, a thousand in a row. A chunk leaves with the transaction that applies it.';
    COMMENT ON COLUMN pending_order_row.chunk IS 'Rises with the first row of the order, whose rows are all in one chunk. Some numbers are left out.';
    COMMENT ON COLUMN pending_order_row.part IS 'Rises with the rows.';
  `);
  // Of imports that are under way: in groups that follow each other, so that memory has one row at a time.
  await knex.raw(`
    SET LOCAL enable_hashagg = off;
    INSERT INTO pending_order_row
    SELECT import_id, chunk, part, array_agg(ROW(row_number, row_values::text, id_type, id_value, order_id, order_item_seq_id, shop_id,
      external_order_id, quantity, cancel_quantity, facility_id, external_facility_id, status_id, order_date,
      updated_at)::sent_order_row)
    FROM (
      SELECT *, (row_number() OVER (PARTITION BY import_id, chunk ORDER BY row_number) - 1) / 1000 AS part FROM pending_order_row_alone
    ) AS sent
    GROUP BY import_id, chunk, part;
    DROP TABLE pending_order_row_alone;
  `);
}
