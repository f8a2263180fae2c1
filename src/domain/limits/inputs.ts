/** What a person may type in. */

/** Characters of a text in an input: a name, a reason, a reference. */
export const INPUT_TEXT_LENGTH_MAX = 255;

/** Characters of a refused value that its error repeats: enough to know it again. */
export const REFUSED_VALUE_LENGTH_MAX = 60;

/** Facilities that one act adds to a group or takes out of it: more than any retailer's. */
export const FACILITIES_AT_ONCE_MAX = 1_000;

/** Products whose settings one file may give: they are in memory at once. */
export const PRODUCTS_SET_AT_ONCE_MAX = 200_000;

/** Products of such an act that one statement sets: a person sees how far it is, about each second. */
export const PRODUCTS_SET_CHUNK_ROWS = 5_000;

/** Rows of such a file that its error names. */
export const ROWS_NAMED_MAX = 5;

/** Levels that `atp doctor --ledger` names because they are not the sum of the ledger. */
export const LEVELS_NAMED_MAX = 5;

/** Products that a person may ask a delta for at once. */
export const SKUS_ASKED_MAX = 1_000;

/** Units that a person may set (safety stock, threshold): what Shopify accepts, and an integer of the database holds. */
export const UNITS_SET_MAX = 1_000_000_000;

/** The largest quantity that Shopify accepts, and so the largest in any field of ours; far above any real count. */
export const UNITS_MAX = 1_000_000_000;

/** Characters of a SKU of which near misses are looked up; longer than nearly every SKU. */
export const NEAR_MISS_LENGTH_MAX = 40;

/** SKUs that an error names because one of them may be meant. */
export const NEAR_MISSES_NAMED = 3;

/** SKUs of which one look supposes another setting: they fit the query of a request. */
export const SKUS_SUPPOSED_MAX = 500;

/** Up to so many products, each is looked up by itself; more are computed in one pass over all stock. */
export const WHAT_IF_FEW_PRODUCTS_MAX = 20_000;
