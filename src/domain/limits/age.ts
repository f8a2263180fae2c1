/** The age of the oldest change that is not on Shopify. */

/**
 * Rows of the change log that a look for a shop's oldest change reads, of what other shops alone are concerned by. Behind
 * them the change is told as "at most" so old. A row costs some microseconds, and a hundred shops are looked at together.
 */
export const LOG_ROWS_LOOKED_AT_MAX = 200;

/** How old a change on its way may be, when nobody has set another limit for the shop: three deltas, of which two failed. */
export const AGE_LIMIT_DEFAULT_MS = 45 * 60 * 1000;

/** Bounds of that limit: nothing is on Shopify within a minute, and after a month a baseline is given up. */
export const AGE_LIMIT_MIN_MS = 60 * 1000;
export const AGE_LIMIT_MAX_MS = 30 * 24 * 60 * 60 * 1000;
