/** Live: deltas as soon as something has changed. */

/** How often a worker looks for changes of live shops. One look is one statement for all of them. */
export const LIVE_LOOK_EVERY_MS = 200;

/** How often it looks whether a shop is live, while none is. */
export const LIVE_IDLE_LOOK_EVERY_MS = 5_000;

/** How often at least a look takes in what changes by the clock, unless a person has set it; and what may be set. */
export const LIVE_AT_LEAST_EVERY_DEFAULT_MS = 2_000;
export const LIVE_AT_LEAST_EVERY_MIN_MS = 1_000;
export const LIVE_AT_LEAST_EVERY_MAX_MS = 60 * 60 * 1000;

/** Runs that one look tells at the same time. */
export const LIVE_TOLD_AT_ONCE = 16;

/** After so long, a run is told again of a change that no delta has taken up. */
export const LIVE_TOLD_AGAIN_MS = 5_000;

/** How often a worker sees that each live shop has its run; one that somebody has ended is back within it. */
export const LIVE_ENSURED_EVERY_MS = 30_000;

/** How long the looks rest after one that failed: Postgres or Temporal is away, which has a check of its own. */
export const LIVE_REST_AFTER_FAILURE_MS = 5_000;

/** A run that is told of a change so late looks first whether the shop is still live: it may be paused since. */
export const LIVE_NEWS_FRESH_MS = 2_000;

/** How long a run rests after a delta that failed, before it makes the next one. */
export const LIVE_REST_AFTER_DELTA_MS = 30_000;

/**
 * A live shop whose file is on its way for longer gets the next delta meanwhile: a file of a few rows is there sooner, and what
 * changes in that time comes together.
 */
export const LIVE_NEXT_DELTA_AFTER_MS = 5_000;

/** How often a worker looks for live shops whose lane a service has blocked that could not be used. */
export const LIVE_BLOCKED_LOOK_EVERY_MS = 2_000;

/**
 * So often that service is asked whether it can be used. Each time that it can and the lane is blocked by the same again, the next
 * time is twice as far, up to the second one. While a question has no answer, no other one is asked for as long as the second one, either.
 */
export const LIVE_ASKS_AGAIN_MS = 10_000;
export const LIVE_ASKS_AGAIN_MAX_MS = 5 * 60 * 1000;

/** A look waits no longer for an answer. */
export const LIVE_ANSWER_WITHIN_MS = 10_000;

/** Shops for which Shopify is asked at the same time. */
export const LIVE_ASKED_AT_ONCE = 50;

/** How long a delta may take before the lane is woken that it is to come before. */
export const LIVE_DELTA_BEFORE_LANE_MS = 30_000;

/** A run that nobody tells of anything looks so often by itself whether its shop is still live. */
export const LIVE_SET_LOOK_EVERY_MS = 10 * 60 * 1000;

/** How long a change of a live shop may wait for a delta, while no file is on its way, before `atp doctor` tells. */
export const LIVE_CHANGE_WAITS_MS = 2 * 60 * 1000;

/** Deltas and looks of one run, before it goes on as a new one: some thousand events of a history. */
export const LIVE_ROUNDS_PER_RUN = 200;
