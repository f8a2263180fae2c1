import type { Knex } from 'knex';

/** What a setting was when its file was judged: whoever changes it before its chunk is set has the last word. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE pending_setting ADD COLUMN row_numbers integer[], ADD COLUMN row_values text[],
      ADD COLUMN seen_safety_stocks integer[], ADD COLUMN seen_brokerings boolean[];
    ALTER TABLE pending_setting ALTER row_numbers SET STORAGE EXTERNAL, ALTER row_values SET STORAGE EXTERNAL,
      ALTER seen_safety_stocks SET STORAGE EXTERNAL, ALTER seen_brokerings SET STORAGE EXTERNAL;
    COMMENT ON COLUMN pending_setting.row_numbers IS
      'The line of the feed, the last one of several for a level. Null: an earlier release has judged it.';
    COMMENT ON COLUMN pending_setting.row_values IS 'The line as it was sent, JSON: for the error file.';
    COMMENT ON COLUMN pending_setting.seen_safety_stocks IS
      'What it was when the feed was judged; of a level that was not there, what a new one gets.';
    COMMENT ON COLUMN pending_setting.seen_brokerings IS 'The same.';
  `);
}
