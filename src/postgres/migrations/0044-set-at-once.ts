import type { Knex } from 'knex';

/** A facility's own safety stock for products that come to it, and products and facilities that are removed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE facility ADD COLUMN default_safety_stock integer NOT NULL DEFAULT 0 CHECK (default_safety_stock >= 0);
    COMMENT ON COLUMN facility.default_safety_stock IS
      'What minimum_stock is of a product whose first units come to the facility; those that are there keep theirs.';

    CREATE OR REPLACE FUNCTION post_ledger_to_levels() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      -- In key order, so that two postings of many products cannot wait for each other in a circle.
      INSERT INTO product_facility AS level (product_id, facility_id, quantity_on_hand, reserved, minimum_stock)
      SELECT product_id, facility_id, sum(quantity_on_hand_diff), sum(reserved_diff), min(default_safety_stock)
      FROM posted JOIN facility USING (facility_id)
      GROUP BY product_id, facility_id ORDER BY product_id, facility_id
      ON CONFLICT (product_id, facility_id) DO UPDATE SET
        quantity_on_hand = level.quantity_on_hand + excluded.quantity_on_hand,
        reserved = level.reserved + excluded.reserved;
      RETURN NULL;
    END $$;

    -- A worker may not delete master data. Here it may have removed what nothing depends on, by the right of the tables' owner.
    -- Both say what depends on it; null: it is gone.
    CREATE FUNCTION remove_product(asked text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE reason text;
    BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT FROM inventory_item_detail WHERE product_id = asked) THEN 'units of it were posted to the ledger'
        WHEN EXISTS (SELECT FROM order_item WHERE product_id = asked) THEN 'orders have it'
        WHEN EXISTS (SELECT FROM transfer_item WHERE product_id = asked) THEN 'transfers have it'
        WHEN EXISTS (SELECT FROM published_row WHERE product_id = asked)
          OR EXISTS (SELECT FROM applied_row WHERE product_id = asked)
          THEN 'it was sent to ' || (SELECT string_agg(DISTINCT shop_id, ', ') FROM (
            SELECT shop_id FROM published_row WHERE product_id = asked
            UNION SELECT shop_id FROM applied_row WHERE product_id = asked) AS sent)
        END INTO reason;
      IF reason IS NOT NULL THEN RETURN reason; END IF;
      DELETE FROM mapping_finding WHERE product_id = asked;
      DELETE FROM shop_product WHERE product_id = asked;
      DELETE FROM left_item WHERE product_id = asked;
      DELETE FROM owed_row WHERE product_id = asked;
      DELETE FROM product_facility_group WHERE product_id = asked;
      DELETE FROM product_facility WHERE product_id = asked;
      DELETE FROM product WHERE product_id = asked;
      RETURN NULL;
    END $$;

    CREATE FUNCTION remove_facility(asked text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE reason text;
    BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT FROM facility_group_member WHERE facility_id = asked AND (thru_date IS NULL OR thru_date > now()))
          THEN 'it is a member of ' || (SELECT string_agg(DISTINCT facility_group_id, ', ') FROM facility_group_member
            WHERE facility_id = asked AND (thru_date IS NULL OR thru_date > now()))
        WHEN EXISTS (SELECT FROM product_facility AS level JOIN inventory_item_detail USING (product_id, facility_id)
          WHERE level.facility_id = asked) THEN 'units were posted to it in the ledger'
        WHEN EXISTS (SELECT FROM order_item WHERE facility_id = asked) THEN 'orders name it'
        WHEN EXISTS (SELECT FROM transfer_item WHERE asked IN (from_facility_id, to_facility_id)) THEN 'transfers name it'
        WHEN EXISTS (SELECT FROM feed_source WHERE settings -> 'fixed' ->> 'facilityId' = asked)
          THEN 'feeds of ' || (SELECT string_agg(source, ', ') FROM feed_source
            WHERE settings -> 'fixed' ->> 'facilityId' = asked) || ' are of it'
        END INTO reason;
      IF reason IS NOT NULL THEN RETURN reason; END IF;
      DELETE FROM facility_group_member WHERE facility_id = asked;
      DELETE FROM product_facility WHERE facility_id = asked;
      DELETE FROM facility WHERE facility_id = asked;
      RETURN NULL;
    END $$;

    REVOKE EXECUTE ON FUNCTION post_ledger_to_levels, remove_product, remove_facility FROM PUBLIC;
    DO $$ DECLARE name text; BEGIN
      FOREACH name IN ARRAY ARRAY['post_ledger_to_levels', 'remove_product', 'remove_facility'] LOOP
        EXECUTE format('ALTER FUNCTION %I SECURITY DEFINER SET search_path = %I, pg_temp', name, current_schema());
      END LOOP;
      -- Where the roles were made before these functions: without a right of its own a worker could not call them until
      -- somebody typed \`atp migrate --roles\`. A table of a later migration comes with all rights.
      IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'atp_work' AND has_table_privilege(oid, 'product', 'INSERT')) THEN
        GRANT EXECUTE ON FUNCTION remove_product, remove_facility, remove_old_order_lines TO atp_work;
        REVOKE DELETE ON transfer_item FROM atp_work;
      END IF;
    END $$;
  `);
}
