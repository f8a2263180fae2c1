/** Gauges that are read at a scrape: how often, how long, and what the page says when they cannot be read. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { READING_KEPT_MS, READING_TIMEOUT_MS } from '../../src/domain/limits.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { readGauges, type LaneReading, type Sources, type TellReading } from '../../src/metrics/readings.ts';

const IDLE: LaneReading = {
  ...{ shopId: 'acme', state: 'idle', filesWaiting: 0, blockedSeconds: 0 },
  ...{ heldPlans: 0, withheld: 0, quarantined: 0, owed: 0 },
};

function open(
  lanes: Sources['lanes'],
  feedsLeft = () => Promise.resolve(0),
  tell: TellReading = () => undefined,
) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const metrics = createMetrics({ version: '1' });
  const sources: Sources = {
    lanes,
    feeds: () => Promise.resolve([]),
    feedsLeft,
    schedules: () => Promise.resolve([]),
    pool: () => ({ inUse: 0, idle: 0, waiting: 0 }),
    ages: () =>
      Promise.resolve([
        {
          shopId: 'acme',
          limitSeconds: 2700,
          waiting: [{ cause: 'QUARANTINED', isSetApart: true, ageSeconds: 9000 }],
        },
        {
          shopId: 'other',
          limitSeconds: 900,
          waiting: [{ cause: 'IN_LANE', isSetApart: false, ageSeconds: 60 }],
        },
      ]),
    conditions: () => Promise.resolve([{ code: 'LANE_BLOCKED', shopId: 'acme' }]),
  };
  const refresh = readGauges(metrics, sources, tell);
  const lines = async (): Promise<string[]> =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^atp_(lane|reading_up.*lanes)/.test(line));
  return { metrics, refresh, lines };
}

test('however many scrape, and however often, a reading is made once in READING_KEPT_MS', async () => {
  const lanes = vi.fn(() => Promise.resolve([IDLE]));
  const { refresh } = open(lanes);

  await Promise.all([refresh(), refresh(), refresh()]);
  await refresh();
  expect(lanes).toHaveBeenCalledTimes(1);

  vi.advanceTimersByTime(READING_KEPT_MS);
  await Promise.all([refresh(), refresh()]);
  expect(lanes).toHaveBeenCalledTimes(2);
});

test('a reading that fails takes its gauges off the page, instead of leaving old ones there', async () => {
  const lanes = vi.fn(() => Promise.resolve([IDLE]));
  const { refresh, lines } = open(lanes);
  await refresh();
  expect(await lines()).toContain('atp_lane_state{shop="acme",state="idle"} 1');

  lanes.mockRejectedValue(new Error('The database is away.'));
  vi.advanceTimersByTime(READING_KEPT_MS);
  await refresh();

  expect(await lines()).toEqual(['atp_reading_up{reading="lanes"} 0']);
});

test('whoever keeps the log is told once that a reading fails, with its cause, and once that it is there again', async () => {
  const away = new Error('The database is away.');
  const told: [reading: string, error: unknown][] = [];
  const lanes = vi.fn((): Promise<readonly LaneReading[]> => Promise.reject(away));
  const { refresh } = open(lanes, undefined, (...of) => told.push(of));

  await refresh();
  vi.advanceTimersByTime(READING_KEPT_MS);
  await refresh();
  expect(told).toEqual([['lanes', away]]);

  lanes.mockResolvedValue([IDLE]);
  vi.advanceTimersByTime(READING_KEPT_MS);
  await refresh();
  expect(told.slice(1)).toEqual([['lanes', null]]);
});

test('a number that cannot be read is absent, and not 0', async () => {
  const { metrics, refresh } = open(
    () => Promise.resolve([]),
    () => Promise.reject(new Error('The database is away.')),
  );
  await refresh();

  const page = await metrics.registry.metrics();
  expect(page).toContain('atp_reading_up{reading="feeds_left"} 0');
  expect(page).not.toMatch(/^atp_feeds_left /m);
});

test('the ages tell what is on its way apart from what waits for somebody, with the limit of the shop', async () => {
  const { metrics, refresh } = open(() => Promise.resolve([]));
  await refresh();

  const page = (await metrics.registry.metrics()).split('\n');
  expect(page.filter((line) => /^atp_(oldest_change|condition)/.test(line))).toEqual([
    'atp_oldest_change_age_seconds{shop="acme",cause="NONE",kind="on_its_way"} 0',
    'atp_oldest_change_age_seconds{shop="acme",cause="QUARANTINED",kind="set_apart"} 9000',
    'atp_oldest_change_age_seconds{shop="other",cause="IN_LANE",kind="on_its_way"} 60',
    'atp_oldest_change_limit_seconds{shop="acme"} 2700',
    'atp_oldest_change_limit_seconds{shop="other"} 900',
    'atp_condition{code="LANE_BLOCKED",shop="acme"} 1',
  ]);
});

test('a reading that gives no answer holds a scrape for READING_TIMEOUT_MS at most', async () => {
  const { refresh, lines } = open(() => new Promise(() => undefined));
  const refreshed = refresh();
  await vi.advanceTimersByTimeAsync(READING_TIMEOUT_MS);
  await refreshed;

  expect(await lines()).toEqual(['atp_reading_up{reading="lanes"} 0']);
});

test('a shop that was removed is not told any more', async () => {
  const lanes = vi.fn(() => Promise.resolve([IDLE, { ...IDLE, shopId: 'gone' }]));
  const { metrics, refresh, lines } = open(lanes);
  metrics.connectionUp.set({ service: 'SFTP', shop: '' }, 1);
  for (const shop of ['acme', 'gone']) {
    metrics.connectionUp.set({ service: 'Shopify', shop }, 0);
    metrics.points.set({ shop }, 900);
  }
  const page = async () => (await metrics.registry.metrics()).split('\n');
  await refresh();
  expect(await page()).toContain('atp_connection_up{service="Shopify",shop="gone"} 0');

  lanes.mockResolvedValue([IDLE]);
  vi.advanceTimersByTime(READING_KEPT_MS);
  await refresh();

  expect((await lines()).filter((line) => line.includes('gone'))).toEqual([]);
  expect((await page()).filter((line) => /^atp_(connection_up|shopify_points)/.test(line))).toEqual([
    'atp_shopify_points_available{shop="acme"} 900',
    'atp_connection_up{service="SFTP",shop=""} 1',
    'atp_connection_up{service="Shopify",shop="acme"} 0',
  ]);
});
