import type { Knex } from 'knex';

/**
 * When each order line got its state, by its sender's word, so that an older state does not take the place of a newer one; and
 * the rules by which the rows of a line are taken, one after the other. They are those of src/domain/order-item.ts.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE order_item ADD COLUMN updated_at timestamptz, ADD COLUMN shipped_at timestamptz;
    COMMENT ON COLUMN order_item.updated_at IS 'When the line got its state, as its sender told; null: it was not told.';
    COMMENT ON COLUMN order_item.shipped_at IS
      'When its units left the stock of its facility; null: they have not, or an earlier release has posted it.';

    ALTER TABLE last_count ADD COLUMN is_of_available boolean;
    COMMENT ON COLUMN last_count.is_of_available IS
      'Of what was left after reservations, so that what was reserved then was added to it; null: an earlier release has posted it.';

    ALTER TABLE last_count ADD COLUMN earlier_import_id bigint;
    COMMENT ON COLUMN last_count.earlier_import_id IS
      'The import of the count before it, of which the level is when this one is undone; null: none, or an earlier release has posted it.';

    CREATE TYPE order_line_state AS (
      status_id       text,
      product_id      text,
      quantity        integer,
      cancel_quantity integer,
      facility_id     text,
      updated_at      timestamptz,
      row_number      integer,
      refused         text
    );
    COMMENT ON TYPE order_line_state IS
      'A state of an order line: the row that told it, and why the last row was not taken (an error code, or OLD).';

    CREATE FUNCTION take_order_row(state order_line_state, known order_line_state, sent order_line_state, may_reopen boolean)
    RETURNS order_line_state LANGUAGE plpgsql IMMUTABLE AS $$
    DECLARE
      before order_line_state := state;
      is_open boolean := sent.status_id IN ('ITEM_CREATED', 'ITEM_APPROVED');
      is_newer boolean;
      is_same boolean;
    BEGIN
      IF before.status_id IS NULL THEN before := known; END IF;
      before.refused := NULL;
      sent.refused := NULL;
      IF sent.status_id = 'ITEM_COMPLETED' THEN
        sent.facility_id := coalesce(sent.facility_id, before.facility_id);
      END IF;
      IF before.status_id IS NULL THEN RETURN sent; END IF;

      IF sent.updated_at < before.updated_at THEN
        before.refused := 'OLD';
        RETURN before;
      END IF;
      is_newer := coalesce(sent.updated_at > before.updated_at, false);
      is_same := sent.status_id = before.status_id AND sent.product_id = before.product_id
        AND sent.quantity = before.quantity AND sent.cancel_quantity = before.cancel_quantity
        AND sent.facility_id IS NOT DISTINCT FROM before.facility_id;
      IF before.status_id = 'ITEM_COMPLETED' THEN
        IF is_same THEN
          before.updated_at := coalesce(sent.updated_at, before.updated_at);
          RETURN before;
        END IF;
        IF NOT (is_newer OR is_open AND may_reopen) THEN
          before.refused := 'ORDER_ITEM_COMPLETED';
          RETURN before;
        END IF;
      ELSIF before.status_id = 'ITEM_CANCELLED' AND is_open AND NOT (is_newer OR may_reopen) THEN
        before.refused := 'ORDER_ITEM_CANCELLED';
        RETURN before;
      END IF;
      -- Of a line that was closed at nobody knows which time, no other state is known to be newer.
      IF is_open OR is_same THEN sent.updated_at := coalesce(sent.updated_at, before.updated_at); END IF;
      RETURN sent;
    END $$;
    COMMENT ON FUNCTION take_order_row IS 'The state of an order line after a row of a feed.';

    CREATE AGGREGATE order_line_after(order_line_state, order_line_state, boolean) (
      SFUNC = take_order_row, STYPE = order_line_state
    );
  `);
}
