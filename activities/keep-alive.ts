import { HEARTBEAT_INTERVAL_MS } from '../src/domain/limits.ts';
import { Context } from '@temporalio/activity';

/**
 * Runs `work` with heartbeats, so that Temporal notices a dead worker at the heartbeat timeout and not only at the end
 * of the activity's time. A heartbeat says that this process lives, not that `work` gets on: for that, every call in
 * `work` has a timeout, and the activity has its start-to-close timeout. Temporal answers a heartbeat with the activity's
 * cancellation, which ends its SQL as well (src/temporal/activity-signal.ts).
 *
 * @param progress what the next attempt finds in `Context.current().info.heartbeatDetails`; small, and only read
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
