/** What workers tell of themselves: a row each, renewed each WORKER_REPORT_INTERVAL_MS. */
import { WORKER_REPORT_FRESH_MS, WORKER_REPORTS_KEPT_MS } from '../domain/limits.ts';
import type { Database } from './database.ts';

export interface WorkerReport {
  /** `<process>@<machine>`, as Temporal calls it. */
  readonly worker: string;
  /** Of the product. */
  readonly version: string;
  readonly startedAt: Date;
  /** Where shops refer to a credential that it cannot read. */
  readonly unreadableReferences: readonly string[];
}

/**
 * Renews the worker's row, and removes those of workers that ended long ago without taking theirs away, or that reported so far
 * ahead, before the clock was set back.
 */
export async function reportWorker(
  database: Database,
  { worker, version, startedAt, unreadableReferences }: WorkerReport,
): Promise<void> {
  await database.query(
    `WITH removed AS (
       DELETE FROM worker_report WHERE worker <> $1
         AND reported_at NOT BETWEEN now() - make_interval(secs => $5::float8 / 1000) AND now() + make_interval(secs => $5::float8 / 1000)
     )
     INSERT INTO worker_report (worker, version, started_at, reported_at, unreadable_references, knows_goes_before,
       knows_packed_rows)
     VALUES ($1, $2, $3, now(), $4, true, $3)
     ON CONFLICT (worker) DO UPDATE SET version = excluded.version, started_at = excluded.started_at,
       reported_at = excluded.reported_at, unreadable_references = excluded.unreadable_references,
       knows_goes_before = excluded.knows_goes_before, knows_packed_rows = excluded.knows_packed_rows`,
    [worker, version, startedAt, unreadableReferences, WORKER_REPORTS_KEPT_MS],
  );
}

/** In SQL: a worker lives, as far as its last report tells, that does not know upload_file.goes_before. */
export const EARLIER_RELEASE_WORKS = worksWithout('knows_goes_before');

/** In SQL: a worker lives, as far as its last report tells, that does not look for rows of files in upload_file_pack. */
export const UNPACKED_RELEASE_WORKS = worksWithout('(knows_packed_rows IS NOT DISTINCT FROM started_at)');

/** @param knowledge SQL, of a row of worker_report */
function worksWithout(knowledge: string): string {
  return `EXISTS (SELECT FROM worker_report
  WHERE NOT ${knowledge} AND reported_at > now() - make_interval(secs => ${WORKER_REPORT_FRESH_MS / 1000}))`;
}

export async function removeWorkerReport(database: Database, worker: string): Promise<void> {
  await database.query('DELETE FROM worker_report WHERE worker = $1', [worker]);
}

/** Those of workers that live, as far as their last report tells, ordered by worker. One that lives reports by the clock of now. */
export async function listWorkerReports(
  database: Database,
): Promise<readonly (WorkerReport & { readonly reportedAt: Date })[]> {
  return database.query(
    `SELECT worker, version, started_at AS "startedAt", reported_at AS "reportedAt",
       unreadable_references AS "unreadableReferences"
     FROM worker_report
     WHERE reported_at BETWEEN now() - make_interval(secs => $1::float8 / 1000) AND now() + make_interval(secs => $1::float8 / 1000)
     ORDER BY worker`,
    [WORKER_REPORT_FRESH_MS],
  );
}
