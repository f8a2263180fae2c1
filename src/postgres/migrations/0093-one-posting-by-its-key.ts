import type { Knex } from 'knex';

/**
 * Most postings come alone: a sale, a reservation. Such a one changes its level by the key, and is logged as a sale without being grouped and
 * sorted first. It waits for one level at most, so not in a circle. Where there is no level yet, or several postings come in one statement, all goes as
 * before. What a posting says of sales is one function, since it is asked for in both.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION sold_units(reason text, on_hand_diff integer, reserved_diff integer) RETURNS bigint
      LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN reserved_diff::bigint + CASE
        WHEN reason = 'ORDER_SHIPPED' THEN -on_hand_diff::bigint
        WHEN reason IN ('VAR_EXT_RESET', 'IMPORT_UNDONE') THEN 0
        ELSE greatest(0, -on_hand_diff::bigint) END;
    COMMENT ON FUNCTION sold_units IS
      'What a posting takes from a product for orders and sales; negative: it gives back. A reset or an undo says what is there, and not what was sold.';

    DROP TRIGGER log_sales ON inventory_item_detail;
    DROP FUNCTION log_sales_of_ledger();

    CREATE OR REPLACE FUNCTION post_ledger_to_levels() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      one record;
      units bigint;
    BEGIN
      SELECT product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id,
        (SELECT count(*) FROM (SELECT FROM posted LIMIT 2) AS posting) AS postings
      INTO one FROM posted LIMIT 1;
      IF one.postings = 1 THEN
        UPDATE product_facility AS level SET
          quantity_on_hand = level.quantity_on_hand + one.quantity_on_hand_diff,
          reserved = level.reserved + one.reserved_diff
        WHERE level.product_id = one.product_id AND level.facility_id = one.facility_id;
        IF FOUND THEN
          units := sold_units(one.reason_enum_id, one.quantity_on_hand_diff, one.reserved_diff);
          IF units <> 0 THEN
            INSERT INTO sale_log (product_id, facility_id, units) VALUES (one.product_id, one.facility_id, units);
          END IF;
          RETURN NULL;
        END IF;
      END IF;

      -- Postings that are no sale, such as those of a count, are left out before they are added up.
      INSERT INTO sale_log (product_id, facility_id, units)
      SELECT product_id, facility_id, sum(sold) FROM (
        SELECT product_id, facility_id, sold_units(reason_enum_id, quantity_on_hand_diff, reserved_diff) AS sold FROM posted
      ) AS posting
      WHERE sold <> 0
      GROUP BY product_id, facility_id HAVING sum(sold) <> 0;

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
  `);
  // Replaced, a function loses neither its owner nor its rights, but its settings.
  await knex.raw(`
    DO $$ BEGIN
      EXECUTE format('ALTER FUNCTION post_ledger_to_levels() SECURITY DEFINER SET search_path = %I, pg_temp',
        current_schema());
    END $$;
  `);
}
