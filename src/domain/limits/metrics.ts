/** Metrics, health, what a worker tells of itself, and the checks of a worker's start. */

/** The port that Prometheus's registry of ports gives to exporters of OpenTelemetry; nothing of ours has another. */
export const METRICS_PORT = 9464;

/**
 * How long one reading for a scrape may take, such as the statement that counts files. Prometheus gives up after 10 s; a
 * page without one part is worth more than none.
 */
export const READING_TIMEOUT_MS = 3_000;

/** How long a reading is served again: however often somebody scrapes, the database is asked no more often than this. */
export const READING_KEPT_MS = 10_000;

/** How long a request may take to arrive at the worker's HTTP address. */
export const METRICS_REQUEST_TIMEOUT_MS = 30_000;

/** How long one check of a service may take, for `/readyz` and before a worker starts. */
export const SERVICE_CHECK_TIMEOUT_MS = 15_000;

/** How long the answer of `/readyz` is served again. */
export const READINESS_KEPT_MS = 5_000;

/** How long `atp worker --wait` waits for its services, and how often it looks. */
export const SERVICES_AWAITED_FOR_MS = 10 * 60_000;
export const SERVICES_LOOK_INTERVAL_MS = 5_000;

/**
 * How often a worker tells of itself in the database, how old a report may be that counts, and how long one stays that its
 * worker could not take away.
 */
export const WORKER_REPORT_INTERVAL_MS = 60_000;
export const WORKER_REPORT_FRESH_MS = 3 * 60_000;
export const WORKER_REPORTS_KEPT_MS = 24 * 60 * 60_000;
