/**
 * How long each step may take, and how it is tried again: one profile for each activity, with its reason. A coded error
 * that no retry can mend says so by itself and ends the attempts.
 */
import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/** A dead worker is noticed within it. The SDK sends heartbeats at most every 80 % of this. */
const HEARTBEAT_TIMEOUT = '15 seconds';

/**
 * A short statement: seconds, unless the database is away. It retries until it is back. Without heartbeats a killed
 * worker is noticed only at this timeout, so every second of it is a second in which a lane stands still. When a
 * statement commits after its timeout, the lane's epoch stops it, or repeating it changes nothing.
 */
const SHORT_STATEMENT: ActivityOptions = {
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
};

/** A look at the lane: as short, but where the database has moved, the folders on SFTP are searched before. */
const LANE_LOOK: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
};

/** One snapshot of the whole master of inventory: minutes for a very large one. It commits all of it or nothing. */
const SNAPSHOT: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '2 seconds', maximumInterval: '2 minutes' },
};

/** Moving a file is repeatable (same rows, same bytes), so it may retry for as long as SFTP is away. */
const FILE_TRANSFER: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumInterval: '2 minutes' },
};

/** A file that is read while its run holds the lane's lease: tried again before the lease expires. */
const TRANSFER_IN_THE_LANE: ActivityOptions = {
  ...FILE_TRANSFER,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
};

/**
 * One feed: some minutes of trying, then the run fails with the feed's name. It is not passed over, since the feeds
 * after it may build on it. The next run begins with it again, and a person sees why.
 */
const FEED_TRANSFER: ActivityOptions = {
  ...FILE_TRANSFER,
  retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 8 },
};

/**
 * Calls of Shopify: a window that is begun again goes on where it was, so it may retry for as long as Shopify is
 * away. The first retries come soon, because most failures are a cut connection; later ones slowly, because the rest is
 * an outage.
 */
const SHOPIFY_CALLS: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};

/** A look at Shopify that the next run can take as well: it does not wait until Shopify is back. */
const SHOPIFY_LOOK: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', maximumAttempts: 2 },
};

/** Best effort: clean-up must never delay a sync. The next run removes what is left. */
const CLEAN_UP: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '2 seconds', maximumAttempts: 3 },
};

export const PROFILES = {
  applyWindow: SHOPIFY_CALLS,
  archiveFiles: FILE_TRANSFER,
  blockFile: SHORT_STATEMENT,
  closeFile: SHORT_STATEMENT,
  compareShop: SHOPIFY_CALLS,
  decide: SNAPSHOT,
  importFeed: FEED_TRANSFER,
  listFeeds: FILE_TRANSFER,
  nextFile: LANE_LOOK,
  openFile: TRANSFER_IN_THE_LANE,
  produceFile: SNAPSHOT,
  publishFile: FILE_TRANSFER,
  purge: CLEAN_UP,
  recheckSetApart: SHOPIFY_LOOK,
  wakeLane: SHORT_STATEMENT,
} as const satisfies Record<keyof Activities, ActivityOptions>;

/**
 * For a step that a person waits for: after these attempts the workflow goes on without it, and a later run does what
 * was left undone.
 */
export const WHILE_A_PERSON_WAITS = {
  initialInterval: '1 second',
  maximumInterval: '5 seconds',
  maximumAttempts: 3,
} as const satisfies ActivityOptions['retry'];
