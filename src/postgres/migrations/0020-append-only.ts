import type { Knex } from 'knex';

/** Triggers of a row do not see TRUNCATE, so it gets past every rule and past the change log. These had no guard yet. */
const TABLES = [
  'applied_row',
  'audit_log',
  'change_log',
  'facility_type',
  'feed_left',
  'import_file',
  'import_file_error',
  'inventory_item_detail',
  'lane',
  'lane_decision',
  'mapping_finding',
  'owed_row',
  'product',
  'published_row',
  'removed_shop',
  'sale_log',
  'shop',
  'shop_baseline',
  'shop_imported_units',
  'shop_orders',
  'shop_origin',
  'shopify_call',
  'snapshot_step',
  'sync_plan',
  'sync_plan_row',
  'upload_file',
  'upload_file_row',
];

/** Closes the ways on which a level could leave the sum of its ledger, or what was recorded could change. */
export async function up(knex: Knex): Promise<void> {
  for (const table of TABLES) {
    await knex.raw(`
      CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
    `);
  }
  await knex.raw(`
    CREATE TRIGGER levels_follow_the_ledger_delete BEFORE DELETE ON product_facility FOR EACH ROW
      WHEN (OLD.quantity_on_hand <> 0 OR OLD.reserved <> 0)
      EXECUTE FUNCTION refuse_change('its levels are sums of the ledger, post to inventory_item_detail until they are 0');
    CREATE TRIGGER levels_stay_in_place BEFORE UPDATE ON product_facility FOR EACH ROW
      WHEN ((NEW.product_id, NEW.facility_id) IS DISTINCT FROM (OLD.product_id, OLD.facility_id))
      EXECUTE FUNCTION refuse_change('its levels are sums of the ledger of this product and facility');
    CREATE TRIGGER append_only BEFORE UPDATE ON sale_log
      FOR EACH ROW EXECUTE FUNCTION refuse_change('a logged sale never changes');
    CREATE TRIGGER append_only BEFORE UPDATE ON change_log
      FOR EACH ROW EXECUTE FUNCTION refuse_change('a logged change never changes');
    CREATE TRIGGER immutable BEFORE UPDATE OF idempotency_key, variables ON shopify_call
      FOR EACH ROW EXECUTE FUNCTION refuse_change('a stored request is repeated, never changed');
  `);
  // Whoever may post to the ledger needs no right to change a level: the ledger's trigger does it by the right of the
  // tables' owner. Names are looked up in our own schema only, never in one that the caller has chosen.
  await knex.raw(`
    DO $$ BEGIN
      EXECUTE format('ALTER FUNCTION post_ledger_to_levels() SECURITY DEFINER SET search_path = %I, pg_temp',
        current_schema());
    END $$;
    -- Else everybody could hang it on a table of his own, and set levels by it. Triggers that are there go on.
    REVOKE EXECUTE ON FUNCTION post_ledger_to_levels() FROM PUBLIC;
  `);
}
