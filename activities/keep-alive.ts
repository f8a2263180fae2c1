import { Context } from '@temporalio/activity';

/** Well below every heartbeat timeout; the SDK sends no more of them than it needs. */
const HEARTBEAT_INTERVAL_MS = 3_000;

/**
 * Runs `work` with heartbeats, so that a dead worker is noticed at the heartbeat timeout and not at the end of the
 * activity's time. The heartbeats tell that this process lives; that `work` gets on is the start-to-close timeout's
 * concern, and every call in it has a timeout of its own.
 */
export async function keepAlive<Result>(work: () => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const timer = setInterval(() => {
    context.heartbeat();
  }, HEARTBEAT_INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
