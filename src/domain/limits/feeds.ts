/** Feed files and their rows. */

/** A feed file whose size and time have not changed for so long is complete. Servers tell times in whole seconds. */
export const FEED_STABLE_FOR_MS = 1_500;

/** Bounds of a feed file: anything larger is not a feed. */
export const FEED_LINE_LENGTH_MAX = 16_384;
export const FEED_VALUE_LENGTH_MAX = 255;
export const FEED_COLUMNS_MAX = 100;
export const FEED_ROWS_MAX = 5_000_000;
export const FEED_SIZE_MAX_BYTES = 2 * 1024 ** 3;

/** Names tried for a file in archive/ or error/ when its own is taken by another content. */
export const FILED_NAMES_MAX = 20;

/** Refused rows of a feed that are in memory at a time. */
export const REFUSED_ROWS_PER_PAGE = 1_000;

/** Units of one order line: above any real order, and 2,000 such lines still fit a level. */
export const ORDER_UNITS_MAX = 1_000_000;

/** How long `atp doctor` tells of a feed that had rows of orders without their shop. */
export const ORDERS_WITHOUT_SHOP_TOLD_FOR_MS = 7 * 24 * 60 * 60 * 1000;

/** How far the clocks of the database, of Temporal and of whoever sends feeds may be apart. */
export const CLOCKS_APART_MS = 5 * 60_000;

/** How long a feed may lie in incoming/ before it is said that nobody imports it: four runs of the usual schedule. */
export const FEED_AWAITED_FOR_MS = 60 * 60_000;

/** Feeds in incoming/ that one run of the import remembers, the first ones: enough to see that they wait. */
export const WAITING_FEEDS_RECORDED_MAX = 1_000;

/** By how much an expected feed may be late: a nightly one takes some minutes more or less. */
export const FEED_LATENESS_SHARE = 0.1;

/** Bounds of how often a feed is expected. */
export const FEED_EXPECTED_EVERY_MIN_MS = 5 * 60_000;
export const FEED_EXPECTED_EVERY_MAX_MS = 366 * 24 * 60 * 60_000;
