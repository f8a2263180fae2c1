/** Doctor's checks, the watch that runs them, and the messages that it sends. */

/** How long one check may take. Above the waits of a check that answers: a call of Shopify ends after 30 s. */
export const CHECK_ANSWER_MS = 40_000;

/**
 * Causes of one condition that begin and end each by itself, the first ones in the order of the check, and those that its
 * words name. The others are counted, and take their place when one has ended.
 */
export const CAUSES_PER_CHECK_MAX = 50;
export const CAUSES_NAMED_MAX = 5;

/** How often a watch looks; each pause is up to a tenth longer, so that watches do not march in step. */
export const WATCH_INTERVAL_MS = 30_000;

/**
 * The least time between two rounds of all watches together: a condition that was seen twice in a row has lasted so long.
 */
export const WATCH_ROUNDS_APART_MS = 25_000;

/**
 * After so long without a look nobody watches: a round that hangs is over by its lease, and the next one has had two turns.
 * What was seen last says nothing of now.
 */
export const WATCH_STOPPED_AFTER_MS = 3 * 60_000;

/** How often a round asks Shopify and SFTP as well: a call or two for each shop. */
export const DEAR_CHECKS_INTERVAL_MS = 5 * 60_000;

/** Shops that one round, or doctor, looks at in the database at once: each has a statement under way. */
export const SHOPS_CHECKED_AT_ONCE = 4;

/** Shops about which Shopify is asked at once. When none of them gets an answer, as many more have their turn. */
export const SHOPS_ASKED_AT_ONCE = 50;

/** How long a round may take. Then another watch may begin one, and what this one has seen does not count. */
export const ROUND_LEASE_MS = 2 * 60_000;

/**
 * For so long a round begins checks; what gets no turn is told by a check of its own. The last one that has begun may take
 * CHECK_ANSWER_MS, and there are 20 s left of the lease to record what was seen.
 */
export const ROUND_BEGINS_CHECKS_MS = ROUND_LEASE_MS - CHECK_ANSWER_MS - 20_000;

/** Rounds in a row in which a condition is seen before it is told, and not seen before it has ended. */
export const ROUNDS_UNTIL_TOLD = 2;

/** Runs of a shop's schedule that may start without a delta that succeeds. */
export const DELTA_RUNS_UNTIL_LATE = 2;

/** What the last of these runs may take. */
export const DELTA_TAKES_MS = 2 * 60_000;

/** How long after a message a target is reminded of what goes on, unless it names another time. */
export const REMIND_EVERY_DEFAULT_MS = 4 * 60 * 60_000;
export const REMIND_EVERY_MIN_MS = 5 * 60_000;
export const REMIND_EVERY_MAX_MS = 7 * 24 * 60 * 60_000;

/** Over how long messages for a target are counted. */
export const MESSAGES_COUNTED_OVER_MS = 60 * 60_000;

/** Messages for one target within that hour. What is not told then, the first message after it tells, counted. */
export const MESSAGES_PER_HOUR_MAX = 20;

/** Targets that one installation may have. */
export const ALERT_TARGETS_MAX = 50;

/** Shops that one group of a message names, and groups that one message has; it counts all. */
export const SHOPS_NAMED_MAX = 5;
export const GROUPS_PER_MESSAGE_MAX = 50;

/** How long a target may take to accept a message. */
export const ALERT_SEND_TIMEOUT_MS = 10_000;

/** How long whoever delivers a message has it for itself: longer than one attempt takes. */
export const ALERT_CLAIM_MS = 60_000;

/** The pause after a failed attempt: it doubles up to the longest. */
export const ALERT_RETRY_FIRST_MS = 30_000;
export const ALERT_RETRY_LONGEST_MS = 15 * 60_000;

/** How long after it was made a message is given up. Whoever reads it then knows already, or reads the next one. */
export const ALERT_GIVEN_UP_AFTER_MS = 24 * 60 * 60_000;

/** How long a message may wait before doctor says so, and how long it tells of one that was given up. */
export const ALERT_LATE_AFTER_MS = 10 * 60_000;
export const ALERT_GIVEN_UP_TOLD_MS = 24 * 60 * 60_000;

/** A message that no run has taken for so long is delivered by the watch itself. */
export const ALERT_RUN_AWAITED_MS = 20_000;

/** Messages that one delivery sends before it looks again who has the turn. */
export const ALERTS_PER_DELIVERY = 20;

/** The least pause between two looks into the outbox of one run. */
export const ALERT_LOOKS_APART_MS = 1_000;

/** Waits for a target that one run of the delivery takes; then it goes on in a new run. */
export const ALERT_DELIVERIES_PER_RUN = 50;

/** Bytes of a file that holds a secret of a target. */
export const ALERT_SECRET_BYTES_MAX = 16_384;

/** How long a worker that ends waits for the look or the delivery that its watch has begun. Another watch goes on. */
export const WATCH_AWAITED_AT_END_MS = 3_000;

/**
 * After so many runs by schedule in a row that have failed, a job is told of; or after so long since the first of them, since the next
 * night is far off. Some minutes are what a run waits by itself for a service that is away.
 */
export const FAILED_RUNS_UNTIL_TOLD = 2;
export const FAILED_RUN_TOLD_AFTER_MS = 20 * 60_000;

/** Failed runs that are looked at for it: more than a week's, so that a job of each week is among them; the newest ones. */
export const FAILED_RUNS_LOOKED_BACK_MS = 8 * 24 * 60 * 60_000;
export const FAILED_RUNS_READ_MAX = 1_000;

/** Jobs of which one look asks whether they have ended well since: each is a request. */
export const FAILING_JOBS_MAX = 50;

/** After so long the last verification of a shop says little of today: more than a week, for those who verify each Sunday. */
export const VERIFICATION_OLD_AFTER_MS = 8 * 24 * 60 * 60_000;

/**
 * How long a database may lack tables before the watch tells it from memory. A release that starts brings its own: a migration
 * mostly takes seconds, and one that waits for a lock some minutes.
 */
export const TABLES_AWAITED_MS = 5 * 60_000;
