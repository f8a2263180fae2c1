/** The session locks of those who make files, and of the purge, which would remove what they read. */
import { AtpError } from '../../domain/errors.ts';
import { PRODUCER_WAIT_MS } from '../../domain/limits.ts';
import type { Connection } from '../database.ts';
import { isLockTimeout } from '../sql-state.ts';

/** First key of a shop's producer lock; the second is the shop. */
const PRODUCER_LOCK = 7_201_151;
/** Held shared while a baseline is read: the purge of the change log takes it exclusively. */
const PURGE_LOCK = 7_201_152;

/**
 * Waits for the shop's other producers, and for a purge. The locks end with the session, so a killed producer leaves none,
 * and Postgres ends the session of one that stands still.
 *
 * Throws PRODUCER_BUSY.
 */
export async function lockForProducing(session: Connection, shopId: string): Promise<void> {
  const isOurs = await withinWait(session, PRODUCER_WAIT_MS, async () => {
    await session.query('SELECT pg_advisory_lock($1, hashtext($2)), pg_advisory_lock_shared($3)', [
      ...[PRODUCER_LOCK, shopId, PURGE_LOCK],
    ]);
  });
  if (!isOurs) throw new AtpError('PRODUCER_BUSY', { shopId, waitedSeconds: PRODUCER_WAIT_MS / 1000 });
}

/** Runs `work` while nobody produces; null, without it, when somebody still does after `waitMs`. */
export async function whileNobodyProduces<Result>(
  session: Connection,
  waitMs: number,
  work: () => Promise<Result>,
): Promise<Result | null> {
  const isOurs = await withinWait(session, waitMs, async () => {
    await session.query('SELECT pg_advisory_lock($1)', [PURGE_LOCK]);
  });
  if (!isOurs) return null;
  try {
    return await work();
  } finally {
    await session.query('SELECT pg_advisory_unlock($1)', [PURGE_LOCK]);
  }
}

/** False: another session had a lock for all of `waitMs`. */
async function withinWait(session: Connection, waitMs: number, lock: () => Promise<void>): Promise<boolean> {
  await session.query(`SET lock_timeout = ${waitMs}`);
  try {
    await lock();
    return true;
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}
