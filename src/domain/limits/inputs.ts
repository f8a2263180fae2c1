/** What a person may type in. */

/** Characters of a text in an input: a name, a reason, a reference. */
export const INPUT_TEXT_LENGTH_MAX = 255;

/** Characters of a refused value that its error repeats: enough to know it again. */
export const REFUSED_VALUE_LENGTH_MAX = 60;

/** Units that a person may set (safety stock, threshold): what Shopify accepts, and an integer of the database holds. */
export const UNITS_SET_MAX = 1_000_000_000;

/** The largest quantity that Shopify accepts, and so the largest in any field of ours; far above any real count. */
export const UNITS_MAX = 1_000_000_000;
