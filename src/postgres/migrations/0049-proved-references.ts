import type { Knex } from 'knex';

/**
 * A posting needs no look at its product and its facility: the level that it changes has proved both, and one that does not exist
 * yet proves them when the ledger's trigger makes it. Two looks for each of a million rows took as long as the rows.
 *
 * What they kept from happening is refused where it would happen: nobody removes or renames a product or facility that the
 * ledger names. A level cannot come between: whoever removes a product has removed its levels, and a posting that waits for one
 * makes it anew, which fails.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE inventory_item_detail
      DROP CONSTRAINT inventory_item_detail_product_id_fkey,
      DROP CONSTRAINT inventory_item_detail_facility_id_fkey;

    CREATE OR REPLACE FUNCTION post_ledger_to_levels() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      -- In key order, so that two postings of many products cannot wait for each other in a circle. An unknown facility is not
      -- left out: its level is refused.
      INSERT INTO product_facility AS level (product_id, facility_id, quantity_on_hand, reserved, minimum_stock)
      SELECT product_id, facility_id, sum(quantity_on_hand_diff), sum(reserved_diff), coalesce(min(default_safety_stock), 0)
      FROM posted LEFT JOIN facility USING (facility_id)
      GROUP BY product_id, facility_id ORDER BY product_id, facility_id
      ON CONFLICT (product_id, facility_id) DO UPDATE SET
        quantity_on_hand = level.quantity_on_hand + excluded.quantity_on_hand,
        reserved = level.reserved + excluded.reserved;
      RETURN NULL;
    END $$;

    CREATE FUNCTION refuse_removal_of_posted() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      is_posted boolean;
    BEGIN
      EXECUTE format('SELECT EXISTS (SELECT FROM inventory_item_detail WHERE %1$I = $1.%1$I)', TG_ARGV[0])
        INTO is_posted USING OLD;
      IF is_posted THEN
        RAISE EXCEPTION '% of % is refused: the ledger names it', TG_OP, TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation';
      END IF;
      RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER posted_stays_delete BEFORE DELETE ON product
      FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_posted('product_id');
    CREATE TRIGGER posted_stays_update BEFORE UPDATE OF product_id ON product
      FOR EACH ROW WHEN (NEW.product_id <> OLD.product_id) EXECUTE FUNCTION refuse_removal_of_posted('product_id');
    CREATE TRIGGER posted_stays_delete BEFORE DELETE ON facility
      FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_posted('facility_id');
    CREATE TRIGGER posted_stays_update BEFORE UPDATE OF facility_id ON facility
      FOR EACH ROW WHEN (NEW.facility_id <> OLD.facility_id) EXECUTE FUNCTION refuse_removal_of_posted('facility_id');

    -- The same for the last count of a level, which goes with the level.
    ALTER TABLE last_count DROP CONSTRAINT last_count_product_id_facility_id_fkey;
    CREATE FUNCTION forget_counts_of_levels() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM last_count USING old_rows
      WHERE last_count.product_id = old_rows.product_id AND last_count.facility_id = old_rows.facility_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER forget_counts AFTER DELETE ON product_facility REFERENCING OLD TABLE AS old_rows
      FOR EACH STATEMENT EXECUTE FUNCTION forget_counts_of_levels();
  `);
  // Replaced, a function loses neither its owner nor its rights, but its settings.
  await knex.raw(`
    DO $$ BEGIN
      EXECUTE format('ALTER FUNCTION post_ledger_to_levels() SECURITY DEFINER SET search_path = %I, pg_temp',
        current_schema());
    END $$;
  `);
}
