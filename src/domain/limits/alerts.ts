/** Doctor's checks, and how what they find begins and ends. */

/** How long one check may take. Above the waits of a check that answers: a call of Temporal, a look for a worker. */
export const CHECK_ANSWER_MS = 20_000;

/** Rounds in a row in which a condition is seen before it is told, and not seen before it has ended. */
export const ROUNDS_UNTIL_TOLD = 2;

/** How many intervals of its schedule may pass without a delta that succeeds. */
export const DELTA_INTERVALS_UNTIL_LATE = 2;

/** What a delta itself may take, beyond its intervals. */
export const DELTA_TAKES_MS = 2 * 60_000;
