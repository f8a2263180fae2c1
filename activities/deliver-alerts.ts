/** Delivering messages of the outbox. The watch does the same by itself when no run can. */
import { AtpError } from '../src/domain/errors.ts';
import { ALERTS_PER_DELIVERY, SHOWN_TEXT_LENGTH_MAX } from '../src/domain/limits.ts';
import { showText } from '../src/domain/shown-text.ts';
import { withoutSecrets } from '../src/domain/without-secrets.ts';
import {
  claimMessage,
  findNextTry,
  markDelivered,
  markFailed,
  type ClaimedMessage,
} from '../src/postgres/alerts/outbox.ts';
import type { Database } from '../src/postgres/database.ts';
import { readClock } from '../src/postgres/clock.ts';
import type { SendAlert } from '../src/alerting/send-alert.ts';
import { keepAlive } from './keep-alive.ts';

export interface DeliverDeps {
  readonly database: Database;
  readonly sendAlert: SendAlert;
}

export interface Delivered {
  readonly delivered: number;
  readonly failed: number;
  /** How long until a message may be tried that still waits, in ms; null: none waits. */
  readonly nextTryInMs: number | null;
}

/**
 * Sends messages that are due, one after the other. A target that does not accept one does not hold up the others.
 *
 * @param dueForMs only those that have been due for so long
 * @param clock the time of now; absent: the database's
 */
export async function deliverDue(
  { database, sendAlert }: DeliverDeps,
  dueForMs = 0,
  clock = async () => new Date(await readClock(database)),
): Promise<Delivered> {
  let delivered = 0;
  let failed = 0;
  for (let taken = 0; taken < ALERTS_PER_DELIVERY; taken += 1) {
    const claimed = await claimMessage(database, await clock(), dueForMs);
    if (claimed === null) break;
    const error = await send(sendAlert, claimed);
    if (error === null) await markDelivered(database, claimed, await clock());
    else await markFailed(database, claimed, error, await clock());
    if (error === null) delivered += 1;
    else failed += 1;
  }
  const now = await clock();
  const next = await findNextTry(database, now);
  const nextTryInMs = next === null ? null : Math.max(0, next.getTime() - now.getTime());
  return { delivered, failed, nextTryInMs };
}

/** Null: the target has accepted it. */
async function send(sendAlert: SendAlert, { target, message }: ClaimedMessage): Promise<string | null> {
  try {
    await sendAlert(target, message);
    return null;
  } catch (error) {
    if (error instanceof AtpError) return `${error.code}: ${error.message}`;
    return showText(withoutSecrets(`UNEXPECTED: ${(error as Error).message}`), SHOWN_TEXT_LENGTH_MAX);
  }
}

export function createDeliverActivities(deps: DeliverDeps) {
  return {
    /** Delivers what is due. A target that is away is tried again by a later step: it never fails this one. */
    async deliverDueAlerts(): Promise<Delivered> {
      return keepAlive(() => deliverDue(deps));
    },
  };
}
