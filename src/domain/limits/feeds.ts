/** Feed files and their rows. */

/** A feed whose size and time have not changed for so long is complete: a sender over a bad line may stall for seconds. */
export const FEED_SETTLE_MS = 30_000;

/** Bounds of what a source may say instead. */
export const FEED_SETTLE_MIN_MS = 1_000;
export const FEED_SETTLE_LONGEST_MS = 60 * 60_000;

/** A run waits for so long for feeds to settle; what takes longer is left to the next one. */
export const FEED_SETTLE_AWAITED_MS = 2 * 60_000;

/** So many times as long it must stand still while its last line has no end: it may have been cut off there. */
export const FEED_INSIDE_LINE_FACTOR = 4;

/** Added to what a run waits: clocks of two machines may tick a little differently. */
export const FEED_LOOK_SLACK_MS = 500;

/** How long runs of earlier releases wait between their two looks. */
export const FEED_STABLE_FOR_MS = 1_500;

/** A feed that has kept others waiting for so long is for a person to look at. */
export const FEED_STALLED_AFTER_MS = 5 * 60_000;

/** How long a feed that was filed is looked at again, and how many at most: it may have grown since. */
export const FILED_FEEDS_WATCHED_MS = 60 * 60_000;
export const FILED_FEEDS_WATCHED_MAX = 200;

/** Names of what lies in incoming/ and cannot be taken, as one run tells them, and as one finding does. */
export const UNTAKEN_NAMES_TOLD_MAX = 20;
export const UNTAKEN_NAMES_IN_FINDING = 3;

/** Times of files that are to say something about their order are so far apart: what is sent together ends in any order. */
export const FEED_TIMES_APART_MS = 15 * 60_000;

/** Expected feeds that have not come, as one run tells them. */
export const MISSING_FEEDS_TOLD_MAX = 20;

/** Feeds that the result of a run names one by one: those of which there is something to tell come first. */
export const FEEDS_IN_RESULT_MAX = 200;

/** The same difference under the same name within so long is held: it is probably sent twice by mistake. */
export const FEED_DUPLICATE_DAYS = 7;

/** The longest that a source may say instead. */
export const FEED_DUPLICATE_DAYS_MAX = 366;

/** A difference begins with what was applied within that time, even if that was held before for so long. */
export const FEED_HELD_DAYS_FOUND = 31;

/** Uploads of one name that a difference is compared with, the last ones: more than one a minute for a week are none of a sender. */
export const FEED_BEGINNINGS_MAX = 10_000;

/** Bounds of a feed file: anything larger is not a feed. */
export const FEED_LINE_LENGTH_MAX = 16_384;
export const FEED_VALUE_LENGTH_MAX = 255;
export const FEED_COLUMNS_MAX = 100;
/** Words of a column that are remembered: each may keep the block of the file in memory of which it is a part. */
export const FEED_WORDS_REMEMBERED_MAX = 50;
/**
 * Records of a feed that are made before the first of them is used. A promise for each would take longer than to read it; and all of a block at
 * once are copied again and again by the garbage collector while they wait for their turn: that took a fifth of the reader's time.
 */
export const FEED_RECORDS_TOGETHER = 64;
/** Lines that are looked through for the header: a report has a few above it. */
export const FEED_LINES_ABOVE_HEADER_MAX = 20;
export const FEED_ROWS_MAX = 5_000_000;
export const FEED_SIZE_MAX_BYTES = 2 * 1024 ** 3;

/**
 * Rows of a feed that are posted in one transaction, a product's rows together: whoever posts to one of their levels waits for less
 * than a second.
 */
export const IMPORT_CHUNK_ROWS = 10_000;

/**
 * Chunks of an import that are applied at the same time, each in a session. More of them leave no processor of the server to others,
 * and make a posting to one of their levels wait longer.
 */
export const IMPORT_CHUNKS_AT_ONCE = 2;

/**
 * Rows of what moves stock in one transaction, whatever its size: transfers, and dry runs of order lines. It locks their levels for some
 * seconds, and 200,000 rows locked them for more than a minute beside other work.
 */
export const ONE_TRANSACTION_ROWS_MAX = 20_000;

/** Steps from an order to those of which it has the same order of a shop, and on from these: real files have one or none. */
export const ORDERS_JOINED_MAX = 100;

/** A large import of which no chunk was posted for so long is told: one takes seconds, and waits a minute for others at most. */
export const IMPORT_STILL_AFTER_MS = 10 * 60_000;

/** Rows of a large feed that wait as one record of the database, which is in memory as a whole. */
export const PENDING_ROWS_PER_RECORD = 1_000;

/** Names tried for a file in archive/ or error/ when its own is taken by another content. */
export const FILED_NAMES_MAX = 20;

/** Refused rows of a feed that are in memory at a time. */
export const REFUSED_ROWS_PER_PAGE = 1_000;

/** Unknown SKUs of one feed of which the likely ones are looked up: some 5,000 looks into an index each. */
export const UNKNOWN_SKUS_LOOKED_UP_MAX = 50;

/** Names of one kind that a source may have said: more than any sender has columns, statuses or reasons. */
export const SOURCE_NAMES_MAX = 200;

/** Rows that `atp source test` shows. */
export const TESTED_ROWS_SHOWN = 5;

/** Products of its first rows that it looks up: those that are unknown take as long as UNKNOWN_SKUS_LOOKED_UP_MAX of an import. */
export const TESTED_PRODUCTS_MAX = 50;

/** Units of one order line: above any real order, and 2,000 such lines still fit a level. */
export const ORDER_UNITS_MAX = 1_000_000;

/** How long `atp doctor` tells of a feed that had rows of orders without their shop. */
export const ORDERS_WITHOUT_SHOP_TOLD_FOR_MS = 7 * 24 * 60 * 60 * 1000;

/** How far the clocks of the database, of Temporal and of whoever sends feeds may be apart. */
export const CLOCKS_APART_MS = 5 * 60_000;

/** How long a feed may lie in incoming/ before it is said that nobody imports it: four runs of the usual schedule. */
export const FEED_AWAITED_FOR_MS = 60 * 60_000;

/** A file under the name of one that is still being sent is told when nothing of it has changed for so long: nobody goes on with it. */
export const FEED_NAME_IN_USE_FOR_MS = 24 * 60 * 60_000;

/** Feeds in incoming/ that one run of the import remembers, the first ones: enough to see that they wait. */
export const WAITING_FEEDS_RECORDED_MAX = 1_000;

/** By how much an expected feed may be late: a nightly one takes some minutes more or less. */
export const FEED_LATENESS_SHARE = 0.1;

/**
 * And at least by so much: it has come when it is imported, which the usual schedule does each quarter of an hour, and an
 * outage of ten minutes may leave out a run.
 */
export const FEED_LATENESS_MIN_MS = 30 * 60_000;

/** Bounds of how often a feed is expected. */
export const FEED_EXPECTED_EVERY_MIN_MS = 5 * 60_000;
export const FEED_EXPECTED_EVERY_MAX_MS = 366 * 24 * 60 * 60_000;
