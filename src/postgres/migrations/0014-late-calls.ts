import type { Knex } from 'knex';

/** Calls that may leave late, or arrive late; and their sizes, by which the next call of the chunk is made. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE shopify_call 
      ADD COLUMN sending_until timestamptz,
      ADD COLUMN row_count integer,
      ADD COLUMN was_not_applied boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN shopify_call.sending_until IS
      'Until then its last sending may put it on its way; -infinity: it was certainly not executed. Null: it was sent by a release that did not record this.';
    COMMENT ON COLUMN shopify_call.row_count IS 'Its rows; null: it was stored by a release that did not record this.';
    COMMENT ON COLUMN shopify_call.was_not_applied IS
      'Of a call in doubt: most of its rows were seen as they were before it, so it had not been applied by then.';
    DROP INDEX shopify_call_in_doubt;
    CREATE INDEX shopify_call_may_arrive ON shopify_call (shop_id, sequence)
      WHERE repeated OR state = 'EXPIRED_UNKNOWN';
    COMMENT ON COLUMN applied_row.looked_at IS
      'When the item was read last, because the row is quarantined or a call of it may still arrive.';
  `);
}
