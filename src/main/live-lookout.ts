/** What a worker does for live shops beside its steps: it looks for their changes, and at their lanes that a service has blocked. */
import { setTimeout as delay } from 'node:timers/promises';
import { AtpError, isCoded } from '../domain/errors.ts';
import { outgoingFolder } from '../domain/upload-file.ts';
import { createBlockedLanes } from '../operations/live/blocked-lanes.ts';
import { createLiveLookout, type LookoutDeps } from '../operations/live/live-lookout.ts';
import type { Database } from '../postgres/database.ts';
import { findShop, type Shop } from '../postgres/master-data/shops.ts';
import type { AwayCode } from '../postgres/producing/blocked-live-shops.ts';
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
    answers: (shopId, code) => answers(options, shopId, code),
    tellChange: tell,
    wakeLane: async (shopId) => {
      await wakeLane(temporal, shopId);
    },
    pause,
    now: () => performance.now(),
    log,
  });
  const repeat = async (look: () => Promise<number>): Promise<void> => {
    while (!signal.aborted) await pause(await look());
  };
  await Promise.all([repeat(() => lookout.look(performance.now())), repeat(() => blocked.look())]);
}

/** Only silence counts: what else is wrong, the run finds out that is started then. */
async function answers(
  { database, fileDrop, adminApi }: LiveLookoutOptions,
  shopId: string,
  code: AwayCode,
): Promise<boolean> {
  try {
    if (code === 'SFTP_UNREACHABLE') await fileDrop((drop) => drop.names(outgoingFolder(shopId)));
    else await adminApi(await findShop(database, shopId)).readAccessScopes();
    return true;
  } catch (error) {
    // A shop that was removed meanwhile has no lane to wake.
    if (isCoded(error, 'SHOP_UNKNOWN') || isCoded(error, code)) return false;
    if (error instanceof AtpError) return true;
    throw error;
  }
}
