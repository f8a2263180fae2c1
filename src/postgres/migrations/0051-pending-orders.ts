import type { Knex } from 'knex';

/** Order lines of a large import: each chunk is judged when it is applied, beside what the lines are by then. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE feed_import ADD COLUMN may_reopen boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN feed_import.may_reopen IS
      'Of order lines in chunks: whether an open state opens a line again that was closed, by the setting of its source.';
    CREATE TABLE pending_order_row (
      import_id            bigint NOT NULL,
      chunk                integer NOT NULL,
      row_number           integer NOT NULL,
      row_values           json NOT NULL,
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
      updated_at           timestamptz,
      PRIMARY KEY (import_id, chunk, row_number)
    );
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON pending_order_row
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    COMMENT ON TABLE pending_order_row IS
      'Rows of large imports of order lines, as they were sent. A chunk leaves with the transaction that applies it.';
    COMMENT ON COLUMN pending_order_row.chunk IS 'Rises with the first row of the order, whose rows are all in one chunk. Some numbers are left out.';
  `);
}
