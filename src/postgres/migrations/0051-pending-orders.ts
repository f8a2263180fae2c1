import type { Knex } from 'knex';

/** Order lines of a large import: each chunk is judged when it is applied, beside what the lines are by then. */
export async function up(knex: Knex): Promise<void> {
  await keepRows(knex);
  await proveReferences(knex);
}

async function keepRows(knex: Knex): Promise<void> {
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

/**
 * Products and facilities of order lines are proved once for a statement. Row by row it took longer than the lines, and locked the few
 * rows of facilities as often as there were lines.
 *
 * Whoever removes a product or a facility waits for all who write order lines, and they for him: so each sees what the other has done.
 */
async function proveReferences(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE order_item
      DROP CONSTRAINT order_item_product_id_fkey,
      DROP CONSTRAINT order_item_facility_id_fkey;

    CREATE FUNCTION require_known_places() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM new_rows WHERE NOT EXISTS (
           SELECT FROM product WHERE product.product_id = new_rows.product_id))
        OR EXISTS (SELECT FROM new_rows WHERE facility_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM facility WHERE facility.facility_id = new_rows.facility_id)) THEN
        RAISE EXCEPTION '% of % is refused: its product or facility is not known', TG_OP, TG_TABLE_NAME
          USING ERRCODE = 'foreign_key_violation';
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER require_known_insert AFTER INSERT ON order_item REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION require_known_places();
    CREATE TRIGGER require_known_update AFTER UPDATE ON order_item REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION require_known_places();

    CREATE FUNCTION wait_for_order_lines() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      LOCK TABLE order_item IN SHARE MODE;
      RETURN NULL;
    END $$;
    CREATE TRIGGER order_lines_first BEFORE DELETE ON product
      FOR EACH STATEMENT EXECUTE FUNCTION wait_for_order_lines();
    CREATE TRIGGER order_lines_first BEFORE DELETE ON facility
      FOR EACH STATEMENT EXECUTE FUNCTION wait_for_order_lines();

    CREATE FUNCTION refuse_removal_of_ordered() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      is_ordered boolean;
    BEGIN
      EXECUTE format('SELECT EXISTS (SELECT FROM order_item WHERE %1$I = $1.%1$I)', TG_ARGV[0])
        INTO is_ordered USING OLD;
      IF is_ordered THEN
        RAISE EXCEPTION '% of % is refused: orders name it', TG_OP, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
      END IF;
      RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER ordered_stays_delete BEFORE DELETE ON product
      FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_ordered('product_id');
    CREATE TRIGGER ordered_stays_update BEFORE UPDATE OF product_id ON product
      FOR EACH ROW WHEN (NEW.product_id <> OLD.product_id) EXECUTE FUNCTION refuse_removal_of_ordered('product_id');
    CREATE TRIGGER ordered_stays_delete BEFORE DELETE ON facility
      FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_ordered('facility_id');
    CREATE TRIGGER ordered_stays_update BEFORE UPDATE OF facility_id ON facility
      FOR EACH ROW WHEN (NEW.facility_id <> OLD.facility_id) EXECUTE FUNCTION refuse_removal_of_ordered('facility_id');
  `);
}
