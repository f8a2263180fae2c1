import { setTimeout as pause } from 'node:timers/promises';
import { isCoded } from '../src/domain/errors.ts';
import { THROTTLED_PAUSES_MAX_MS } from '../src/domain/limits.ts';

/**
 * Makes a call of the lane again, after the pause that its failure asks for, while Shopify throttles it: others who use up the
 * shop's quota would otherwise fail a whole window again and again. When the pauses would take more than
 * THROTTLED_PAUSES_MAX_MS together, the failure is thrown; any other at once.
 *
 * @param again what is to be done before the call is made again
 */
export async function whileThrottled<Result>(
  call: () => Promise<Result>,
  {
    signal,
    again = () => Promise.resolve(),
  }: { readonly signal: AbortSignal | undefined; readonly again?: () => Promise<void> },
): Promise<Result> {
  for (let pausedMs = 0; ;) {
    try {
      return await call();
    } catch (error) {
      if (!isCoded(error, 'SHOPIFY_THROTTLED')) throw error;
      const waitMs = Number(error.detail['waitMs']);
      pausedMs += waitMs;
      if (pausedMs > THROTTLED_PAUSES_MAX_MS) throw error;
      await pause(waitMs, undefined, { signal });
      await again();
    }
  }
}
