/** Calls of Shopify: how long, how often, how much. */

/** How long one call to Shopify may take. Shopify itself gives up after about 10 s (its "Response codes"). */
export const SHOPIFY_CALL_TIMEOUT_MS = 30_000;

/**
 * Bytes of an answer, on the wire and unpacked. One is longer than that only when it is not Shopify's: a page of 250
 * variants has some 100 kB. The connection is then cut, and the call fails as SHOPIFY_RESPONSE_UNEXPECTED.
 */
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
 * After so long without an answer, half of the points are left for others of the same shop that were left before: some answers' time, so that
 * a process which is kept waiting goes on soon.
 */
export const TAKEN_BY_OTHERS_HALVES_MS = 1_000;

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
 * Points that an operation is assumed to cost until its first answer tells: as many as the dearest of ours, a page of
 * the catalogue (2, and 11 for a page of 250, times 1 and its two objects a node).
 */
export const SHOPIFY_FIRST_CALL_POINTS = 35;

/**
 * Pages of 250 variants in one reading of a catalogue: five million variants. It ends the reading when Shopify's
 * cursors run in circles.
 */
export const CATALOGUE_PAGES_MAX = 20_000;

/**
 * Pages of one step of a reading: some minutes, and a run's history stays short. A worker that dies loses a page, since each
 * is kept when it is read.
 */
export const CATALOGUE_PAGES_PER_STEP = 200;

/** Steps of one reading: it has read CATALOGUE_PAGES_MAX pages by then. */
export const CATALOGUE_STEPS_MAX = CATALOGUE_PAGES_MAX / CATALOGUE_PAGES_PER_STEP;

/** How often one page of a catalogue is asked for again because Shopify was throttling. */
export const CATALOGUE_PAGE_TRIES_MAX = 10;

/**
 * How long one call of a lane pauses in all because Shopify throttles it, before its step is tried again. The lease of a lane in
 * which nothing is written lasts for two minutes.
 */
export const THROTTLED_PAUSES_MAX_MS = 30_000;

/** A file with an access token is short; a longer one is the wrong file. */
export const TOKEN_FILE_BYTES_MAX = 4_096;

/** A granted token is used no longer than until so long before its end: longer than any call that still uses it. */
export const TOKEN_RENEWED_EARLY_MS = 5 * 60_000;

/** From half of its life on a token is renewed; when that fails, again after this. So a refusal is known half a day before. */
export const TOKEN_RENEWAL_APART_MS = 5 * 60_000;

/**
 * Pages of ROWS_PER_CALL products that a verification reads from Shopify at once, at least. At 300 ms a call that is 80 pages a second,
 * of 4 points each: more than the smaller plans pay for, so the shop's quota sets the pace. A call of the lane in the same worker waits
 * behind them, for a second on the smallest plan.
 */
export const PAGES_COMPARED_AT_ONCE = 24;

/**
 * The same, at most: at 300 ms a call as many as one worker can compare, which takes some 3 ms of the processor for each. Each page on its
 * way costs the memory of its rows, some 150 kB.
 */
export const PAGES_COMPARED_AT_ONCE_MAX = 100;

/** Points a second that pay for one page on its way: 4 points, and 400 ms with some reserve. */
export const POINTS_PER_PAGE_IN_FLIGHT = 10;

/**
 * Pages of a verification whose products are looked up by one statement. Of eight pages, its planning is less than a tenth of the work. The last
 * of them waits for the points of the others, for a third of a second on the smallest plan, and is as much older when it is compared.
 */
export const PAGES_LOOKED_UP_AT_ONCE = 8;
