/** Waits on Postgres. Every one has an end, on the server and on our side. */

/** How long a producer waits for another producer of the same shop before it is tried again by Temporal. */
export const PRODUCER_WAIT_MS = 60_000;

/** How long an import waits for rows that another one has locked before it is tried again by Temporal. */
export const IMPORT_WAIT_MS = 60_000;

/** How long a dry run waits for its turn: a small import ends by then, and what a large one has posted in part tells nothing. */
export const DRY_RUN_WAIT_MS = 2_000;

/** The oldest Postgres that we run on: MERGE and ICU databases came with this version. */
export const POSTGRES_MAJOR_MIN = 15;

/** Products whose postings are added up at a time: the sums at work do not grow with the ledger. */
export const LEDGER_CHECK_PRODUCTS = 5_000;

/** What doctor lets the server write to its disk, to see that there is room: a megabyte takes milliseconds. */
export const DATABASE_ROOM_PROBED_BYTES = 1024 * 1024;

/**
 * Postgres. How long the server works on one statement. Short ones take milliseconds; the longest of them list a whole
 * catalogue for a person. A snapshot, an import or a mapping may take as long as the longest step of a job.
 */
export const STATEMENT_TIMEOUT_MS = 60_000;
export const BULK_STATEMENT_TIMEOUT_MS = 30 * 60_000;

/**
 * How long a statement waits for a lock. Who holds one works for milliseconds, and a holder that stands still is ended
 * within IDLE_IN_TRANSACTION_TIMEOUT_MS, so what gives up before is soon tried again and keeps no connection of the pool.
 * Bulk work waits longer: it has a connection of its own, and beginning again costs it more.
 */
export const LOCK_TIMEOUT_MS = 5_000;
export const BULK_LOCK_TIMEOUT_MS = 60_000;

/**
 * How long a transaction may do nothing before the server ends it: its worker stands still or is cut off. Between two
 * statements of ours there is no waiting for anything else.
 */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

/**
 * How long a session with a lock of its own may be silent before the server ends it, and how often it gives a sign of
 * life while the work that it guards goes on elsewhere.
 */
export const IDLE_SESSION_TIMEOUT_MS = 30_000;
export const SESSION_BEAT_MS = 10_000;

/** How long the database may take for a new connection, and for the goodbye of one. */
export const DATABASE_CONNECT_TIMEOUT_MS = 10_000;
export const DATABASE_CLOSE_TIMEOUT_MS = 2_000;

/**
 * A statement that runs longer is looked at from another connection, again and again. After so many looks in a row at
 * which the server did nothing for it and no byte moved, it is given up: some 20 s after the network went away.
 */
export const LOOK_INTERVAL_MS = 5_000;
export const SILENT_LOOKS_MAX = 3;
/** How long one look may take. */
export const LOOK_TIMEOUT_MS = 5_000;

/** How much later than the server's limit we stop waiting for the server to keep it. */
export const ANSWER_MARGIN_MS = 5_000;

/**
 * When the server notices that the machine of a session is gone: it probes a quiet connection, and gives up one whose
 * bytes are not confirmed. While a statement runs, it looks for a closed connection at this interval.
 */
export const TCP_KEEPALIVE_IDLE_MS = 10_000;
export const TCP_KEEPALIVE_INTERVAL_MS = 5_000;
export const TCP_KEEPALIVE_COUNT = 3;
export const TCP_DEAD_AFTER_MS = 30_000;
export const CONNECTION_CHECK_INTERVAL_MS = 5_000;

/**
 * A change of the schema waits so long for its lock, since everybody queues behind it meanwhile; then it lets them pass,
 * pauses, and tries again, so many times.
 */
export const MIGRATION_LOCK_TIMEOUT_MS = 2_000;
export const MIGRATION_TRIES_MAX = 10;
export const MIGRATION_PAUSE_MS = 3_000;

/** How long a migration waits for another process that migrates. */
export const MIGRATION_WAIT_MS = 60_000;

/** Sessions that a blocked migration names. */
export const MIGRATION_HOLDERS_NAMED = 3;

/** How long a connection rests in the pool before it is closed. */
export const DATABASE_POOL_IDLE_MS = 30_000;

/** A file with more rows is rendered in a session of its own, as long as that takes; others by a short statement. */
export const RENDERED_AT_ONCE_MAX = 20_000;
