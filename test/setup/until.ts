import { vi } from 'vitest';
import { STATE_TIMEOUT_MS } from './state-timeout.ts';

const LOOK_INTERVAL_MS = 50;

/** Looks again and again until `look` no longer throws, and returns what it has seen. Throws its last error at the end. */
export function until<Seen>(look: () => Promise<Seen> | Seen): Promise<Seen> {
  return vi.waitFor(look, { timeout: STATE_TIMEOUT_MS, interval: LOOK_INTERVAL_MS });
}
