/**
 * How long a test waits for a state that must come, before it says that it has not come. No test measures anything by
 * it: it is shorter than a test's own time, so that the reason is told, and longer than any busy machine needs.
 */
export const STATE_TIMEOUT_MS = 180_000;
