/** Each retry and timeout profile, with its reason. Coded errors that no retry can mend are marked by their failure. */
import type { ActivityOptions } from '@temporalio/workflow';

/** A dead worker is noticed within it. The SDK sends heartbeats at most every 80 % of this. */
const HEARTBEAT_TIMEOUT = '15 seconds';

/**
 * A short statement: seconds, unless the database is away. It retries until it is back. Without heartbeats a killed
 * worker is noticed only at this timeout, so every second of it is a second in which a lane stands still; a statement
 * that was believed dead and commits all the same is fenced by the lane's epoch, or changes nothing when repeated.
 */
export const shortStep: ActivityOptions = {
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
};

/** A look at the lane: as short, but where the database has moved, the folders on SFTP are searched before. */
export const laneLook: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
};

/** One snapshot of the whole master of inventory: minutes for a very large one. Nothing is committed by halves. */
export const producing: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '2 seconds', maximumInterval: '2 minutes' },
};

/** Moving a file is repeatable (same rows, same bytes), so it may retry for as long as SFTP is away. */
export const fileTransfer: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '2 minutes' },
};

/** A file that is read while its run holds the lane: tried again before the lease runs out. */
export const laneTransfer: ActivityOptions = {
  ...fileTransfer,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
};

/**
 * A file that a person has decided about: some tries while the person waits, then the lane writes it in its turn, and
 * the decision stands.
 */
export const decidedTransfer: ActivityOptions = {
  ...fileTransfer,
  retry: { initialInterval: '1 second', maximumInterval: '5 seconds', maximumAttempts: 3 },
};

/**
 * One feed: some minutes of trying, then the run fails with the feed's name. It is not passed over, since the feeds
 * after it may build on it; the next run begins with it again, and a person sees why.
 */
export const feedTransfer: ActivityOptions = {
  ...fileTransfer,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 8 },
};

/**
 * Calls of Shopify: a window that is begun again goes on where it was, so it may retry for as long as Shopify is
 * away. Soon at first, because most failures are a cut connection; then slowly, because the rest is an outage.
 */
export const shopifyCalls: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};

/** A look that can as well be had by the next run: nobody waits for Shopify to come back. */
export const recheck: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumAttempts: 2 },
};

/** Removing old records is nobody's purpose: a few tries, and the next run takes what is left. */
export const purging: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '2 seconds', maximumAttempts: 3 },
};
