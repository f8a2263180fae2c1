/**
 * How long a test waits for a state that must come, before it fails. No test measures anything by it: it is longer than
 * any busy machine needs, and shorter than the timeout of a test, so that the failure names the state.
 */
export const STATE_TIMEOUT_MS = 180_000;
