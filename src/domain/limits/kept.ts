/** How long records are kept, and how they are removed. */

/** How long the rows and calls of a file are kept after it is done: to audit and to explain it. */
export const FILE_ROWS_KEPT_DAYS = 14;

/**
 * A baseline older than this is given up, and its shop needs a Hard Sync: the change log is kept as long as a baseline
 * needs it.
 */
export const BASELINE_KEPT_DAYS = 30;

/** One purge runs at most PURGE_STATEMENTS_MAX statements, each for so many rows of the change log or so many files. */
export const PURGE_STATEMENTS_MAX = 200;
export const LOG_ROWS_PER_PURGE = 50_000;
export const FILES_PER_PURGE = 200;

/**
 * How long the audit log keeps an act: a year and five weeks, so that whoever prepares a season still sees what was set
 * for the last one.
 */
export const AUDIT_LOG_KEPT_DAYS = 400;

/** How long conditions that have ended, and messages that are done with, are kept. */
export const CONDITIONS_KEPT_DAYS = 90;

/** How long a refused feed is kept after a later one or a person has ended it. */
export const REFUSED_FEEDS_KEPT_DAYS = 90;

/** How long a purge waits for producers; then it is left to the next one. */
export const PURGE_WAIT_MS = 5_000;
