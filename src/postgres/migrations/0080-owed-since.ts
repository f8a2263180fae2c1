import type { Knex } from 'knex';

/**
 * A product that was withheld, and that the last file did not bring, is owed since the older of both when its plan is replaced:
 * what a file could not bring was forgotten.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION owe_withheld_rows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
      SELECT held.shop_id, held.product_id, 'PLAN_REPLACED', least(coalesce(held.changed_at, held.since),
        CASE WHEN applied.outcome IN ('QUARANTINED', 'OWED') THEN coalesce(applied.changed_at, applied.settled_at) END)
      FROM sync_plan_row AS held
      LEFT JOIN applied_row AS applied ON applied.shop_id = held.shop_id AND applied.product_id = held.product_id
      WHERE held.shop_id = NEW.shop_id AND held.plan = NEW.plan AND held.cause <> 'FIRST_HARD_SYNC'
      ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$;
  `);
}
