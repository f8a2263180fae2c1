import type { Knex } from 'knex';

/** When a large import has got on last: one that stands still is told, whether somebody works on it or not. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE feed_import ADD COLUMN moved_at timestamptz;
    COMMENT ON COLUMN feed_import.moved_at IS
      'Of an import in chunks: when the last one was posted, or when it was judged; null: an earlier release has judged it.';
  `);
}
