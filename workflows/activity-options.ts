/**
 * How long each step may take, and how it is tried again: one profile for each activity, with its reason. A coded error
 * that no retry can mend says so by itself and ends the attempts. No pause is longer than 30 s: a service that is back is
 * used again within half a minute.
 */
import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import {
  BRIEF_TRIES_MAX,
  DATABASE_TRIES_MAX,
  FEED_TRIES_MAX,
  HEARTBEAT_TIMEOUT_MS,
  SERVICE_TRIES_MAX,
  UPKEEP_TRIES_MAX,
} from '../src/domain/limits.ts';

/** No step is tried without an end. */
type Profile = ActivityOptions & { readonly retry: { readonly maximumAttempts: number } };

/**
 * A short statement: seconds, unless the database is away. Without heartbeats a killed worker is noticed only at this
 * timeout, so every second of it is a second in which a lane stands still. When a statement commits after its timeout,
 * the lane's epoch stops it, or repeating it changes nothing.
 */
const SHORT_STATEMENT: Profile = {
  startToCloseTimeout: '20 seconds',
  retry: {
    initialInterval: '500 milliseconds',
    maximumInterval: '30 seconds',
    maximumAttempts: DATABASE_TRIES_MAX,
  },
};

/** A look at the lane: as short, but where the database has moved, the folders on SFTP are searched before. */
const LANE_LOOK: Profile = {
  ...SHORT_STATEMENT,
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
};

/** One snapshot of the whole master of inventory: minutes for a very large one. It commits all of it or nothing. */
const SNAPSHOT: Profile = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: {
    initialInterval: '2 seconds',
    maximumInterval: '30 seconds',
    maximumAttempts: DATABASE_TRIES_MAX,
  },
};

/**
 * A file that goes to SFTP or comes from there, or calls of Shopify. What was done stays done: a repeated transfer makes
 * the same file, and a window that is begun again goes on where it was. The first retries come soon, because most
 * failures are a cut connection. The pauses stay short, because a run keeps the lane's lease meanwhile.
 */
const SERVICE: Profile = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: SERVICE_TRIES_MAX },
};

/**
 * One feed: some minutes of trying, then the run fails with the feed's name. It is not passed over, since the feeds
 * after it may build on it. The next run begins with it again, and a person sees why.
 */
const FEED_TRANSFER: Profile = {
  ...SERVICE,
  retry: { ...SERVICE.retry, maximumAttempts: FEED_TRIES_MAX },
};

/** Best effort: what the next run can do as well must never delay a sync. */
const UPKEEP: Profile = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: '2 seconds', maximumInterval: '30 seconds', maximumAttempts: UPKEEP_TRIES_MAX },
};

export const PROFILES = {
  applyWindow: SERVICE,
  archiveFiles: UPKEEP,
  beginReading: SERVICE,
  blockFile: SHORT_STATEMENT,
  closeFile: SHORT_STATEMENT,
  compareShop: SERVICE,
  decide: SNAPSHOT,
  deliverDueAlerts: UPKEEP,
  findLive: SHORT_STATEMENT,
  importFeed: FEED_TRANSFER,
  listFeeds: FEED_TRANSFER,
  matchCatalogue: SNAPSHOT,
  nextFile: LANE_LOOK,
  openFile: SERVICE,
  produceFile: SNAPSHOT,
  publishFile: SERVICE,
  purge: { ...UPKEEP, startToCloseTimeout: '30 minutes' },
  readCatalogue: SERVICE,
  recheckSetApart: UPKEEP,
  removeOldFiles: { ...UPKEEP, startToCloseTimeout: '30 minutes' },
  startHardSync: SHORT_STATEMENT,
  wakeLane: SHORT_STATEMENT,
} as const satisfies Record<keyof Activities, Profile>;

/** For a brief step: its caller has something else to do when it fails, and a later run tries again. */
export const BRIEF_RETRY = {
  initialInterval: '1 second',
  maximumInterval: '5 seconds',
  maximumAttempts: BRIEF_TRIES_MAX,
} as const satisfies Profile['retry'];
