import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startShopifyTwin, type EconomyView } from '../../src/stand-ins/shopify-twin/index.ts';
import { latenciesOf } from '../../src/stand-ins/shopify-twin/latency.ts';
import { LeakyBucket } from '../../src/stand-ins/shopify-twin/leaky-bucket.ts';
import {
  documentText,
  setVariables,
  SHOP,
  shirts,
  startTwin,
  startTwinWith,
  TwinClient,
} from './twin-fixture.ts';
import type { EconomySettings } from '../../src/stand-ins/shopify-twin/index.ts';

const ECONOMY = `/shops/${SHOP.domain}/economy`;
/** Costs 1 point. */
const SHOP_NAME = '{ shop { name } }';
/** A call of our mutation costs 11, and 10 when it is refused. */
const SET = 11;

class Clock {
  #at = Date.parse('2026-11-24T10:00:00Z');
  readonly now = () => new Date(this.#at);
  advance(durationMs: number): void {
    this.#at += durationMs;
  }
}

/** A twin whose clock stands still, with one shirt of which there are 10. */
async function startStillTwin(economy: EconomySettings = {}) {
  const clock = new Clock();
  const shops = [{ ...SHOP, economy }];
  const { twin, ids } = await startTwinWith(shirts(1), { shops, now: clock.now });
  const set = (key: string, quantity: number, changeFromQuantity = 10) =>
    twin.setOnlineAtp(key, [{ inventoryItemId: ids[0] ?? '', quantity, changeFromQuantity }]);
  const available = async () => (await twin.control<EconomyView>('GET', ECONOMY)).currentlyAvailable;
  return { clock, twin, set, available };
}

describe('the bucket of a shop', () => {
  test('starts full, is charged by each call, is shown in each answer, and fills with time up to its size', async () => {
    const { clock, twin, set, available } = await startStillTwin();
    const statusIn = (answer: Awaited<ReturnType<typeof set>>) => answer.extensions.cost.throttleStatus;

    expect(statusIn(await set('a', 4))).toEqual({
      maximumAvailable: 2000,
      currentlyAvailable: 2000 - SET,
      restoreRate: 100,
    });
    expect(statusIn(await twin.query(SHOP_NAME)).currentlyAvailable).toBe(2000 - SET - 1);
    clock.advance(35); // 3.5 points, of which the whole ones are shown
    expect(await available()).toBe(2000 - SET - 1 + 3);
    clock.advance(5);
    expect(await available()).toBe(2000 - SET - 1 + 4);
    clock.advance(60_000);
    expect(await available()).toBe(2000);
  });

  test('gets back what a call has not used', async () => {
    const { set, available } = await startStillTwin();
    const refused = await set('a', 4, 9); // stale
    expect(refused.extensions.cost).toMatchObject({
      requestedQueryCost: SET,
      actualQueryCost: 10,
      throttleStatus: { currentlyAvailable: 1990 },
    });
    expect(await available()).toBe(1990);
  });

  test('is charged before the call is executed', async () => {
    const { twin, set, available } = await startStillTwin();
    const hold = await twin.hold('SetOnlineAtp');
    const stale = set('a', 4, 9);
    await twin.control('GET', `/holds/${hold.id}?arrived`);
    expect(await available()).toBe(2000 - SET);
    await twin.control('DELETE', `/holds/${hold.id}`);
    await stale;
    expect(await available()).toBe(1990);
  });

  test('is not shared with another shop', async () => {
    const other = {
      domain: 'red-shirts.myshopify.com',
      accessToken: 'shpat_twin_red',
      locations: [{ id: 'gid://shopify/Location/80000000001', name: 'Online' }],
      economy: { plan: 'plus', maximumAvailable: 50 },
    } as const;
    const twin = await startTwin({ shops: [SHOP, other] });
    await twin.query(SHOP_NAME);
    expect(await twin.control('GET', `/shops/${other.domain}/economy`)).toEqual({
      maximumAvailable: 50,
      currentlyAvailable: 50,
      restoreRate: 1000,
      latencyMs: 0,
    });
  });

  test('is not charged for a request to which Shopify gives no cost', async () => {
    const { twin, set, available } = await startStillTwin();
    await twin.query('query Wrong { nothing }');
    await twin.query(documentText('read-location'), {}); // a variable is missing
    await twin.query(documentText('set-online-atp'), setVariables('k', Array<never>(251).fill({} as never)));
    expect(await available()).toBe(2000);
    await set('a', 4);
    expect(await available()).toBe(2000 - SET);
  });

  test('never gives more points than it had and got back, and never refuses points that it has', () => {
    const charges = fc.array(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 500 }),
        points: fc.integer({ min: 0, max: 60 }),
        unused: fc.integer({ min: 0, max: 60 }),
      }),
      { maxLength: 60 },
    );
    const sizes = fc.record({
      maximumAvailable: fc.integer({ min: 1, max: 200 }),
      restoreRate: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(sizes, charges, (size, calls) => {
        const bucket = new LeakyBucket(size, 0);
        let at = 0;
        let used = 0;
        for (const { afterMs, points, unused } of calls) {
          at += afterMs;
          const { currentlyAvailable } = bucket.status(at);
          const isCharged = bucket.charge(points, at);
          expect(isCharged).toBe(points <= currentlyAvailable);
          if (!isCharged) continue;
          const given = Math.min(unused, points);
          bucket.refund(given, at);
          used += points - given;
          expect(used).toBeLessThanOrEqual(size.maximumAvailable + (size.restoreRate * at) / 1000);
          expect(bucket.status(at).currentlyAvailable).toBeLessThanOrEqual(size.maximumAvailable);
        }
      }),
    );
  });
});

describe('a call that costs more than the bucket has', () => {
  test('is answered THROTTLED and not executed, and is executed once the points are back', async () => {
    const { clock, twin, set } = await startStillTwin({ maximumAvailable: 20 });
    await set('a', 4);
    expect(await set('b', 5, 4)).toEqual({
      errors: [
        {
          message: 'Throttled',
          extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
        },
      ],
      extensions: {
        cost: {
          requestedQueryCost: SET,
          actualQueryCost: null,
          throttleStatus: { maximumAvailable: 20, currentlyAvailable: 9, restoreRate: 100 },
        },
      },
    });
    expect(await twin.available()).toEqual([4]);

    clock.advance(19);
    expect(await set('b', 5, 4)).toMatchObject({ errors: [{ message: 'Throttled' }] });
    clock.advance(1); // 9 points and 2 that have come back
    expect((await set('b', 5, 4)).errors).toBeUndefined();
    expect(await twin.available()).toEqual([5]);
  });

  test('is in the request log with its cost', async () => {
    const { twin, set } = await startStillTwin({ maximumAvailable: 20 });
    await set('a', 4);
    await set('b', 5, 4);
    expect(await twin.requests('SetOnlineAtp')).toMatchObject([
      { errors: [], status: 200, cost: { requested: SET, actual: SET }, applied: [{}] },
      {
        errors: ['THROTTLED'],
        status: 200,
        cost: { requested: SET, actual: null },
        applied: [],
        idempotencyKey: null,
        fault: null,
      },
    ]);
  });

  test('does not use up an armed fault, which waits for a call that gets through', async () => {
    const { clock, twin, set } = await startStillTwin({ maximumAvailable: 20, currentlyAvailable: 0 });
    await twin.control('POST', '/faults', { operation: 'SetOnlineAtp', kind: 'http-429' });
    expect(await set('a', 4)).toMatchObject({ errors: [{ message: 'Throttled' }] });
    clock.advance(1_000);
    expect(await set('a', 4)).toEqual({ errors: 'Too Many Requests' });
    expect((await set('a', 4)).extensions.cost.throttleStatus.currentlyAvailable).toBe(20 - SET);
  });

  test('is different from an armed THROTTLED fault, which empties the bucket as another client would', async () => {
    const { twin, set, available } = await startStillTwin();
    await twin.control('POST', '/faults', { kind: 'throttled' });
    const { extensions } = await set('a', 4);
    expect(extensions.cost.throttleStatus.currentlyAvailable).toBe(0);
    expect(await available()).toBe(0);
  });
});

test('a document that asks for more than 1,000 points is refused, however full the bucket is', async () => {
  const { twin, available } = await startStillTwin({ maximumAvailable: 10_000 });
  const pages = (count: number) =>
    `query Heavy { ${Array.from({ length: count }, (_, n) => `a${n}: locations(first: 250) { nodes { name } }`).join(' ')} }`;
  expect((await twin.query(pages(76))).extensions.cost.requestedQueryCost).toBe(988);
  expect(await twin.query(pages(77))).toEqual({
    errors: [
      {
        message: expect.stringMatching(
          /^Query cost is 1001, which exceeds the single query max cost limit \(1000\)\.\n/,
        ),
        extensions: {
          code: 'MAX_COST_EXCEEDED',
          cost: 1001,
          maxCost: 1000,
          documentation: 'https://shopify.dev/api/usage/rate-limits',
        },
      },
    ],
  });
  expect(await available()).toBe(10_000 - 988);
  expect(await twin.requests('Heavy')).toMatchObject([
    { cost: { actual: 988 } },
    { errors: ['MAX_COST_EXCEEDED'], cost: { requested: 1001, actual: null } },
  ]);
});

describe('the settings of the bucket', () => {
  test('change one by one over the control endpoint, and a bucket of a new size is full', async () => {
    const { twin, set } = await startStillTwin();
    await set('a', 4);
    const change = (body: object) => twin.control<EconomyView>('PATCH', ECONOMY, body);
    expect(await change({ plan: 'advanced' })).toEqual({
      maximumAvailable: 2000,
      currentlyAvailable: 2000 - SET,
      restoreRate: 200,
      latencyMs: 0,
    });
    expect(await change({ restoreRate: 2.5 })).toMatchObject({ restoreRate: 2.5 });
    expect(await change({ maximumAvailable: 30 })).toMatchObject({ currentlyAvailable: 30 });
    expect(await change({ maximumAvailable: 40, currentlyAvailable: 7 })).toMatchObject({
      maximumAvailable: 40,
      currentlyAvailable: 7,
    });
    expect(await change({ currentlyAvailable: 99 })).toMatchObject({ currentlyAvailable: 40 });
    expect(await change({ latencyMs: { from: 1, to: 3, seed: 7 } })).toMatchObject({
      restoreRate: 2.5,
      latencyMs: { from: 1, to: 3, seed: 7 },
    });
  });

  test.each([
    [{ plan: 'basic' }],
    [{ plan: 'plus', restoreRate: 5 }],
    [{ restoreRate: 0 }],
    [{ maximumAvailable: 0 }],
    [{ latencyMs: -1 }],
    [{ latencyMs: { from: 3, to: 1, seed: 0 } }],
    [{ bucket: 5 }],
  ])('do not change to %j, which is refused', async (body) => {
    const { twin } = await startStillTwin();
    await expect(twin.control('PATCH', ECONOMY, body)).rejects.toThrow(/^400/);
    expect(await twin.control('GET', ECONOMY)).toMatchObject({ restoreRate: 100, latencyMs: 0 });
  });
});

describe('the latency of the twin', () => {
  // It passes by a fake clock, which only the test advances.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.spyOn(globalThis, 'setTimeout');
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
  /** Waits until so many calls have come to the twin and wait for a latency of that length. */
  async function untilCallsWait(count: number, latencyMs: number): Promise<void> {
    // `expect.poll` would advance the fake clock.
    while (vi.mocked(setTimeout).mock.calls.filter(([, ms]) => ms === latencyMs).length < count)
      await setImmediate();
  }

  test('passes before every answer, while the cost is charged when the call arrives', async () => {
    const { twin, set, available } = await startStillTwin({ maximumAvailable: 15, latencyMs: 1_000 });
    const answered = vi.fn();
    const expectExecutedAfterLatency = async (call: Promise<unknown>, before: number[], after: number[]) => {
      answered.mockReset();
      const ends = call.then(answered);
      vi.advanceTimersByTime(999);
      expect(await twin.available()).toEqual(before);
      expect(answered).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      await ends;
      expect(await twin.available()).toEqual(after);
    };

    const accepted = set('a', 4);
    await untilCallsWait(1, 1_000);
    expect(await available()).toBe(15 - SET); // charged, not yet executed
    await expectExecutedAfterLatency(accepted, [10], [4]);
    const throttled = set('b', 5);
    await untilCallsWait(2, 1_000);
    await expectExecutedAfterLatency(throttled, [4], [4]);
  });

  test('passes for the calls of a shop at once, not one after the other', async () => {
    const twin = await startTwin({ shops: [{ ...SHOP, economy: { latencyMs: 300 } }] });
    const calls = Array.from({ length: 20 }, () => twin.query(SHOP_NAME));
    await untilCallsWait(20, 300);
    vi.advanceTimersByTime(300);
    await Promise.all(calls);
  });

  test('does not keep the twin from closing: a call that is on its way is cut', async () => {
    const shops = [{ ...SHOP, economy: { latencyMs: 600_000, restoreRate: 0.001 } }];
    const twin = await startShopifyTwin({ shops });
    const client = new TwinClient(twin.url);
    const query = client.query(SHOP_NAME).catch(() => 'cut');
    const bucket = () => client.control<EconomyView>('GET', ECONOMY);
    await untilCallsWait(1, 600_000);
    expect((await bucket()).currentlyAvailable).toBeLessThan(2000);
    await twin.close();
    expect(await query).toBe('cut');
  });

  test('is drawn from its range by a seed, and the same seed gives the same latencies', () => {
    const range = fc.record({
      from: fc.integer({ min: 0, max: 500 }),
      width: fc.integer({ min: 0, max: 500 }),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    });
    const drawn = (setting: Parameters<typeof latenciesOf>[0]) => {
      const next = latenciesOf(setting);
      return Array.from({ length: 200 }, next);
    };
    fc.assert(
      fc.property(range, ({ from, width, seed }) => {
        const latencies = drawn({ from, to: from + width, seed });
        expect(drawn({ from, to: from + width, seed })).toEqual(latencies);
        expect(Math.min(...latencies)).toBeGreaterThanOrEqual(from);
        expect(Math.max(...latencies)).toBeLessThanOrEqual(from + width);
        if (width > 20) expect(new Set(latencies).size).toBeGreaterThan(10);
      }),
    );
  });
});
