import type { Knex } from 'knex';

/** Tables with many rows for each shop. */
const OF_SHOPS = [
  'shop_product',
  'mapping_finding',
  'unmanaged_variant',
  'published_row',
  'applied_row',
  'owed_row',
  'sync_plan_row',
  'upload_file',
  'left_item',
] as const;

/** More rows than these are never unknown to the planner for longer than the server takes to look, which is a minute or two. */
const CHANGED_ROWS_UNTIL_ANALYZE = 5_000;

/**
 * The planner takes a shop that was not there at the last ANALYZE for one of a single row. Of two indexes that begin with the shop it then
 * takes either, and reads all rows of the shop for each of them. An index that is there only where a column is said to be something cannot be
 * taken for a look-up by another one. And the server looks again after so many changed rows; by itself it waits for a tenth of
 * all shops' rows, which a new one may never be.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP INDEX applied_row_by_sequence;
    CREATE INDEX applied_row_by_sequence ON applied_row (shop_id, sequence) WHERE sequence IS NOT NULL;
    DROP INDEX upload_file_by_time;
    CREATE INDEX upload_file_by_time ON upload_file (shop_id, created_at) WHERE created_at IS NOT NULL;
  `);
  for (const table of OF_SHOPS) {
    await knex.raw(
      `ALTER TABLE ${table} SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = ${CHANGED_ROWS_UNTIL_ANALYZE})`,
    );
  }
}
