import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  quotaAfter,
  quotaWhenAnswered,
  quotaWhenSent,
  waitBeforeRequest,
  type KnownQuota,
  type ThrottleStatus,
  type ToldQuota,
} from '../../src/domain/throttle.ts';
import { latenciesOf } from '../../src/stand-ins/shopify-twin/latency.ts';
import { LeakyBucket } from '../../src/stand-ins/shopify-twin/leaky-bucket.ts';

const statuses = fc
  .record({
    maximumAvailable: fc.integer({ min: 1, max: 4_000 }),
    missing: fc.integer({ min: 0, max: 5_000 }),
    restoreRate: fc.integer({ min: 1, max: 2_000 }),
  })
  .map(({ missing, ...status }): ThrottleStatus => ({
    ...status,
    currentlyAvailable: status.maximumAvailable - missing,
  }));
const quotas = statuses.map((status): KnownQuota => ({ status, onTheWay: [], takenByOthers: 0 }));
const costs = fc.integer({ min: 0, max: 1_000 });
const durations = fc.integer({ min: 0, max: 100_000 });

describe('the wait before a request', () => {
  test('is just long enough: the points are there after it, and not a millisecond before', () => {
    fc.assert(
      fc.property(quotas, costs, durations, (quota, cost, elapsedMs) => {
        const waitMs = waitBeforeRequest(cost, quota, elapsedMs);
        const pointsIn = (durationMs: number) => quotaAfter(quota, durationMs).status.currentlyAvailable;
        const needed = Math.min(cost, quota.status.maximumAvailable);
        expect(pointsIn(elapsedMs + waitMs)).toBeGreaterThanOrEqual(needed - 1e-6);
        if (waitMs > 0) expect(pointsIn(elapsedMs + waitMs - 1)).toBeLessThan(needed);
      }),
    );
  });

  test('never shrinks with a higher cost, and never grows with more time, points or a higher restore rate', () => {
    fc.assert(
      fc.property(
        quotas,
        costs,
        durations,
        fc.integer({ min: 1, max: 500 }),
        (quota, cost, elapsedMs, more) => {
          const wait = (change: Partial<ThrottleStatus> = {}, otherCost = cost, otherElapsed = elapsedMs) =>
            waitBeforeRequest(otherCost, { ...quota, status: { ...quota.status, ...change } }, otherElapsed);
          expect(wait({}, cost + more)).toBeGreaterThanOrEqual(wait());
          expect(wait({}, cost, elapsedMs + more)).toBeLessThanOrEqual(wait());
          const { currentlyAvailable, restoreRate } = quota.status;
          expect(wait({ currentlyAvailable: currentlyAvailable + more })).toBeLessThanOrEqual(wait());
          expect(wait({ restoreRate: restoreRate + more })).toBeLessThanOrEqual(wait());
        },
      ),
    );
  });

  test('ends when the bucket is full, if the request costs more than a full bucket has', () => {
    fc.assert(
      fc.property(quotas, costs, (quota, more) => {
        const { maximumAvailable } = quota.status;
        expect(waitBeforeRequest(maximumAvailable + more, quota, 0)).toBe(
          waitBeforeRequest(maximumAvailable, quota, 0),
        );
      }),
    );
  });

  test('ends with an answer, and not with time, while requests on their way may have emptied the bucket', () => {
    const status = { maximumAvailable: 40, currentlyAvailable: 18, restoreRate: 100 };
    const onTheWay = [{ id: 1, cost: 22, fewestKnown: 18 }];
    expect(waitBeforeRequest(20, { status, onTheWay, takenByOthers: 0 }, 60_000)).toBe(Infinity);
    expect(waitBeforeRequest(18, { status, onTheWay, takenByOthers: 0 }, 0)).toBe(0);
  });

  test('leaves twice what others have taken while a request was on its way, until that fades', () => {
    const before = { maximumAvailable: 400, currentlyAvailable: 100, restoreRate: 10 };
    const sent = quotaWhenSent({ status: before, onTheWay: [], takenByOthers: 0 }, { id: 1, cost: 20 });
    const status = { ...before, currentlyAvailable: 30 };
    const answered = quotaWhenAnswered(sent, 1, { charged: 20, status });

    // 50 of the 80 points that we knew of.
    expect(answered).toMatchObject({ takenByOthers: 50, status: { currentlyAvailable: 30 } });
    // A quarter of the bucket at most: 20 + 100 points, of which 90 must come back.
    expect(waitBeforeRequest(20, answered, 0)).toBe(9_000);
    expect(quotaAfter(answered, 2_000).takenByOthers).toBe(12.5);
    // 20 + 25, and 30 + 20 are there.
    expect(waitBeforeRequest(20, quotaAfter(answered, 2_000), 0)).toBe(0);
  });
});

/** A request of the simulation: what it asks for and uses, and how long it takes to Shopify and back. */
interface Request {
  readonly cost: number;
  readonly unused: number;
  readonly thereMs: number;
  readonly backMs: number;
}

/** @param useAllPoints each request uses all the points that it asked for; else some of them come back */
const generateRequests = (useAllPoints: boolean) =>
  fc.array(
    fc.record({
      cost: fc.integer({ min: 1, max: 60 }),
      unused: useAllPoints ? fc.constant(0) : fc.integer({ min: 0, max: 60 }),
      thereMs: fc.integer({ min: 0, max: 400 }),
      backMs: fc.integer({ min: 0, max: 400 }),
    }),
    { minLength: 40, maxLength: 150 },
  );
const buckets = fc.record({
  maximumAvailable: fc.integer({ min: 60, max: 1_000 }),
  restoreRate: fc.integer({ min: 20, max: 2_000 }),
});
const inFlightMaxima = fc.integer({ min: 1, max: 12 });

/** What is said of an average is measured on stories that are always the same: chance may draw others of which it is not so. */
const SAME_STORIES = { numRuns: 500, seed: 1 };

/** Decides when it sends, and learns from the answers. */
interface Client {
  waitMs(cost: number, nowMs: number): number;
  sent(id: number, cost: number, nowMs: number): void;
  answered(id: number, told: ToldQuota, nowMs: number): void;
}

/** Our client. It needs no reserve here, because it shares the simulation's clock with Shopify. */
function ourClient(status: ThrottleStatus): Client {
  let quota: KnownQuota = { status, onTheWay: [], takenByOthers: 0 };
  let at = 0;
  const update = (now: number, change: (quota: KnownQuota) => KnownQuota) => {
    quota = change(quotaAfter(quota, now - at));
    at = now;
  };
  return {
    waitMs: (cost, now) => waitBeforeRequest(cost, quota, now - at),
    sent: (id, cost, now) => update(now, (known) => quotaWhenSent(known, { id, cost })),
    answered: (id, told, now) => update(now, (known) => quotaWhenAnswered(known, id, told)),
  };
}

/** The control: believes the last answer, and counts nothing that is on its way. */
function clientThatBelievesTheLastAnswer(status: ThrottleStatus): Client {
  let told = status;
  let at = 0;
  return {
    waitMs: (cost, now) =>
      waitBeforeRequest(cost, { status: told, onTheWay: [], takenByOthers: 0 }, now - at),
    sent: () => undefined,
    answered(_id, { status: newest }, now) {
      told = newest;
      at = now;
    },
  };
}

interface Simulated {
  readonly throttled: number;
  readonly lastSentMs: number;
}

/**
 * Sends all requests in their order and counts those that Shopify throttles; a throttled one is not repeated.
 *
 * @param spends points that another client takes out of the bucket, as far as it has them
 */
function simulate(
  client: Client,
  size: Pick<ThrottleStatus, 'maximumAvailable' | 'restoreRate'>,
  requests: readonly Request[],
  inFlightMax: number,
  spends: readonly { readonly atMs: number; readonly points: number }[] = [],
): Simulated {
  const bucket = new LeakyBucket(size, 0);
  const events: { at: number; run: (at: number) => void }[] = spends.map(({ atMs, points }) => ({
    at: atMs,
    run: (at) => void bucket.charge(Math.min(points, bucket.status(at).currentlyAvailable), at),
  }));
  const waiting = [...requests.entries()];
  let inFlight = 0;
  let throttled = 0;
  let lastSentMs = 0;

  const arrive =
    (id: number, { cost, backMs, unused: mayBeUnused }: Request) =>
    (at: number) => {
      const isCharged = bucket.charge(cost, at);
      const unused = isCharged ? Math.min(mayBeUnused, cost) : 0;
      if (!isCharged) throttled += 1;
      bucket.refund(unused, at);
      const told = { charged: isCharged ? cost - unused : null, status: bucket.status(at) };
      events.push({
        at: at + backMs,
        run(now) {
          inFlight -= 1;
          client.answered(id, told, now);
        },
      });
    };
  const sendWhatFits = (now: number) => {
    for (let next = waiting[0]; next && inFlight < inFlightMax; next = waiting[0]) {
      const [id, request] = next;
      const waitMs = client.waitMs(request.cost, now);
      if (waitMs > 0) {
        if (waitMs !== Infinity) events.push({ at: now + waitMs, run: () => undefined });
        return;
      }
      waiting.shift();
      inFlight += 1;
      lastSentMs = now;
      client.sent(id, request.cost, now);
      events.push({ at: now + request.thereMs, run: arrive(id, request) });
    }
  };

  sendWhatFits(0);
  while (events.length > 0) {
    events.sort((one, other) => one.at - other.at);
    const event = events.shift();
    if (!event) break;
    event.run(event.at);
    sendWhatFits(event.at);
  }
  expect(waiting).toEqual([]);
  return { throttled, lastSentMs };
}

describe('several calls at once whose answers overtake each other', () => {
  const full = (size: Pick<ThrottleStatus, 'maximumAvailable' | 'restoreRate'>) => ({
    ...size,
    currentlyAvailable: size.maximumAvailable,
  });

  test('are never throttled while no other client spends; those of a client that believes the last answer are', () => {
    fc.assert(
      fc.property(buckets, generateRequests(true), inFlightMaxima, (size, requests, inFlightMax) => {
        expect(simulate(ourClient(full(size)), size, requests, inFlightMax).throttled).toBe(0);
      }),
      { numRuns: 500 },
    );
    const stories = fc.sample(fc.tuple(buckets, generateRequests(true), inFlightMaxima), SAME_STORIES);
    const throttled = stories.map(([size, requests, inFlightMax]) => {
      const control = clientThatBelievesTheLastAnswer(full(size));
      return simulate(control, size, requests, inFlightMax).throttled;
    });
    expect(throttled.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(500);
  });

  test('are hardly ever throttled when they use less than they ask for', () => {
    let throttled = 0;
    let sent = 0;
    fc.assert(
      fc.property(buckets, generateRequests(false), inFlightMaxima, (size, requests, inFlightMax) => {
        throttled += simulate(ourClient(full(size)), size, requests, inFlightMax).throttled;
        sent += requests.length;
      }),
      SAME_STORIES,
    );
    expect(throttled / sent).toBeLessThan(0.01);
  });

  test('are throttled in less than 5 % while another client spends too; a client that believes the last answer is three times as often', () => {
    const spends = fc.array(
      fc.record({ atMs: fc.integer({ min: 0, max: 10_000 }), points: fc.integer({ min: 1, max: 100 }) }),
      { minLength: 5, maxLength: 20 },
    );
    const throttled = { ours: 0, control: 0, sent: 0 };
    fc.assert(
      fc.property(
        buckets,
        generateRequests(true),
        inFlightMaxima,
        spends,
        (size, requests, inFlightMax, spent) => {
          const run = (client: Client) => simulate(client, size, requests, inFlightMax, spent).throttled;
          throttled.ours += run(ourClient(full(size)));
          throttled.control += run(clientThatBelievesTheLastAnswer(full(size)));
          throttled.sent += requests.length;
        },
      ),
      SAME_STORIES,
    );
    expect(throttled.ours / throttled.sent).toBeLessThan(0.05);
    expect(throttled.control).toBeGreaterThan(3 * throttled.ours);
  });

  test.each([
    ['standard', 100, 5],
    ['advanced', 200, 10],
    ['plus', 1_000, 40],
  ])(
    'use the whole quota of the plan %s: 400 calls need at most 1.1 times the time in which their points restore',
    (_plan, restoreRate, inFlightMax) => {
      const latency = latenciesOf({ from: 100, to: 200, seed: 1 });
      const size = { maximumAvailable: 2_000, restoreRate };
      const cost = 14; // a read and a write
      const requests = Array.from({ length: 400 }, (): Request => ({
        cost,
        unused: 0,
        thereMs: latency(),
        backMs: latency(),
      }));
      const floorMs = ((400 * cost - 2_000) * 1000) / restoreRate;
      const { lastSentMs, throttled } = simulate(ourClient(full(size)), size, requests, inFlightMax);
      expect(throttled).toBe(0);
      expect(lastSentMs).toBeGreaterThan(floorMs * 0.99);
      expect(lastSentMs).toBeLessThan(floorMs * 1.1);
    },
  );
});
