/** The watch of a process: what it looks with, and its loop. */
import { setTimeout as delay } from 'node:timers/promises';
import { deliverDue } from '../../activities/deliver-alerts.ts';
import { openAlerting } from '../alerting/send-alert.ts';
import { WATCH_INTERVAL_MS } from '../domain/limits.ts';
import type { Application } from '../operations/application.ts';
import { createWatch, type WatchDeps } from '../operations/watch/watch.ts';
import { readClock } from '../postgres/clock.ts';
import { wakeDelivery } from '../temporal/alert-delivery.ts';

export interface WatchOptions {
  readonly app: Application;
  /** What a target's `env:NAME` is looked up in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly log: WatchDeps['log'];
}

/** Looks each WATCH_INTERVAL_MS, up to a tenth later, until `signal` aborts. It never throws. */
export async function runWatch({ app, environment, signal, log }: WatchOptions): Promise<void> {
  const send = openAlerting(environment);
  const watch = createWatch({
    app,
    send,
    deliver: async (dueForMs) => deliverDue({ database: await app.database(), sendAlert: send }, dueForMs),
    wakeDelivery: async () => wakeDelivery(await app.temporal()),
    log,
  });
  const pause = () =>
    delay(WATCH_INTERVAL_MS * (1 + Math.random() / 10), undefined, { signal }).catch(() => undefined);
  // Not at once: what starts together with this process gets the time to start.
  for (await pause(); !signal.aborted; await pause()) await watch.look(await readNow(app));
  await watch.settle();
}

/** By the database, so that all watches have one clock; by this machine while it is away. */
async function readNow(app: Application): Promise<Date> {
  try {
    return new Date(await readClock(await app.database()));
  } catch {
    return new Date();
  }
}
