import type { Knex } from 'knex';

/**
 * A condition that may have several causes is one for each of them. What is open of these without a cause goes, and is told
 * again with it: it has not ended.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    DELETE FROM condition WHERE ended_at IS NULL AND part = '' AND code IN (
      'SCHEDULE_NOT_RUNNING', 'FEED_REFUSED', 'FEED_ROWS_REFUSED', 'FEED_MISSING', 'RUN_STANDS_STILL',
      'CREDENTIAL_UNREADABLE', 'PRODUCTS_QUARANTINED');
    COMMENT ON COLUMN condition.part IS
      'The cause, where a check finds several; the check, where several conditions may have the code CHECK_FAILED; else empty.';
  `);
}
