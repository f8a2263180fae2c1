import type { Knex } from 'knex';

/** What a worker tells of itself, which nobody else can see: its environment is its own. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE worker_report (
      worker           text PRIMARY KEY,
      version          text NOT NULL,
      started_at       timestamptz NOT NULL,
      reported_at      timestamptz NOT NULL,
      unreadable_references text[] NOT NULL
    );
    COMMENT ON TABLE worker_report IS 'What each worker tells of itself, each minute. A worker that ends takes its row away.';
    COMMENT ON COLUMN worker_report.worker IS '<process>@<machine>, as Temporal calls it.';
    COMMENT ON COLUMN worker_report.unreadable_references IS
      'Where shops refer to a credential that the worker cannot read; never its value.';
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON worker_report
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('TRUNCATE passes by the rules of its rows');
  `);
}
