/**
 * Gauges that are read when somebody scrapes. A reading has a short limit and is kept for some seconds, and two scrapes at
 * once share it: so whoever scrapes, and however often, cannot load the database.
 */
import { READING_KEPT_MS, READING_TIMEOUT_MS } from '../domain/limits.ts';
import type { Metrics } from './metrics.ts';

/** What the metrics are read from. */
export interface Sources {
  readonly lanes: () => Promise<readonly LaneReading[]>;
  readonly feeds: () => Promise<
    readonly { readonly feedType: string; readonly lastImportedSeconds: number }[]
  >;
  readonly feedsLeft: () => Promise<number>;
  readonly schedules: () => Promise<readonly ScheduleReading[]>;
  readonly pool: () => { readonly inUse: number; readonly idle: number; readonly waiting: number };
  /** How old the oldest changes are that are not on Shopify, one reading a shop. */
  readonly ages: () => Promise<readonly AgeReading[]>;
  /** The conditions that are open. */
  readonly conditions: () => Promise<readonly { readonly code: string; readonly shopId: string | null }[]>;
}

/** Told of a reading that fails, the first time in a row, and when it can be read again: null. */
export type TellReading = (reading: string, error: unknown) => void;

export interface LaneReading {
  readonly shopId: string;
  readonly state: string;
  readonly filesWaiting: number;
  readonly blockedSeconds: number;
  readonly heldPlans: number;
  readonly withheld: number;
  readonly quarantined: number;
  readonly owed: number;
}

export interface ScheduleReading {
  readonly job: string;
  readonly shopId: string | null;
  readonly isPaused: boolean;
  readonly lagSeconds: number;
}

export interface AgeReading {
  readonly shopId: string;
  /** How old a change on its way may be. */
  readonly limitSeconds: number;
  /** By what it waits for, the oldest change. */
  readonly waiting: readonly {
    readonly cause: string;
    readonly isSetApart: boolean;
    readonly ageSeconds: number;
  }[];
}

const LANE_STATES = ['idle', 'waiting', 'applying', 'blocked', 'paused'];

/** Brings the gauges up to date. It never throws: a reading that fails is told by `atp_reading_up`. */
export type Refresh = () => Promise<void>;

export function readGauges(metrics: Metrics, sources: Sources, tell: TellReading): Refresh {
  const group = groupsOf(metrics, tell);
  const groups = [
    group(
      'lanes',
      () => readLanes(metrics, sources),
      LANE_GAUGES(metrics),
      ({ lanes, used }) => {
        setLanes(metrics, lanes);
        const shops = new Set(lanes.map(({ shopId }) => shopId));
        for (const { gauge, shop, labels } of used) if (!shops.has(shop)) gauge.remove(labels);
      },
    ),
    group('feeds', sources.feeds, [metrics.feedTime], (feeds) => {
      for (const { feedType: type, lastImportedSeconds } of feeds)
        metrics.feedTime.set({ type }, lastImportedSeconds);
    }),
    group('feeds_left', sources.feedsLeft, [withoutLabels(metrics.feedsLeft)], (count) =>
      metrics.feedsLeft.set(count),
    ),
    group('schedules', sources.schedules, [metrics.scheduleLag, metrics.schedulePaused], (schedules) => {
      for (const { job, shopId, isPaused, lagSeconds } of schedules) {
        metrics.scheduleLag.set({ job, shop: shopId ?? '' }, lagSeconds);
        metrics.schedulePaused.set({ job, shop: shopId ?? '' }, isPaused ? 1 : 0);
      }
    }),
    group('ages', sources.ages, [metrics.oldestChange, metrics.ageLimit], (ages) => setAges(metrics, ages)),
    group('conditions', sources.conditions, [metrics.condition], (open) => {
      for (const { code, shopId } of open) metrics.condition.set({ code, shop: shopId ?? '' }, 1);
    }),
  ];
  return async () => {
    const { inUse, idle, waiting } = sources.pool();
    metrics.poolConnections.set({ state: 'in_use' }, inUse);
    metrics.poolConnections.set({ state: 'idle' }, idle);
    metrics.poolWaiting.set(waiting);
    await Promise.all(groups.map((refresh) => refresh()));
  };
}

/** The reset of a gauge without labels would put 0 on the page. */
function withoutLabels(gauge: { remove(): void }): Resettable {
  return { reset: () => gauge.remove() };
}

interface Resettable {
  reset(): void;
}

function LANE_GAUGES({ laneState, filesWaiting, laneBlocked, plansHeld, products }: Metrics): Resettable[] {
  return [laneState, filesWaiting, laneBlocked, plansHeld, products];
}

/** A gauge of a shop that this worker has set when it used its Shopify, and not at a scrape. */
interface UsedSeries {
  readonly gauge: { remove(labels: Readonly<Record<string, string | number>>): void };
  readonly shop: string;
  readonly labels: Readonly<Record<string, string | number>>;
}

/** The shops of now, and the gauges of shops from before: those of a shop that is added meanwhile are not among them. */
async function readLanes(
  metrics: Metrics,
  sources: Sources,
): Promise<{ readonly lanes: readonly LaneReading[]; readonly used: readonly UsedSeries[] }> {
  const used: UsedSeries[] = [];
  for (const gauge of [metrics.connectionUp, metrics.points]) {
    for (const { labels } of (await gauge.get()).values) {
      const { shop = '' } = labels;
      if (shop !== '') used.push({ gauge, shop: String(shop), labels });
    }
  }
  return { lanes: await sources.lanes(), used };
}

function setLanes(metrics: Metrics, lanes: readonly LaneReading[]): void {
  for (const { shopId: shop, ...lane } of lanes) {
    for (const state of LANE_STATES) metrics.laneState.set({ shop, state }, lane.state === state ? 1 : 0);
    metrics.filesWaiting.set({ shop }, lane.filesWaiting);
    metrics.laneBlocked.set({ shop }, lane.blockedSeconds);
    metrics.plansHeld.set({ shop }, lane.heldPlans);
    for (const why of ['withheld', 'quarantined', 'owed'] as const)
      metrics.products.set({ shop, why }, lane[why]);
  }
}

/** A shop of which nothing is on its way has an age of 0, so that a graph has no gap. */
function setAges(metrics: Metrics, ages: readonly AgeReading[]): void {
  for (const { shopId: shop, limitSeconds, waiting } of ages) {
    metrics.ageLimit.set({ shop }, limitSeconds);
    if (waiting.every(({ isSetApart }) => isSetApart))
      metrics.oldestChange.set({ shop, cause: 'NONE', kind: 'on_its_way' }, 0);
    for (const { cause, isSetApart, ageSeconds } of waiting)
      metrics.oldestChange.set({ shop, cause, kind: isSetApart ? 'set_apart' : 'on_its_way' }, ageSeconds);
  }
}

/** Reads at most once in READING_KEPT_MS, and puts nothing stale on the page. */
function groupsOf({ readingUp }: Metrics, tell: TellReading) {
  return <Value>(
    reading: string,
    read: () => Promise<Value>,
    gauges: readonly Resettable[],
    set: (value: Value) => void,
  ): Refresh => {
    let hasFailed = false;
    return keepFor(READING_KEPT_MS, async () => {
      const found = await withinTime(read(), READING_TIMEOUT_MS).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      // All shops anew: one that was removed is not told any more.
      for (const gauge of gauges) gauge.reset();
      if ('value' in found) set(found.value);
      const fails = 'error' in found;
      readingUp.set({ reading }, fails ? 0 : 1);
      if (fails !== hasFailed) tell(reading, fails ? found.error : null);
      hasFailed = fails;
    });
  };
}

/** The same promise again until it is older than `keptMs`. */
export function keepFor<Value>(keptMs: number, work: () => Promise<Value>): () => Promise<Value> {
  let kept: { readonly value: Promise<Value>; endedAt: number | null } | null = null;
  return () => {
    if (kept && (kept.endedAt === null || performance.now() - kept.endedAt < keptMs)) return kept.value;
    const fresh = { value: work(), endedAt: null as number | null };
    kept = fresh;
    const end = (): void => {
      fresh.endedAt = performance.now();
    };
    fresh.value.then(end, end);
    return fresh.value;
  };
}

/** Rejects when `work` has not ended in time; it is left to its own limit then. */
export async function withinTime<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
