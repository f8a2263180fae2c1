/** Every bound of the product has a name and a reason, here. */

/** Rows of one Shopify call: Shopify refuses longer input arrays. Also the fixed cut of a file into chunks. */
export const ROWS_PER_CALL = 250;

/**
 * Calls that one activity applies before it returns to the workflow. One activity round trip costs 40–100 ms, so
 * forty calls hide it; and a window is short enough to be repeated from its start.
 */
export const CALLS_PER_WINDOW = 40;

/** New requests for one chunk whose rows keep changing on Shopify between our read and our write. */
export const STALE_TRIES_MAX = 3;

/** Files that one run of Process uploads applies before it goes on in a new run, so that no history grows with the backlog. */
export const FILES_PER_RUN = 50;

/** Feed files that one run of Import inventory takes; the next run takes the rest. */
export const FEEDS_PER_RUN = 100;

/** How long a lane belongs to a run that has stopped giving signs of life. Longer than any pause between two windows. */
export const LEASE_DURATION_MS = 60_000;

/** How long a producer waits for another producer of the same shop before it is tried again by Temporal. */
export const PRODUCER_WAIT_MS = 60_000;

/** Bounds of a feed file: what is longer is not a feed. */
export const FEED_LINE_LENGTH_MAX = 16_384;
export const FEED_VALUE_LENGTH_MAX = 255;

/** Units in one field: what Shopify accepts as a quantity, far above any real count. */
export const UNITS_MAX = 1_000_000_000;

/** Differences that a verification returns by name; all of them are counted. */
export const DIFFERENCES_LISTED_MAX = 50;
