import type { Knex } from 'knex';

/** A delta may be applied between two windows of a large file before it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE upload_file ADD COLUMN goes_before bigint;
    COMMENT ON COLUMN upload_file.goes_before IS
      'The file between whose windows the lane has taken it. Null: it came in its turn.';
    ALTER TABLE upload_file ADD COLUMN passed_on_times smallint NOT NULL DEFAULT 0;
    COMMENT ON COLUMN upload_file.passed_on_times IS
      'It has rows that were passed on so many times, from file to file. 0: none was.';
    ALTER TABLE worker_report ADD COLUMN knows_goes_before boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN worker_report.knows_goes_before IS
      'It applies files in the order of upload_file.goes_before. False: it is of an earlier release.';
  `);
}
