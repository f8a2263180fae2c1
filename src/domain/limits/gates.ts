/** Gates: what a feed may say before it is held for a person. Those of a source are settings; these are for all others. */

/** Percent by which a count may have fewer rows than the smallest of the last ones. */
export const GATE_ROWS_FALL_MAX = 50;

/** Percent of the positive stock that it counts which a count may set to zero or below. */
export const GATE_TO_ZERO_MAX = 50;

/**
 * Percent of the stock of a facility which a complete source may leave out. Sold out from one night to the next are some percent, and
 * a file that was cut off, or filtered, mostly lacks more.
 */
export const GATE_ABSENT_MAX = 25;

/** GATE_ABSENT_MAX is for facilities with so many quantities or more: of fewer, chance takes a quarter. */
export const GATE_ABSENT_MIN = 5;

/** Percent that a complete source may leave out of a facility with fewer than GATE_ABSENT_MIN quantities. */
export const GATE_ABSENT_FEW_MAX = 50;

/** A level may rise to more than so many times what it was, or by more than so many units, but not both at once. */
export const GATE_RISE_TIMES_MAX = 50;
export const GATE_RISE_UNITS_MAX = 5_000;

/** Percent of the rows that may name products which nobody knows. */
export const GATE_UNKNOWN_MAX = 50;

/** Shares of less than so many rows or levels say nothing. */
export const GATE_SAMPLE_MIN = 20;

/** The last feeds of a source and type with which one is compared, and how many there must be. */
export const GATE_HISTORY_MAX = 10;
export const GATE_HISTORY_MIN = 3;

/** The biggest moves of a feed that are kept and shown. */
export const MOVES_SHOWN = 5;

/** Levels of a held count that are in memory at a time. */
export const HELD_LEVELS_PER_PAGE = 10_000;

/** Imports that `atp import list` shows at most. */
export const IMPORTS_LISTED_MAX = 1_000;
export const IMPORTS_LISTED = 30;

/** Levels that an undo names because somebody has counted them since. */
export const COUNTED_SINCE_NAMED = 10;
