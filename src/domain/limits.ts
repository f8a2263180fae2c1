/** Every bound of the product has a name and a reason, here. */

/** Rows of one Shopify call: Shopify refuses longer input arrays. Also the fixed cut of a file into chunks. */
export const ROWS_PER_CALL = 250;

/**
 * Calls that one activity applies before it returns to the workflow. One activity round trip costs 40–100 ms, so
 * forty calls hide it; and a window is short enough to be repeated from its start.
 */
export const CALLS_PER_WINDOW = 40;

/**
 * Calls of one file that are on their way to Shopify at once. They touch distinct rows. At half a second a call, one
 * gives 500 rows a second, and five are what the smallest plan's quota allows (10 to 13 of 100 points a second each,
 * and a read beside it).
 */
export const CALLS_IN_FLIGHT = 5;

/** New requests for one chunk whose rows keep changing on Shopify between our read and our write. */
export const STALE_TRIES_MAX = 3;

/**
 * Rows that may be blamed one after the other because Shopify refused each alone in a call, without naming it. After
 * that the refusal is taken for one of the call, so that one unknown cause does not quarantine a whole file.
 */
export const BLAMED_ALONE_MAX = 3;

/**
 * Calls for one chunk in one attempt. However busy the shop, each call settles a row (applied or quarantined), counts
 * one of the STALE_TRIES_MAX tries of a row, or halves the size of the next call, which doubles only when rows are
 * settled. Between two of these, one may fail because its key is spent. More than this is a fault.
 */
export const CALL_GENERATIONS_MAX = 2 * ROWS_PER_CALL * (STALE_TRIES_MAX + 2);

/**
 * How long a stored call is repeated under its key. Shopify remembers keys for 24 hours ("Implementing idempotency");
 * four hours are left for clocks and for a repeat that is on its way.
 */
export const STORED_CALL_REPEATED_FOR_MS = 20 * 60 * 60 * 1000;

/**
 * A stored call leaves within this time, or its attempt does not send it: counted from before the transaction that
 * stored it, and including the waits for quota and connection. Short, because whoever takes over waits for its end: a
 * little longer than the heartbeat timeout of 15 s, after which somebody may take over.
 */
export const SEND_WITHIN_MS = 10_000;

/**
 * How long after storing a call its repeat waits, by the database's clock: SEND_WITHIN_MS, and five seconds for clocks
 * that run or are set differently.
 */
export const SENDABLE_FOR_MS = SEND_WITHIN_MS + 5_000;

/**
 * How old an unanswered call must be before a person may leave its file out. Shopify gives up after about 10 s and we
 * after 30 s, so what has not arrived by then never will.
 */
export const UNANSWERED_CALL_SETTLED_AFTER_MS = 120_000;

/**
 * How much older than the newest imported order an order may be that is imported after it: feeds list orders roughly by
 * time. Until this much later, a drop that was seen on Shopify may still be a sale whose order is to come.
 */
export const UNSEEN_SALE_GRACE_MS = 15 * 60 * 1000;

/** Drops that one debt remembers; beyond it the two oldest are merged into one, with the later time. */
export const UNSEEN_DROPS_MAX = 20;

/** How long units may be kept back for unseen sales before `atp doctor` says that the shop's orders do not arrive. */
export const UNSEEN_SALES_SUSPECT_AFTER_MS = 24 * 60 * 60 * 1000;

/** Share of a shop's products that may go to zero without a person's approval, unless the shop says otherwise. */
export const TO_ZERO_LIMIT_PERCENT = 20;

/** Plans and decisions that a person is shown with a lane. */
export const PLANS_LISTED_MAX = 10;
export const DECISIONS_LISTED_MAX = 10;

/** How long the rows and calls of a file are kept after it is done: to audit and to explain it. */
export const FILE_ROWS_KEPT_DAYS = 14;

/**
 * A baseline older than this is given up, and its shop needs a Hard Sync: the change log is kept as long as a baseline
 * needs it.
 */
export const BASELINE_KEPT_DAYS = 30;

/**
 * Calls in doubt that are looked at for one chunk, newest first. A call is in doubt when its answer was lost for good.
 */
export const DOUBTFUL_CALLS_MAX = 100;

/**
 * How long after its last sending a call may still arrive: as long as Shopify remembers its key. Far longer than any
 * network keeps a request.
 */
export const CALL_WATCHED_FOR_MS = 24 * 60 * 60 * 1000;

/** Calls that may still arrive and are looked at together, newest first: those of one file that lost all its answers. */
export const WATCHED_CALLS_MAX = 200;

/** Rows of such calls that one recheck reads from Shopify; the next recheck reads others. */
export const WATCHED_ROWS_RECHECKED_MAX = 1_000;

/** One purge runs at most PURGE_STATEMENTS_MAX statements, each for so many rows of the change log or so many files. */
export const PURGE_STATEMENTS_MAX = 200;
export const LOG_ROWS_PER_PURGE = 50_000;
export const FILES_PER_PURGE = 200;

/**
 * How long the audit log keeps an act: a year and five weeks, so that whoever prepares a season still sees what was set
 * for the last one.
 */
export const AUDIT_LOG_KEPT_DAYS = 400;

/** How long a purge waits for producers; then it is left to the next one. */
export const PURGE_WAIT_MS = 5_000;

/**
 * Quarantined products that one recheck reads from Shopify, to see whether their cause is gone; the next recheck reads
 * others.
 */
export const QUARANTINED_RECHECKED_MAX = 1_000;

/** Findings that an audit names; it counts all of them. */
export const AUDIT_FINDINGS_LISTED_MAX = 20;

/** How long a command waits for its decision to be carried out: an approval may compute a whole Hard Sync. */
export const DECISION_WAIT_MS = 10 * 60 * 1000;

/**
 * Tries of a step that needs Shopify or the file drop: with its pauses of at most 30 s, some minutes. A cut connection
 * heals sooner. What lasts longer is an outage, or a fault of the file, and a person is told of it. These bounds count
 * tries and not minutes, so that time without any worker does not count.
 */
export const SERVICE_TRIES_MAX = 12;

/**
 * Tries of a short step that needs only the database: with its pauses of at most 30 s, an hour of outage. Then the run
 * fails, and the next one begins anew.
 */
export const DATABASE_TRIES_MAX = 126;

/** The same hour for a step that computes a file, with its pauses of at most two minutes. */
export const SNAPSHOT_TRIES_MAX = 36;

/** Tries of one feed: some minutes. Then the run fails with the feed's name, and the next run begins with that feed. */
export const FEED_TRIES_MAX = 8;

/** Tries of a step that a person waits for, or that tries a blocked file again: the next run tries again anyway. */
export const BRIEF_TRIES_MAX = 3;

/** Tries of what the next run can do as well: archiving, rechecking quarantined products, removing old records. */
export const UPKEEP_TRIES_MAX = 3;

/** How long a file may wait for the archive before `atp doctor` says so. The next run of the lane moves it mostly. */
export const ARCHIVE_AWAITED_FOR_MS = 60 * 60 * 1000;

/** Files that one activity moves to the archive; the next run takes the rest. */
export const FILES_PER_ARCHIVING = 100;

/**
 * Looks at the lane that one run takes, one after the other, because a step about a file failed for a cause that is not
 * the file: another attempt, the database. Each look may wait an hour for the database.
 */
export const LOOKS_AFTER_FAILURES_MAX = 3;

/**
 * Files that one run of Process uploads applies before it goes on in a new run, so that no history grows with the
 * backlog.
 */
export const FILES_PER_RUN = 10;

/**
 * Files that the result of Process uploads names, the newest ones: one backlog may take many runs, one after the
 * other.
 */
export const FILES_IN_RESULT_MAX = 100;

/** Feed files that one run of Import inventory takes; the next run takes the rest. */
export const FEEDS_PER_RUN = 100;

/** A feed file whose size and time have not changed for so long is complete. Servers tell times in whole seconds. */
export const FEED_STABLE_FOR_MS = 1_500;

/**
 * How long a run keeps the lane after its last sign of life. Longer than any pause of a run that works: one call to
 * Shopify (30 s), the heartbeat timeout of a dead attempt (15 s), and the longest retry interval (30 s) together.
 */
export const LEASE_DURATION_MS = 120_000;

/** How long a producer waits for another producer of the same shop before it is tried again by Temporal. */
export const PRODUCER_WAIT_MS = 60_000;

/** Bounds of a feed file: anything larger is not a feed. */
export const FEED_LINE_LENGTH_MAX = 16_384;
export const FEED_VALUE_LENGTH_MAX = 255;
export const FEED_COLUMNS_MAX = 100;
export const FEED_ROWS_MAX = 5_000_000;
export const FEED_SIZE_MAX_BYTES = 2 * 1024 ** 3;

/** Names tried for a file in archive/ or error/ when its own is taken by another content. */
export const FILED_NAMES_MAX = 20;

/** How long an import waits for rows that another one has locked before it is tried again by Temporal. */
export const IMPORT_WAIT_MS = 60_000;

/** Refused rows of a feed that are in memory at a time. */
export const REFUSED_ROWS_PER_PAGE = 1_000;

/** Units of one order line: above any real order, and 2,000 such lines still fit a level. */
export const ORDER_UNITS_MAX = 1_000_000;

/** How long the file drop waits for a connection, for the answer to a request, and for a connection to close. */
export const SFTP_CONNECT_TIMEOUT_MS = 10_000;
export const SFTP_ANSWER_TIMEOUT_MS = 60_000;
export const SFTP_CLOSE_TIMEOUT_MS = 2_000;

/** A dead connection is noticed after interval × count: without keepalives, a transfer on it never settles. */
export const SFTP_KEEPALIVE_INTERVAL_MS = 2_000;
export const SFTP_KEEPALIVE_COUNT_MAX = 3;

/**
 * Requests in flight and bytes of each, in one transfer: 1 MiB in memory. The library's defaults are 30 times slower.
 */
export const SFTP_REQUESTS_IN_FLIGHT = 32;
export const SFTP_REQUEST_BYTES = 32 * 1024;

/** Characters of a text in an input: a name, a reason, a reference. */
export const INPUT_TEXT_LENGTH_MAX = 255;

/** Units that a person may set (safety stock, threshold): what Shopify accepts, and an integer of the database holds. */
export const UNITS_SET_MAX = 1_000_000_000;

/** The largest quantity that Shopify accepts, and so the largest in any field of ours; far above any real count. */
export const UNITS_MAX = 1_000_000_000;

/** Differences that a verification names; it counts all of them. */
export const DIFFERENCES_LISTED_MAX = 50;

/** Files of a lane that a person is shown besides those that wait. */
export const LANE_FILES_LISTED_MAX = 20;

/** Quarantined rows that a person is shown at once. */
export const QUARANTINED_LISTED_MAX = 100;

/** How long one call to Shopify may take. Shopify itself gives up after about 10 s (its "Response codes"). */
export const SHOPIFY_CALL_TIMEOUT_MS = 30_000;

/** An answer is longer than that only when it is not Shopify's: a page of 250 variants has some 100 kB. */
export const SHOPIFY_ANSWER_BYTES_MAX = 16 * 1024 ** 2;

/**
 * How long a free connection to Shopify is kept for the next call. Servers close idle ones after 5 s and more; a call on
 * a connection that is just being closed would be lost.
 */
export const SHOPIFY_IDLE_CONNECTION_MS = 4_000;

/**
 * Bounds of the pause after a throttled call: Shopify's numbers can mean 0 ms, and a proxy's header can say anything.
 */
export const SHOPIFY_PAUSE_MIN_MS = 1_000;
export const SHOPIFY_PAUSE_MAX_MS = 60_000;

/**
 * How long a call waits for its shop's quota before it fails as throttled, so that Temporal decides about the next
 * time.
 */
export const SHOPIFY_QUOTA_WAIT_MAX_MS = 60_000;

/**
 * Points that are always left in a shop's bucket: Shopify's clock and ours differ by a millisecond or two, in which the
 * largest plan restores this much. They are reserved once and not for each call, so throughput stays the same.
 */
export const SHOPIFY_QUOTA_RESERVE_POINTS = 5;

/**
 * The quota that a shop is assumed to have until its first answer tells: that of the smallest plan, of which another
 * process may have left little. It allows two calls at once and then a few a second, so that one that hangs does not
 * stop the others.
 */
export const SHOPIFY_QUOTA_GUESS = {
  maximumAvailable: 1_000,
  currentlyAvailable: 90,
  restoreRate: 100,
} as const;

/**
 * Points that an operation is assumed to cost until its first answer tells: more than any of ours (a page of the
 * catalogue costs 35, by the formula that recorded answers of Shopify follow).
 */
export const SHOPIFY_FIRST_CALL_POINTS = 40;

/**
 * Pages of 250 variants in one reading of a catalogue: five million variants. It ends the reading when Shopify's
 * cursors run in circles.
 */
export const CATALOGUE_PAGES_MAX = 20_000;

/** How often one page of a catalogue is asked for again because Shopify was throttling. */
export const CATALOGUE_PAGE_TRIES_MAX = 10;

/** A file with an access token is short; a longer one is the wrong file. */
export const TOKEN_FILE_BYTES_MAX = 4_096;

/** Products that one list may hold: far above any catalogue that fits the memory of a command. */
export const PRODUCTS_LISTED_MAX = 10_000_000;

/** Acts that `atp audit log` shows: unless told otherwise, and at most. */
export const ACTS_SHOWN = 50;
export const ACTS_SHOWN_MAX = 10_000;

/** Runs that `atp pipeline` shows: unless told otherwise, and at most. */
export const PIPELINE_RUNS_SHOWN = 50;
export const PIPELINE_RUNS_MAX = 500;

/** Schedules that are searched for pending runs: five a shop, for far more shops than one database serves. */
export const PIPELINE_SCHEDULES_MAX = 5_000;

/** Results of ended runs that are fetched at the same time, to show them in words. */
export const PIPELINE_RESULTS_AT_ONCE = 8;

/** The oldest Postgres that we run on: MERGE and ICU databases came with this version. */
export const POSTGRES_MAJOR_MIN = 15;

/** SKUs that a check names; it counts all that it found. */
export const CHECK_SKUS_NAMED = 5;

/** How long `atp doctor` waits for a worker that may just be starting: it needs some seconds until it polls. */
export const DOCTOR_WORKER_WAIT_MS = 10_000;

/**
 * How long one request to Temporal may take. A server that works answers in milliseconds; one that is overloaded or
 * unreachable must not hold a step, a command or a health check.
 */
export const TEMPORAL_CALL_TIMEOUT_MS = 10_000;

/** How long a list may take that needs one request for each of its entries. */
export const TEMPORAL_LIST_TIMEOUT_MS = 30_000;

/** How often a worker looks at the open runs for one whose workflow task fails. One look is one call, and one a run. */
export const RUNS_WATCH_INTERVAL_MS = 10_000;

/** Open runs that one look takes in: a few for each shop. The next look takes the same ones until some have ended. */
export const RUNS_WATCHED_MAX = 1_000;

/** Runs that are described at the same time. */
export const RUNS_DESCRIBED_AT_ONCE = 8;

/**
 * Attempts of a workflow task after which its run is restarted, once a worker has reported that the task failed. The
 * second attempt may be made by another release's worker; the third comes 10 s later.
 */
export const FAILED_TASK_ATTEMPTS_MAX = 3;

/**
 * The same when no failure was reported. A worker that was killed or is overloaded lets one or two attempts time out,
 * after 10 s each; but a worker also reports only a first attempt, and a killed worker may have taken that one.
 */
export const SILENT_TASK_ATTEMPTS_MAX = 6;

/**
 * How often one run is restarted before it is given up. A second deploy soon after the first one, which mends it, finds
 * the run restarted already; a fault that every try meets ends after about two minutes.
 */
export const RUN_RESTARTS_MAX = 3;

/** How long `atp doctor` tells of a run that was restarted or given up, and how many it looks at. */
export const MENDED_RUNS_TOLD_MS = 24 * 60 * 60 * 1000;
export const TERMINATED_RUNS_READ_MAX = 100;

/** Characters of a failure that are kept in the reason why a run was restarted. */
export const RESTART_REASON_LENGTH_MAX = 300;

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
