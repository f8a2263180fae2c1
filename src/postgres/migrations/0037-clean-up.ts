import type { Knex } from 'knex';

/** Clean up is a job of its own, which removes order lines as well; doctor tells when it does not run. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE clean_up (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      done_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    COMMENT ON TABLE clean_up IS 'When the database was cleaned up last; before that: when it was migrated.';
    INSERT INTO clean_up DEFAULT VALUES;
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON clean_up
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
  // A worker may not delete orders. Here it may have the old ones removed that are done, by the right of the tables' owner.
  await knex.raw(`
    CREATE FUNCTION remove_old_order_lines(kept_days integer, rows_max integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE removed bigint;
    BEGIN
      DELETE FROM order_item WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM order_item
        WHERE open_quantity = 0 AND order_date < clock_timestamp() - make_interval(days => greatest(kept_days, 365))
        LIMIT rows_max)) AND open_quantity = 0;
      GET DIAGNOSTICS removed = ROW_COUNT;
      RETURN removed;
    END $$;
    REVOKE EXECUTE ON FUNCTION remove_old_order_lines FROM PUBLIC;
    DO $$ BEGIN
      EXECUTE format('ALTER FUNCTION remove_old_order_lines SET search_path = %I, pg_temp', current_schema());
    END $$;
  `);
}
