/**
 * What the worker tells Prometheus about the sync: each metric with its meaning. Labels are bounded: shops, and words of
 * ours (codes, states, outcomes, names of jobs and steps), never a SKU, a file or a run. docs/guides/metrics.md says what
 * each is good for; a test compares it with this list.
 *
 * Counters count what this worker did since it started. Gauges tell how the whole installation stands, so that every
 * worker tells the same: `max by (shop)` takes one of them.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { DiaryEntry } from '../domain/diary.ts';

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(about: { readonly version: string }) {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter<Label>({ name, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge<Label>({ name, help, labelNames, registers });

  collectDefaultMetrics({ register: registry });
  gauge('atp_worker_info', 'The release of this worker. Always 1.', 'version').set(about, 1);

  const metrics = {
    registry,
    files: counter('atp_files_total', 'Files by what became of them.', 'shop', 'outcome'),
    fileRows: counter(
      'atp_file_rows_total',
      'Rows of closed files by what became of them.',
      'shop',
      'outcome',
    ),
    feeds: counter('atp_feeds_total', 'Feeds by what became of them.', 'outcome'),
    feedRows: counter('atp_feed_rows_total', 'Rows of feeds by what became of them.', 'outcome'),
    decisions: counter('atp_lane_decisions_total', 'Decisions of people about lanes.', 'shop', 'decision'),
    calls: counter(
      'atp_shopify_calls_total',
      'Calls of Shopify by result: OK, or an error code.',
      'shop',
      'result',
    ),
    points: gauge(
      'atp_shopify_points_available',
      'Points of the shop’s quota that were left, as its last answer told.',
      'shop',
    ),
    stepFailures: counter(
      'atp_step_failures_total',
      'Tries of steps that failed, by the code of the error.',
      'step',
      'code',
    ),
    connectionUp: gauge(
      'atp_connection_up',
      'Whether the last use of a service worked: 1, or 0. A service that was not used yet is absent.',
      'service',
      'shop',
    ),
    poolConnections: gauge('atp_postgres_pool_connections', 'Connections of this worker’s pool.', 'state'),
    poolWaiting: gauge('atp_postgres_pool_waiting', 'Statements that wait for a connection of the pool.'),

    readingUp: gauge(
      'atp_reading_up',
      'Whether the gauges of this group could be read: 1, or 0; then the group is absent.',
      'reading',
    ),
    laneState: gauge('atp_lane_state', '1 for the state that the lane is in, else 0.', 'shop', 'state'),
    filesWaiting: gauge('atp_lane_files_waiting', 'Files that the lane is not done with.', 'shop'),
    laneBlocked: gauge(
      'atp_lane_blocked_seconds',
      'How long the first file that waits has been failing; 0: it has not.',
      'shop',
    ),
    plansHeld: gauge('atp_plans_held', 'Plans that wait for a person.', 'shop'),
    products: gauge(
      'atp_products_not_synced',
      'Products that are withheld, quarantined or owed.',
      'shop',
      'why',
    ),
    feedsLeft: gauge(
      'atp_feeds_left',
      'Feeds that are done with and could not be moved to archive/ or error/.',
    ),
    feedTime: gauge(
      'atp_feed_last_imported_timestamp_seconds',
      'When a feed of the type was last imported.',
      'type',
    ),
    scheduleLag: gauge(
      'atp_schedule_lag_seconds',
      'How long a run has been due that its schedule did not start; 0: none.',
      'job',
      'shop',
    ),
    schedulePaused: gauge('atp_schedule_paused', 'Whether the schedule is paused: 1, or 0.', 'job', 'shop'),
    oldestChange: gauge(
      'atp_oldest_change_age_seconds',
      'Age of the oldest change that is not on Shopify, by what it waits for.',
      'shop',
      'cause',
      'kind',
    ),
    ageLimit: gauge('atp_oldest_change_limit_seconds', 'How old a change on its way may be.', 'shop'),
    condition: gauge('atp_condition', '1 for each open condition.', 'code', 'shop'),
  };
  // From the start on, so that `increase` sees the first one.
  for (const outcome of ['imported', 'partial', 'refused']) metrics.feeds.inc({ outcome }, 0);
  for (const outcome of ['applied', 'refused']) metrics.feedRows.inc({ outcome }, 0);
  return metrics;
}

/** Counts what the diary tells. */
export function countEntry(metrics: Metrics, entry: DiaryEntry): void {
  switch (entry.event) {
    case 'FILE_PUBLISHED':
      metrics.files.inc({ shop: entry.shopId, outcome: 'published' });
      return;
    case 'FILE_BLOCKED':
      metrics.files.inc({ shop: entry.shopId, outcome: 'blocked' });
      return;
    case 'FILE_CLOSED':
      metrics.files.inc({ shop: entry.shopId, outcome: entry.status.toLowerCase() });
      for (const outcome of ['applied', 'unchanged', 'quarantined', 'owed'] as const)
        metrics.fileRows.inc({ shop: entry.shopId, outcome }, entry[outcome]);
      return;
    case 'FEED_IMPORTED':
    case 'FEED_ROWS_REFUSED': {
      const refused = entry.event === 'FEED_IMPORTED' ? 0 : entry.refused;
      metrics.feeds.inc({ outcome: refused > 0 ? 'partial' : 'imported' });
      metrics.feedRows.inc({ outcome: 'applied' }, entry.applied);
      metrics.feedRows.inc({ outcome: 'refused' }, refused);
      return;
    }
    case 'FEED_REFUSED':
      metrics.feeds.inc({ outcome: 'refused' });
      return;
    case 'LANE_DECIDED':
      metrics.decisions.inc({ shop: entry.shopId, decision: entry.decision });
      return;
    case 'CONNECTION_LOST':
    case 'CONNECTION_BACK': {
      const { service, shopId: shop = '', event } = entry;
      metrics.connectionUp.set({ service, shop }, event === 'CONNECTION_BACK' ? 1 : 0);
      return;
    }
    case 'FILE_GOES_ON':
    case 'FEED_HELD':
    case 'PLAN_HELD':
    case 'DIFFERENCES_FOUND':
    case 'MAPPING_CHANGED':
    case 'HARD_SYNC_STARTED':
    case 'PRODUCTS_MENDED':
    case 'LATE_CALL':
    case 'STEP_GIVEN_UP':
  }
}
