import { vi } from 'vitest';
import { STATE_TIMEOUT_MS } from './state-timeout.ts';

const LOOK_INTERVAL_MS = 50;

/**
 * Calls `look` again and again until it does not throw, and returns its result. If it never stops throwing, its last
 * error is thrown.
 */
export function until<Seen>(look: () => Promise<Seen> | Seen): Promise<Seen> {
  return vi.waitFor(look, { timeout: STATE_TIMEOUT_MS, interval: LOOK_INTERVAL_MS });
}
