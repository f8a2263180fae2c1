import type { Knex } from 'knex';

/**
 * The log of sales, plans that are sets of withheld products, and what the guard lets through.
 *
 * Workers of the release before go on meanwhile. So the columns that they read stay, unused, until the next release:
 * of shop to_zero_limit_percent, of sync_plan cause, row_count, to_zero_count and product_count.
 */
export async function up(knex: Knex): Promise<void> {
  await sales(knex);
  await limits(knex);
  await plans(knex);
}

/** Reasons of the ledger, as of this release. A reset says what is there, and not what was sold. */
async function sales(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE sale_log (
      txid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
      product_id  text NOT NULL,
      facility_id text,
      units       bigint NOT NULL
    );
    CREATE INDEX sale_log_by_txid ON sale_log (txid);
    COMMENT ON TABLE sale_log IS
      'What orders and sales took from a product, by the transaction: the difference of two snapshots tells what was sold between them.';
    COMMENT ON COLUMN sale_log.facility_id IS 'Null: the brokering queue, which counts for every group.';
    COMMENT ON COLUMN sale_log.units IS
      'Negative: given back. So reserving and then shipping, or leaving the queue for a facility, count once.';

    CREATE FUNCTION log_sales_of_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO sale_log (product_id, facility_id, units)
      SELECT product_id, facility_id, sum(units) FROM (
        SELECT product_id, facility_id, reserved_diff::bigint + CASE
          WHEN reason_enum_id = 'ORDER_SHIPPED' THEN -quantity_on_hand_diff::bigint
          WHEN reason_enum_id = 'VAR_EXT_RESET' THEN 0
          ELSE greatest(0, -quantity_on_hand_diff::bigint) END AS units
        FROM posted
      ) AS posting
      GROUP BY product_id, facility_id HAVING sum(units) <> 0;
      RETURN NULL;
    END $$;
    CREATE TRIGGER log_sales AFTER INSERT ON inventory_item_detail
      REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION log_sales_of_ledger();

    CREATE FUNCTION log_sales_of_queue() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      lines text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT product_id, facility_id, open_quantity AS units FROM new_rows'
        WHEN 'DELETE' THEN 'SELECT product_id, facility_id, -open_quantity AS units FROM old_rows'
        ELSE 'SELECT product_id, facility_id, open_quantity AS units FROM new_rows
          UNION ALL SELECT product_id, facility_id, -open_quantity FROM old_rows' END;
    BEGIN
      EXECUTE format('
        INSERT INTO sale_log (product_id, units)
        SELECT product_id, sum(units) FROM (%s) AS line
        WHERE units <> 0 AND NOT EXISTS (
          SELECT FROM facility JOIN facility_type USING (facility_type_id)
          WHERE facility.facility_id = line.facility_id AND NOT facility_type.is_virtual)
        GROUP BY product_id HAVING sum(units) <> 0', lines);
      RETURN NULL;
    END $$;
    CREATE TRIGGER log_sales_insert AFTER INSERT ON order_item REFERENCING NEW TABLE AS new_rows
      FOR EACH STATEMENT EXECUTE FUNCTION log_sales_of_queue();
    CREATE TRIGGER log_sales_update AFTER UPDATE ON order_item REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION log_sales_of_queue();
    CREATE TRIGGER log_sales_delete AFTER DELETE ON order_item REFERENCING OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION log_sales_of_queue();
  `);
}

async function limits(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE shop
      ADD COLUMN collapse_limit_percent integer NOT NULL DEFAULT 20 CHECK (collapse_limit_percent >= 0),
      ADD COLUMN surge_limit_percent integer NOT NULL DEFAULT 300 CHECK (surge_limit_percent >= 0),
      ADD COLUMN sell_out_limit_percent integer NOT NULL DEFAULT 50 CHECK (sell_out_limit_percent >= 0),
      ADD COLUMN guard_window_hours integer NOT NULL DEFAULT 24 CHECK (guard_window_hours > 0);
    UPDATE shop SET collapse_limit_percent = to_zero_limit_percent;
    COMMENT ON COLUMN shop.to_zero_limit_percent IS 'Of the release before; the next one drops it.';
    COMMENT ON COLUMN shop.collapse_limit_percent IS
      'Share of the products in stock that may fall to a quarter or less within the window, without sales that explain it.';
    COMMENT ON COLUMN shop.surge_limit_percent IS
      'Units by which products may rise to more than four times what they were within the window, as a share of the units in stock.';
    COMMENT ON COLUMN shop.sell_out_limit_percent IS
      'Share of the products in stock that may sell out within the window by sales of other channels.';
    COMMENT ON COLUMN shop.guard_window_hours IS 'The window of the guard''s limits. An approval begins it anew.';

    ALTER TABLE upload_file
      ADD COLUMN collapse_count integer NOT NULL DEFAULT 0,
      ADD COLUMN surge_units bigint NOT NULL DEFAULT 0,
      ADD COLUMN sell_out_count integer NOT NULL DEFAULT 0,
      ADD COLUMN stock_products_change integer NOT NULL DEFAULT 0,
      ADD COLUMN stock_units_change bigint NOT NULL DEFAULT 0;
    COMMENT ON COLUMN upload_file.collapse_count IS 'Products that it let collapse, unapproved and within the limit.';
    COMMENT ON COLUMN upload_file.surge_units IS 'Units by which it let products surge, unapproved and within the limit.';
    COMMENT ON COLUMN upload_file.sell_out_count IS 'Products that it let sell out, unapproved and within the limit.';
    COMMENT ON COLUMN upload_file.stock_products_change IS
      'How many more products are in stock by it: so many more than before it.';
    COMMENT ON COLUMN upload_file.stock_units_change IS 'The same in units.';
    CREATE INDEX upload_file_by_time ON upload_file (shop_id, created_at);
  `);
}

async function plans(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE sync_plan
      ADD COLUMN revision integer NOT NULL DEFAULT 1,
      ADD COLUMN counts jsonb NOT NULL DEFAULT '{}',
      ALTER COLUMN cause DROP NOT NULL,
      ALTER COLUMN row_count DROP NOT NULL,
      ALTER COLUMN to_zero_count DROP NOT NULL,
      ALTER COLUMN product_count DROP NOT NULL;
    COMMENT ON TABLE sync_plan IS 'Products that are withheld: they would change too much, and a person decides.';
    COMMENT ON COLUMN sync_plan.kind IS
      'Of the file that its approval makes. hard-sync: the whole file waits. recent-changes: only these products do.';
    COMMENT ON COLUMN sync_plan.revision IS 'Rises when products join, or wait for another cause.';
    COMMENT ON COLUMN sync_plan.counts IS 'Its products by cause, as it was last: the rows are removed when it is closed.';
    COMMENT ON COLUMN sync_plan.producer_key IS 'The last run that looked at it: repeated, that run finds it.';
    COMMENT ON COLUMN sync_plan.cause IS 'Of the release before, as row_count, to_zero_count and product_count; the next one drops it.';

    ALTER TABLE sync_plan_row
      ADD COLUMN cause text NOT NULL DEFAULT 'COLLAPSE'
        CHECK (cause IN ('COLLAPSE', 'SURGE', 'SELL_OUT', 'FIRST_HARD_SYNC')),
      ADD COLUMN withheld_quantity integer,
      ADD COLUMN quantity integer NOT NULL DEFAULT 0,
      ADD COLUMN sequence_before bigint,
      ADD COLUMN revision integer NOT NULL DEFAULT 1,
      ADD COLUMN since timestamptz NOT NULL DEFAULT now(),
      ALTER COLUMN quantity_before DROP NOT NULL;
    COMMENT ON TABLE sync_plan_row IS 'A product that is withheld. A candidate of every delta, so that nothing of it is lost.';
    COMMENT ON COLUMN sync_plan_row.quantity_before IS 'What was published when it joined; null: nothing.';
    COMMENT ON COLUMN sync_plan_row.sequence_before IS 'The file that had published that: what explains the change came after it.';
    COMMENT ON COLUMN sync_plan_row.withheld_quantity IS 'What is published while it waits: its sales lower it. Null: nothing.';
    COMMENT ON COLUMN sync_plan_row.quantity IS 'What would be published.';
    COMMENT ON COLUMN sync_plan_row.revision IS 'Of the plan, when the product joined or its cause changed.';

    -- A shop has one plan. Those that were held keep their number, the newer one of two.
    UPDATE sync_plan AS plan SET state = 'REPLACED', closed_at = now()
    WHERE state = 'HELD' AND EXISTS (
      SELECT FROM sync_plan AS newer
      WHERE newer.shop_id = plan.shop_id AND newer.state = 'HELD' AND newer.plan > plan.plan);
    UPDATE sync_plan SET kind = 'recent-changes' WHERE state = 'HELD' AND cause <> 'FIRST_HARD_SYNC';
    UPDATE sync_plan SET counts = CASE cause
      WHEN 'FIRST_HARD_SYNC' THEN jsonb_build_object(cause, row_count)
      ELSE jsonb_build_object('COLLAPSE', to_zero_count) END;
    -- The next Hard Sync writes the rows of a first one: they were only its zeros.
    DELETE FROM sync_plan_row AS row USING sync_plan AS plan
    WHERE plan.shop_id = row.shop_id AND plan.plan = row.plan
      AND (plan.state <> 'HELD' OR plan.cause = 'FIRST_HARD_SYNC');
    DROP INDEX sync_plan_held;
    CREATE UNIQUE INDEX sync_plan_held ON sync_plan (shop_id) WHERE state = 'HELD';

    -- A worker of the release before replaces a plan without looking at its products: they are owed instead.
    CREATE FUNCTION owe_withheld_rows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO owed_row (shop_id, product_id, cause)
      SELECT shop_id, product_id, 'PLAN_REPLACED' FROM sync_plan_row
      WHERE shop_id = NEW.shop_id AND plan = NEW.plan AND cause <> 'FIRST_HARD_SYNC'
      ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$;
    CREATE TRIGGER rows_of_replaced_plans_are_owed AFTER UPDATE OF state ON sync_plan FOR EACH ROW
      WHEN (OLD.state = 'HELD' AND NEW.state = 'REPLACED') EXECUTE FUNCTION owe_withheld_rows();
  `);
}
