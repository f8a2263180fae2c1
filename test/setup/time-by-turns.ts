import { vi } from 'vitest';
import { cleanUp } from './clean-up.ts';

/**
 * From here to the end of the test, a millisecond passes with each turn of this process's event loop, and never else:
 * for its timers, its dates and `performance.now()`. On a busy machine there are fewer turns a second, and so less time
 * as well: what a client and a server in this process do in a second is the same on any machine.
 */
export function timeByTurns(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  let isRunning = true;
  const turn = (): void => {
    if (!isRunning) return;
    vi.advanceTimersByTime(1);
    setImmediate(turn);
  };
  setImmediate(turn);
  cleanUp(() => {
    isRunning = false;
    vi.useRealTimers();
  });
}
