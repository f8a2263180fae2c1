import type { Knex } from 'knex';

/**
 * Since when each change waits that Shopify does not show: in the log, in a file, in a plan, owed, or quarantined.
 *
 * What was there before this release counts from the migration, or from when its file or plan was made. A worker of the
 * release before does not know the columns: what it writes counts from when it was written.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE change_log ADD COLUMN logged_at timestamptz NOT NULL DEFAULT now();
    COMMENT ON COLUMN change_log.logged_at IS 'When its transaction began: since then the change waits for Shopify.';

    ALTER TABLE upload_file ADD COLUMN oldest_change_at timestamptz DEFAULT now();
    UPDATE upload_file SET oldest_change_at = created_at WHERE state IN ('WRITING', 'READY', 'APPLYING', 'BLOCKED');
    COMMENT ON COLUMN upload_file.oldest_change_at IS
      'When the oldest change was made that it carries, those of files that it supersedes included; null: nothing had changed.';

    ALTER TABLE owed_row ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
    COMMENT ON COLUMN owed_row.changed_at IS
      'When the oldest change was made that Shopify does not show. Of a file that was not applied, the oldest of the file.';

    ALTER TABLE sync_plan ADD COLUMN oldest_change_at timestamptz DEFAULT now();
    UPDATE sync_plan SET oldest_change_at = made_at WHERE state = 'HELD';
    COMMENT ON COLUMN sync_plan.oldest_change_at IS 'The oldest of its rows, as they were last.';
    ALTER TABLE sync_plan_row ADD COLUMN changed_at timestamptz;
    ALTER TABLE sync_plan_row ALTER COLUMN changed_at SET DEFAULT now();
    COMMENT ON COLUMN sync_plan_row.changed_at IS
      'When the oldest change was made that is withheld, however the plan has grown since. Null: by a release that did not record this, since "since".';

    ALTER TABLE applied_row ADD COLUMN changed_at timestamptz;
    COMMENT ON COLUMN applied_row.changed_at IS
      'Of a row that was not applied: when the oldest change was made that Shopify does not show. Null: it was applied, or by a release that did not record this.';

    ALTER TABLE shop
      ADD COLUMN hard_sync_needed_since timestamptz DEFAULT now(),
      ADD COLUMN age_limit interval NOT NULL DEFAULT '45 minutes'
        CHECK (age_limit BETWEEN '1 minute' AND '30 days');
    UPDATE shop SET hard_sync_needed_since = NULL
    WHERE NOT refill_due AND EXISTS (SELECT FROM shop_baseline AS base WHERE base.shop_id = shop.shop_id)
      AND NOT EXISTS (
        SELECT FROM shop_origin AS origin WHERE origin.shop_id = shop.shop_id AND restored_reason IS NOT NULL);
    COMMENT ON COLUMN shop.hard_sync_needed_since IS
      'Since when its next file must have every product: it is new, has another location or group, or the database was restored. Null: it need not.';
    COMMENT ON COLUMN shop.age_limit IS 'How old the oldest change may be that is on its way to Shopify.';

    CREATE OR REPLACE FUNCTION owe_withheld_rows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO owed_row (shop_id, product_id, cause, changed_at)
      SELECT shop_id, product_id, 'PLAN_REPLACED', coalesce(changed_at, since) FROM sync_plan_row
      WHERE shop_id = NEW.shop_id AND plan = NEW.plan AND cause <> 'FIRST_HARD_SYNC'
      ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$;
  `);
}
