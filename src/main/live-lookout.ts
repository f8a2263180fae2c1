/** What a worker does for live shops beside its steps: it looks for their changes, and at their lanes that a service has blocked. */
import { setTimeout as delay } from 'node:timers/promises';
import { INCOMING_FOLDER } from '../domain/drop-folders.ts';
import { AtpError } from '../domain/errors.ts';
import { createBlockedLanes } from '../operations/live/blocked-lanes.ts';
import { createLiveLookout, type LookoutDeps } from '../operations/live/live-lookout.ts';
import type { Database } from '../postgres/database.ts';
import { findShop, type Shop } from '../postgres/master-data/shops.ts';
import type { OpenFileDrop } from '../sftp/file-drop.ts';
import type { AdminApi } from '../shopify/admin-api.ts';
import type { TemporalClient } from '../temporal/connection.ts';
import { ensureLiveRun, tellChange } from '../temporal/live-run.ts';
import { wakeLane } from '../temporal/run-job.ts';

export interface LiveLookoutOptions {
  readonly database: Database;
  readonly fileDrop: OpenFileDrop;
  readonly adminApi: (shop: Shop) => AdminApi;
  readonly temporal: TemporalClient;
  readonly signal: AbortSignal;
  readonly log: LookoutDeps['log'];
}

/** Looks again and again, until `signal` aborts. It never throws. */
export async function runLiveLookout(options: LiveLookoutOptions): Promise<void> {
  const { database, temporal, signal, log } = options;
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => undefined);
  const tell = (shopId: string, foundAt: Date): Promise<void> => tellChange(temporal, shopId, foundAt);
  const lookout = createLiveLookout({
    database,
    ensureRun: (shopId) => ensureLiveRun(temporal, shopId),
    tellChange: tell,
    log,
  });
  const blocked = createBlockedLanes({
    database,
    canUseShopify: (shopId) =>
      succeeds(async () => options.adminApi(await findShop(database, shopId)).readAccessScopes()),
    canUseSftp: () => succeeds(() => options.fileDrop((drop) => drop.list(INCOMING_FOLDER))),
    tellChange: tell,
    wakeLane: async (shopId) => {
      await wakeLane(temporal, shopId);
    },
    signal,
    now: () => performance.now(),
    log,
  });
  const repeat = async (look: () => Promise<number>): Promise<void> => {
    while (!signal.aborted) await pause(await look());
  };
  await Promise.all([repeat(() => lookout.look(performance.now())), repeat(() => blocked.look())]);
}

async function succeeds(question: () => Promise<unknown>): Promise<boolean> {
  try {
    await question();
    return true;
  } catch (error) {
    if (error instanceof AtpError) return false;
    throw error;
  }
}
