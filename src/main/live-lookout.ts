/** The lookout of a worker for changes of live shops: what it works with, and its loop. */
import { setTimeout as delay } from 'node:timers/promises';
import { createLiveLookout, type LookoutDeps } from '../operations/live/live-lookout.ts';
import type { Database } from '../postgres/database.ts';
import type { TemporalClient } from '../temporal/connection.ts';
import { ensureLiveRun, tellChange } from '../temporal/live-run.ts';

export interface LiveLookoutOptions {
  readonly database: Database;
  readonly temporal: TemporalClient;
  readonly signal: AbortSignal;
  readonly log: LookoutDeps['log'];
}

/** Looks again and again, until `signal` aborts. It never throws. */
export async function runLiveLookout({ database, temporal, signal, log }: LiveLookoutOptions): Promise<void> {
  const lookout = createLiveLookout({
    database,
    ensureRun: (shopId) => ensureLiveRun(temporal, shopId),
    tellChange: (shopId, foundAt) => tellChange(temporal, shopId, foundAt),
    log,
  });
  while (!signal.aborted) {
    const pauseMs = await lookout.look(performance.now());
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
