import { Context } from '@temporalio/activity';

/** Well below every heartbeat timeout; the SDK sends no more of them than it needs. */
const HEARTBEAT_INTERVAL_MS = 3_000;

/**
 * Runs `work` with heartbeats, so that a dead worker is noticed at the heartbeat timeout and not at the end of the
 * activity's time. The heartbeats tell that this process lives; that `work` gets on is the start-to-close timeout's
 * concern, and every call in it has a timeout of its own.
 *
 * @param progress what the next attempt finds in `Context.current().info.heartbeatDetails`: small, and read-only
 */
export async function keepAlive<Result>(
  work: () => Promise<Result>,
  progress?: () => unknown,
): Promise<Result> {
  const context = Context.current();
  const beat = (): void => context.heartbeat(progress?.());
  const timer = setInterval(beat, HEARTBEAT_INTERVAL_MS);
  try {
    return await work();
  } catch (error) {
    beat();
    throw error;
  } finally {
    clearInterval(timer);
  }
}
