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

const CHANGED_ROWS_UNTIL_ANALYZE = 5_000;

/**
 * The planner takes a shop that was not there at the last ANALYZE for one of a single row (decision 0094). The server looks again after so many
 * changed rows; by itself it waits for a tenth of all shops' rows, which a new one may never be.
 */
export async function up(knex: Knex): Promise<void> {
  for (const table of OF_SHOPS) {
    await knex.raw(
      `ALTER TABLE ${table} SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = ${CHANGED_ROWS_UNTIL_ANALYZE})`,
    );
  }
}
