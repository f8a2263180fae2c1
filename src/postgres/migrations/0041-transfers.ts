import type { Knex } from 'knex';

/** Units between two facilities: what was shipped and what was received, of each line of a transfer. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE transfer_item (
      transfer_id       text NOT NULL,
      item_seq_id       text NOT NULL,
      product_id        text NOT NULL REFERENCES product,
      from_facility_id  text REFERENCES facility,
      to_facility_id    text REFERENCES facility,
      shipped_quantity  integer CHECK (shipped_quantity >= 0),
      received_quantity integer CHECK (received_quantity >= 0),
      is_cancelled      boolean NOT NULL DEFAULT false,
      in_transit        integer NOT NULL GENERATED ALWAYS AS (
        CASE WHEN is_cancelled OR received_quantity IS NOT NULL THEN 0 ELSE coalesce(shipped_quantity, 0) END) STORED,
      PRIMARY KEY (transfer_id, item_seq_id),
      CHECK (num_nonnulls(from_facility_id, to_facility_id) > 0),
      CHECK (NOT is_cancelled OR received_quantity IS NULL)
    );
    CREATE INDEX transfer_item_in_transit ON transfer_item (product_id) WHERE in_transit > 0;
    COMMENT ON TABLE transfer_item IS 'The latest state of a line of a transfer; what it moves is posted to the ledger.';
    COMMENT ON COLUMN transfer_item.from_facility_id IS 'Null: from somebody who is no facility of ours, such as a supplier.';
    COMMENT ON COLUMN transfer_item.to_facility_id IS 'Null: to somebody who is no facility of ours.';
    COMMENT ON COLUMN transfer_item.shipped_quantity IS
      'As it was told; null: it was not. Of a line that was received, as many count as shipped as were received.';
    COMMENT ON COLUMN transfer_item.received_quantity IS 'As it was told, and it ends the line; null: it was not received yet.';
    COMMENT ON COLUMN transfer_item.in_transit IS 'Units that have left one facility and not reached the other: on hand at neither.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON transfer_item
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
}
