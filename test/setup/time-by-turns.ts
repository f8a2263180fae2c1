import { vi } from 'vitest';
import { cleanUp } from './clean-up.ts';

/**
 * Replaces the clock of this process until the end of the test: each turn of the event loop is a millisecond, for timers,
 * dates and `performance.now()`. A busy machine makes fewer turns, and so less time passes. What a client and a server
 * in this process do in a second is therefore the same on every machine.
 */
export function passTimeByTurns(): void {
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
