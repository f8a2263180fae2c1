/** How long records are kept, and how they are removed. */

/** How long the rows and calls of a file are kept after it is done: to audit and to explain it. */
export const FILE_ROWS_KEPT_DAYS = 14;

/**
 * A baseline older than this is given up, and its shop needs a Hard Sync: the change log is kept as long as a baseline
 * needs it.
 */
export const BASELINE_KEPT_DAYS = 30;

/** One purge runs at most PURGE_STATEMENTS_MAX statements, each for so many rows of the change log or so many files. */
export const PURGE_STATEMENTS_MAX = 200;
export const LOG_ROWS_PER_PURGE = 50_000;
export const FILES_PER_PURGE = 200;

/**
 * How long the audit log keeps an act: a year and five weeks, so that whoever prepares a season still sees what was set
 * for the last one.
 */
export const AUDIT_LOG_KEPT_DAYS = 400;

/** How long conditions that have ended, and messages that are done with, are kept. */
export const CONDITIONS_KEPT_DAYS = 90;

/** How long what a verification has found is kept, but for the last one of a shop: as far back as charts look. */
export const VERIFICATIONS_KEPT_DAYS = 90;

/**
 * Differences of one verification that are kept row by row; it counts all of them. More have one cause, such as a location
 * that was switched off, and nobody reads them one after the other.
 */
export const DIFFERENCES_KEPT_MAX = 20_000;

/** Differences of a verification that has not ended are removed when they are so old: its run has failed, or was killed. */
export const DIFFERENCES_LEFT_HOURS = 6;

/** How long a refused feed is kept after a later one or a person has ended it. */
export const REFUSED_FEEDS_KEPT_DAYS = 90;

/** How long the refused rows of a feed are kept. Its error file on SFTP has them, too. */
export const REFUSED_ROWS_KEPT_DAYS = 90;

/**
 * How long an order line that is completed or cancelled is kept after its sale: a year and five weeks, so that a return of
 * last season's is still explained. A line of that age that is not known is refused: it may be a removed one that comes
 * again, and its units would be reserved, and leave the stock, twice.
 */
export const ORDER_LINES_KEPT_DAYS = 400;

/**
 * How long a transfer is kept after a feed has told of it last, when each of its lines was received or cancelled: as long as
 * the lines of orders.
 */
export const TRANSFERS_KEPT_DAYS = 400;

/**
 * How long the id of a removed transfer is remembered after that. Its lines are refused meanwhile: by a file that somebody sends
 * again they would move their units a second time. One row a transfer, so ten years and some months are no burden.
 */
export const TRANSFER_IDS_KEPT_DAYS = 4_000;

/**
 * How long the record of an import is kept, of a feed that is filed and has no refused rows left; that of the newest feed of a
 * type always is. As long as the audit log: who looks for a season's count finds both.
 */
export const IMPORT_RECORDS_KEPT_DAYS = 400;

/** Levels of a count that was never held, because its process died, are removed so many days later. */
export const HELD_LEVELS_LEFT_DAYS = 1;

/** How long files stay in `archive/` and `error/` on SFTP after they were filed there. */
export const SFTP_FILES_KEPT_DAYS = 90;
/** The newest files of a folder stay, so that a shop's numbers are known however long it stands still. */
export const NEWEST_FILES_KEPT = 100;
/** One clean-up removes so many files. It searches folders that are so deep below `archive/` and `error/`. */
export const OLD_FILES_REMOVED_MAX = 20_000;
export const FOLDER_DEPTH_CLEANED_MAX = 3;
/** Files and folders that the server does not let us remove or list are counted, up to so many; more fail the clean-up. */
export const OLD_FILES_REFUSED_MAX = 100;

/** A scratch folder of a killed process is removed when it has this age. The longest step ends after 30 minutes. */
export const SCRATCH_KEPT_HOURS = 24;

/** Doctor tells when so much time has passed since the last clean-up of the database. */
export const CLEAN_UP_OVERDUE_DAYS = 3;

/** How long a purge waits for producers; then it is left to the next one. */
export const PURGE_WAIT_MS = 5_000;
