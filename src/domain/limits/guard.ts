/**
 * The guard: how much may change before a person looks. A shop may have other limits. What a new shop gets are the defaults of the
 * columns of `shop`, which say the same (src/postgres/migrations/0015-guard.ts): whoever changes one here changes them by a migration.
 */

/** A fall to the factor's share or less, or a rise to more than it, is suspect. Daily business moves less, mostly. */
export const SUSPECT_FACTOR = 4;

/** Share of the products in stock that may fall without sales that explain it. */
export const COLLAPSE_LIMIT_PERCENT = 20;

/** Units by which products may rise, as a share of the units in stock: a delivery, and not a feed in another unit. */
export const SURGE_LIMIT_PERCENT = 300;

/** Share of the products in stock that other channels may sell out: more than a real day of sales does. */
export const SELL_OUT_LIMIT_PERCENT = 50;

/** The largest share that a shop may set: in practice nothing is withheld then. A product may move many times a day. */
export const GUARD_LIMIT_PERCENT_MAX = 1_000_000;

/** How far back the guard adds up what it has let through, so that many small files are one large one. */
export const GUARD_WINDOW_HOURS = 24;
export const GUARD_WINDOW_HOURS_MAX = 168;
