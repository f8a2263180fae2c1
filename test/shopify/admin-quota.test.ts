import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AtpError } from '../../src/domain/errors.ts';
import { SHOPIFY_PAUSE_MAX_MS, SHOPIFY_QUOTA_WAIT_MAX_MS } from '../../src/domain/limits.ts';
import type { ReportedCost } from '../../src/shopify/reported-cost.ts';
import { ShopQuota } from '../../src/shopify/shop-quota.ts';
import { passTimeByTurns } from '../setup/time-by-turns.ts';
import { apiOf, expectFailure } from './admin-fixture.ts';
import { documentText, LOCATION, SHOP, shirts, startTwin, startTwinWith } from './twin-fixture.ts';
import type { LoggedRequest } from '../../src/stand-ins/shopify-twin/index.ts';

const ECONOMY = `/shops/${SHOP.domain}/economy`;
const isThrottled = ({ errors }: LoggedRequest) => errors.includes('THROTTLED');

describe('many calls of one shop at once, on a small bucket', () => {
  const CALLS = 300;
  const CALLERS = 12;
  /** Few points, so that calls wait for them. How many shirts a call reads does not change its cost. */
  const economy = { maximumAvailable: 200, restoreRate: 250, latencyMs: { from: 5, to: 60, seed: 7 } };

  const startTwinWithFewPoints = () => {
    passTimeByTurns();
    return startTwinWith(shirts(3), { shops: [{ ...SHOP, economy }] });
  };

  /** The time that the points of the calls take to come back, once the bucket is spent. */
  const floorMs = (requests: readonly LoggedRequest[]) => {
    const points = requests.reduce((sum, { cost }) => sum + (cost?.actual ?? 0), 0);
    return ((points - economy.maximumAvailable) * 1000) / economy.restoreRate;
  };

  test('end no sooner than their points allow, whichever client of the shop sends them, with 1 % throttled at most', async () => {
    const { twin, ids } = await startTwinWithFewPoints();
    const apis = [apiOf(twin), apiOf(twin), apiOf(twin)];
    const calls = Array.from({ length: CALLS }, (_, call) => call).values();
    const failures: AtpError[] = [];
    const started = performance.now();
    await Promise.all(
      Array.from({ length: CALLERS }, async (_, caller) => {
        for (const call of calls) {
          const api = apis[(caller + call) % apis.length];
          await api?.readItems(ids).catch((error: AtpError) => failures.push(error));
        }
      }),
    );
    const elapsedMs = performance.now() - started;

    const requests = await twin.requests('ReadOnlineAtp');
    expect(requests).toHaveLength(CALLS);
    const throttledCalls = requests.filter(isThrottled).length;
    expect(throttledCalls).toBeLessThanOrEqual(CALLS / 100);
    expect(failures).toHaveLength(throttledCalls);
    expect(floorMs(requests)).toBeGreaterThan(2_000);
    // No sooner than the points allow, and hardly later.
    expect(elapsedMs).toBeGreaterThan(floorMs(requests) * 0.95);
    expect(elapsedMs).toBeLessThan(floorMs(requests) * 1.1);
  });

  test('are throttled more than one in four when their client does not wait', async () => {
    const { twin, ids } = await startTwinWithFewPoints();
    const calls = Array.from({ length: CALLS }).values();
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        for (const _ of calls) {
          await twin.query(documentText('read-online-atp'), { ids, locationId: LOCATION });
        }
      }),
    );
    expect((await twin.requests()).filter(isThrottled).length).toBeGreaterThan(CALLS / 4);
  });
});

describe('a call that Shopify throttles all the same', () => {
  test('says how long to wait, and delays no other shop', async () => {
    const now = new Date();
    const twin = await startTwin({ now: () => now }); // no points come back between the two requests
    const api = apiOf(twin);
    await twin.control('PATCH', ECONOMY, { currentlyAvailable: 0, restoreRate: 0.4 });
    expect(await expectFailure(api.readLocation())).toMatchObject({
      code: 'SHOPIFY_THROTTLED',
      class: 'retry',
      detail: { waitMs: 2_500 }, // 1 point
    });
    const other = apiOf(await startTwin());
    const started = performance.now();
    await other.readLocation(); // 5 points stay in a bucket: at the rate of the first shop this would wait for 15 s
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('makes the calls of every client of the shop wait', async () => {
    const twin = await startTwin();
    await twin.control('PATCH', ECONOMY, { restoreRate: 20 });
    await twin.control('POST', '/faults', { kind: 'throttled' }); // the bucket is empty at that instant
    expect(await expectFailure(apiOf(twin).readLocation())).toMatchObject({ code: 'SHOPIFY_THROTTLED' });
    const started = performance.now();
    await Promise.all([apiOf(twin).readLocation(), apiOf(twin).readLocation()]);
    expect(performance.now() - started).toBeGreaterThan(300); // 5 points stay in the bucket, 2 are spent: 350 ms
    expect((await twin.requests()).filter(isThrottled)).toHaveLength(1);
  });
});

describe('the queue of a shop', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const reportCost = (currentlyAvailable: number, more: Partial<ReportedCost> = {}): ReportedCost => ({
    requested: 10,
    actual: 10,
    throttleStatus: { maximumAvailable: 100, currentlyAvailable, restoreRate: 10 },
    ...more,
  });

  /** A quota that has just learnt its points from an answer, and the calls that it has admitted so far. */
  async function openQuotaWith(currentlyAvailable: number, waitMaxMs?: number) {
    const quota = new ShopQuota(SHOP.domain, waitMaxMs);
    (await quota.admit('Read')).settle(reportCost(currentlyAvailable));
    const events: string[] = [];
    const ask = async (name: string) => {
      try {
        const admission = await quota.admit('Read');
        events.push(name);
        return admission;
      } catch (error) {
        events.push(`${name}: ${(error as AtpError).code} ${String((error as AtpError).detail['waitMs'])}`);
        return null;
      }
    };
    return { quota, events, ask };
  }

  test('admits calls in the order of asking, each as soon as its points are there', async () => {
    const { events, ask } = await openQuotaWith(15);
    for (const name of ['first', 'second', 'third']) void ask(name);
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(999);
    expect(events).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual(['first', 'second']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(events).toEqual(['first', 'second', 'third']);
  });

  test('admits the next call at once when an answer brings points back', async () => {
    const { events, ask } = await openQuotaWith(15);
    const first = await ask('first');
    void ask('second');
    await vi.advanceTimersByTimeAsync(500);
    expect(events).toEqual(['first']);
    first?.settle(reportCost(20, { actual: 1 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual(['first', 'second']);
  });

  test('is not stopped by a call that never comes back', async () => {
    const { events, ask } = await openQuotaWith(100);
    await ask('lost'); // is not settled
    for (const name of ['second', 'third']) void ask(name);
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual(['lost', 'second', 'third']);
  });

  test('is not stopped by a first call that never comes back either', async () => {
    const quota = new ShopQuota(SHOP.domain);
    const admitted = vi.fn();
    for (let call = 0; call < 5; call += 1) void quota.admit('Read').then(admitted);
    await vi.advanceTimersByTimeAsync(0);
    expect(admitted).toHaveBeenCalledTimes(2); // not all at once: nobody knows what is in the bucket
    await vi.advanceTimersByTimeAsync(2_000);
    expect(admitted).toHaveBeenCalledTimes(5);
  });

  test('gives a call up after a bounded wait, says how long it would still take, and goes on', async () => {
    const { quota, events, ask } = await openQuotaWith(0, 1_400);
    const dear = quota.admit('Read');
    dear.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(200);
    void ask('second');
    await vi.advanceTimersByTimeAsync(1_199);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await expect(dear).rejects.toMatchObject({ code: 'SHOPIFY_THROTTLED', detail: { waitMs: 1_000 } });
    await vi.advanceTimersByTimeAsync(100); // 15 points since the start
    expect(events).toEqual(['second']);
  });

  test('asks for the longest pause after the longest wait when the shop restores next to nothing', async () => {
    const { quota, events, ask } = await openQuotaWith(100);
    const slow = { maximumAvailable: 100, currentlyAvailable: 0, restoreRate: 0.001 };
    (await quota.admit('Read')).settle(reportCost(0, { actual: null, throttleStatus: slow }));
    void ask('one');
    await vi.advanceTimersByTimeAsync(SHOPIFY_QUOTA_WAIT_MAX_MS - 1);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual([`one: SHOPIFY_THROTTLED ${SHOPIFY_PAUSE_MAX_MS}`]);
  });
});
