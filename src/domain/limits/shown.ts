/** How much a person is shown at once. */

/**
 * Characters of one value from outside (a name, an answer's message) in an error, a table or a finding: above any text of
 * ours, and a screen is still readable.
 */
export const SHOWN_TEXT_LENGTH_MAX = 1_000;

/** Plans and decisions that a person is shown with a lane. */
export const PLANS_LISTED_MAX = 10;
export const DECISIONS_LISTED_MAX = 10;

/** Findings that an audit names; it counts all of them. */
export const AUDIT_FINDINGS_LISTED_MAX = 20;

/** Differences that a verification names; it counts all of them. */
export const DIFFERENCES_LISTED_MAX = 50;

/** Files of a lane that a person is shown besides those that wait. */
export const LANE_FILES_LISTED_MAX = 20;

/** Facilities and facility groups that one list may hold. */
export const FACILITIES_LISTED_MAX = 100_000;
export const GROUPS_LISTED_MAX = 10_000;

/** Lanes that one list shows. */
export const LANES_LISTED_MAX = 1_000;

/** Quarantined rows that a person is shown at once. */
export const QUARANTINED_LISTED_MAX = 100;

/** Products that one list may hold: far above any catalogue that fits the memory of a command. */
export const PRODUCTS_LISTED_MAX = 10_000_000;

/** Acts that `atp audit log` shows: unless told otherwise, and at most. */
export const ACTS_SHOWN = 50;
export const ACTS_SHOWN_MAX = 10_000;

/** Runs that `atp pipeline` shows: unless told otherwise, and at most. */
export const PIPELINE_RUNS_SHOWN = 50;
export const PIPELINE_RUNS_MAX = 500;

/** How long a run is expected to take is told by so many that have ended, and for so many jobs of shops in one answer. */
export const EXPECTED_BY_RUNS = 20;
export const EXPECTED_JOBS_MAX = 120;

/** Refused feeds that `atp feed list` shows, the oldest first. */
export const REFUSED_FEEDS_LISTED_MAX = 100;

/** Names in incoming/ that no import takes, as `atp doctor` names them; it counts all of them. */
export const LEFT_ALONE_NAMED = 5;

/** SKUs that a check names; it counts all that it found. */
export const CHECK_SKUS_NAMED = 5;

/** How long `atp doctor` waits for a worker that may just be starting: it needs some seconds until it polls. */
export const DOCTOR_WORKER_WAIT_MS = 10_000;

export const DOCTOR_WORKER_LOOK_INTERVAL_MS = 500;

/** Products of a plan that `atp lane <shop> plan` shows unless told otherwise, and that one page of them has at most. */
export const PLAN_ROWS_SHOWN = 50;
export const PLAN_ROWS_PER_PAGE_MAX = 5_000;

/** Days that `atp shop history` looks back: unless told otherwise, and at most. Verifications are kept as long. */
export const HISTORY_DAYS_SHOWN = 7;
export const HISTORY_DAYS_MAX = 90;

/** Rows of a list that has pages, unless told otherwise, and at most. */
export const PAGE_ROWS_SHOWN = 100;
export const PAGE_ROWS_MAX = 10_000;

/** Files that one page of a product's pushes looks into: two weeks of a delta each ten minutes. */
export const PUSH_FILES_SEARCHED_MAX = 2_000;

/** Pushes of a product on one page, unless told otherwise, and at most. */
export const PUSHES_SHOWN = 50;
export const PUSHES_SHOWN_MAX = 500;

/** Rows of one product that are looked for in a file: a drain may have several, one for each item that it has left. */
export const LEFT_ITEMS_PER_PRODUCT_SHOWN = 10;

/** Products that one page of a what-if has at most: each page computes the catalogue anew, and an export is to have few. */
export const MOVES_LISTED_MAX = 100_000;

/** Refused rows that the answer of an import names with their reasons; its error file has all of them. */
export const IMPORT_REFUSALS_SHOWN = 100;

/** Refused rows on one page of those of an import: each has its values as they were sent, which may be long. */
export const IMPORT_REFUSALS_LISTED_MAX = 1_000;

/** Refused rows that `atp import show` names, beside what else it tells of the import. */
export const IMPORT_REFUSALS_NAMED = 5;

/** Runs to come that a job tells of. */
export const NEXT_RUNS_SHOWN = 5;

/** Runs that a schedule did not start: how far back, how many times of it are looked at, and how many are told. */
export const MISSED_RUNS_DAYS = 7;
export const MISSED_RUNS_LOOKED_AT_MAX = 2_100;
export const MISSED_RUNS_SHOWN = 50;

/** How long a schedule is said to have lost runs after the last one that it has lost: then it has shown that it is well again. */
export const LOST_RUNS_TOLD_DAYS = 7;

/** Acts about a schedule that explain them. */
export const SCHEDULE_ACTS_READ_MAX = 200;
