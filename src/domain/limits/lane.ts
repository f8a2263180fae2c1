/** The lane: how a file is cut into calls, and how each call gets to Shopify once. */

/** Rows of one Shopify call: Shopify refuses longer input arrays. Also the rows of a page, which one call reads. */
export const ROWS_PER_CALL = 250;

/**
 * A Hard Sync of so many rows keeps them packed, which takes 107 bytes of the write-ahead log where a row of its own takes 247.
 * Of what is smaller, neither the log nor the time counts.
 */
export const PACKED_ROWS_MIN = 10_000;

/**
 * Rows of such a record: those of a page, which is then one record. It cannot change: the functions that read records divide by
 * it (migration 0099).
 */
export const ROWS_PER_PACK = 250;

/**
 * Pages of a window. Rows that differ are packed into full calls only within these, and between two windows a delta may go first; so a
 * window is short enough to be waited for, and to be repeated from its start. It cannot change: a run goes on with the windows that an earlier release has counted, and stored calls have their
 * numbers.
 */
export const PAGES_PER_WINDOW = 40;

/**
 * Windows of a file that one step of its run applies: a file of 1,000,000 rows has 100, and each step makes six events of the run's
 * history.
 */
export const WINDOWS_PER_STEP_MAX = 4;

/** After a delta that could not be opened between two windows, so many steps of the large file go by before one is tried again. */
export const STEPS_AFTER_REFUSED_DELTA = 10;

/** A step begins no further window after this time: what was done is told to the run, and a person sees that it goes on. */
export const STEP_ENOUGH_MS = 60_000;

/** Calls of one file that are on their way to Shopify at once, at least: also while the shop's plan is not known. They touch distinct rows. */
export const CALLS_IN_FLIGHT = 5;

/** The same, at most. Each costs the memory of its rows, some hundred kilobytes; see DOUBTFUL_CALLS_MAX, too. */
export const CALLS_IN_FLIGHT_MAX = 100;

/**
 * Points a second that pay for one of them. A page that is only read is 4 points in a third of a second. A page and its chunk are 15 points in
 * the better part of a second, and where many wait for the database, in up to a second and a half.
 */
export const POINTS_PER_CALL_IN_FLIGHT = 10;

/**
 * Writes to the ledger of one kind that are made in one transaction, where so many wait: 2,000 rows, for which whoever wants the lane waits
 * 20 to 80 ms, on busy cores up to 200. More would save little.
 */
export const JOINT_WRITES_MAX = 8;

/**
 * Rows of a file that passes rows on to a newer one, and of each file up to that one: behind so many, a row waits a minute for its
 * newest value on the smallest plan. In a larger file each row is decided when its turn comes.
 */
export const PASSED_ON_FILE_ROWS_MAX = 100_000;

/**
 * Files that took rows of files that took rows, one after the other, each made after the one before was begun. A product that changes in each
 * delta must not be passed on without an end.
 */
export const PASSED_ON_TIMES_MAX = 3;

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
 * How old an unanswered call must be before a person may leave its file out. By then no worker can send it any more
 * (SENDABLE_FOR_MS), we have given up its answer (30 s) and Shopify its execution (about 10 s). What the network still
 * delivers later is watched for.
 */
export const UNANSWERED_CALL_SETTLED_AFTER_MS = 120_000;

/**
 * A shop's order lag when nobody sets another: how long after its sale an order is imported at the latest. Most orders
 * come within minutes; an order that is reviewed for fraud, or that waits for its payment, comes hours later.
 */
export const ORDER_LAG_DEFAULT_MS = 6 * 60 * 60 * 1000;

/** Bounds of an order lag. No import is faster than a minute; what waits longer than two weeks is no order any more. */
export const ORDER_LAG_MIN_MS = 60 * 1000;
export const ORDER_LAG_MAX_MS = 14 * 24 * 60 * 60 * 1000;

/** Drops that one debt remembers; beyond it two that follow each other become one, with the later time. */
export const UNSEEN_DROPS_MAX = 20;

/**
 * How long, beyond its order lag, a shop's units may be kept back for unseen sales, and its order watermark may stand
 * still, before `atp doctor` says that the shop's orders do not arrive.
 */
export const UNSEEN_SALES_SUSPECT_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Calls in doubt that are looked at for one chunk, newest first. A call is in doubt when its answer was lost for good: all that were on their
 * way when Shopify went away, and those of one more time.
 */
export const DOUBTFUL_CALLS_MAX = 2 * CALLS_IN_FLIGHT_MAX;

/**
 * How long after its last sending a call may still arrive: as long as Shopify remembers its key. Far longer than any
 * network keeps a request. The time in which nobody looks does not count.
 */
export const CALL_WATCHED_FOR_MS = 24 * 60 * 60 * 1000;

/** Calls that may still arrive and are looked at together, newest first: those of one file that lost all its answers. */
export const WATCHED_CALLS_MAX = 200;

/** Rows of such calls that one recheck reads from Shopify; the next recheck reads others. */
export const WATCHED_ROWS_RECHECKED_MAX = 1_000;

/**
 * Quarantined products that one recheck reads from Shopify, to see whether their cause is gone; the next recheck reads
 * others.
 */
export const QUARANTINED_RECHECKED_MAX = 1_000;

/** Products whose left items stay on sale, and that are named in one message; the others are only counted. */
export const LEFT_ITEMS_NAMED_MAX = 10;

/** How long a file may wait for the archive before `atp doctor` says so. The next run of the lane moves it mostly. */
export const ARCHIVE_AWAITED_FOR_MS = 60 * 60 * 1000;

/**
 * How long a run keeps the lane after its last sign of life. Longer than any pause of a run that works: one call to
 * Shopify (30 s), the heartbeat timeout of a dead attempt (15 s), and the longest retry interval (30 s) together.
 */
export const LEASE_DURATION_MS = 120_000;

/**
 * How long files may wait while no run has the lane. Each file wakes the lane, and the schedule looks into it every five
 * minutes: three of its runs.
 */
export const LANE_STILL_AFTER_MS = 15 * 60_000;

/**
 * Between two starts of a shop's Hard Sync by itself. One takes minutes on a large catalogue; and one that fails again and
 * again must not fill the list of runs.
 */
export const HARD_SYNC_STARTED_EVERY_MS = 15 * 60 * 1000;

/**
 * How often a pause, or the end of one, waits for the lane's lock, LOCK_TIMEOUT_MS each: together longer than Postgres
 * leaves the lock to a worker that stands still. Whoever stops what is sent must not have to come again.
 */
export const PAUSE_TRIES_MAX = 3;
