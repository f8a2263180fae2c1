/** Two processes that call one shop: each has a quota of its own, and learns from answers what the other one takes. */
import { expect, test } from 'vitest';
import { isCoded } from '../../src/domain/errors.ts';
import { openAdminApi, type AdminApi } from '../../src/shopify/admin-api.ts';
import { passTimeByTurns } from '../setup/time-by-turns.ts';
import { connection, ENVIRONMENT } from './admin-fixture.ts';
import { SHOP, shirts, startTwinWith, type TwinClient } from './twin-fixture.ts';

const RATE = 100;
const SECONDS = 25;
const CALLERS = 5;

async function startTwin() {
  passTimeByTurns();
  const economy = {
    maximumAvailable: 20 * RATE,
    restoreRate: RATE,
    latencyMs: { from: 250, to: 350, seed: 7 },
  };
  const started = await startTwinWith(shirts(250), { shops: [{ ...SHOP, economy }] });
  await started.twin.control('PATCH', `/shops/${SHOP.domain}/economy`, { currentlyAvailable: 0 });
  return started;
}

/** A process has one quota for a shop. It knows a stand-in by its URL, so another name of the machine gets another one. */
function apiOfProcess(twin: TwinClient, host: '127.0.0.1' | 'localhost'): AdminApi {
  const url = twin.url.replace('127.0.0.1', host);
  const endpoint = `${url}/shops/${SHOP.domain}/admin/api/2026-10/graphql.json`;
  return openAdminApi(connection(endpoint), { environment: ENVIRONMENT });
}

/** Makes calls, so many at once, until the time is over. Returns how many were answered. */
async function callOn(call: () => Promise<unknown>, callers: number): Promise<number> {
  const until = performance.now() + SECONDS * 1000;
  let answered = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < until) {
        try {
          await call();
          answered += 1;
        } catch (error) {
          // The quota knows of it, and lets the next call wait.
          if (!isCoded(error, 'SHOPIFY_THROTTLED')) throw error;
        }
      }
    }),
  );
  return answered;
}

async function readEconomy(twin: TwinClient, ofMs: number) {
  const requests = await twin.requests();
  const points = requests.reduce((sum, { cost }) => sum + (cost?.actual ?? 0), 0);
  const throttled = requests.filter(({ errors }) => errors.includes('THROTTLED')).length;
  return { throttledShare: throttled / requests.length, usedShare: points / ((RATE * ofMs) / 1000) };
}

test('both use the points up, and of their calls 1 % is throttled at most', async () => {
  const { twin, ids } = await startTwin();
  const begun = performance.now();
  const answered = await Promise.all(
    (['127.0.0.1', 'localhost'] as const).map((host) => {
      const api = apiOfProcess(twin, host);
      return callOn(() => api.readItems(ids), CALLERS);
    }),
  );

  const { throttledShare, usedShare } = await readEconomy(twin, performance.now() - begun);
  expect(throttledShare).toBeLessThanOrEqual(0.01);
  expect(usedShare).toBeGreaterThan(0.95);
  expect(Math.min(...answered)).toBeGreaterThan(Math.max(...answered) / 3);
});

test('one that makes dear calls, one at a time, gets its turn beside one that makes many cheap ones', async () => {
  const { twin, ids } = await startTwin();
  const [many, few] = [apiOfProcess(twin, '127.0.0.1'), apiOfProcess(twin, 'localhost')];
  const begun = performance.now();
  const [cheap, dear] = await Promise.all([
    callOn(() => many.readItems(ids), 2 * CALLERS),
    callOn(async () => {
      for await (const _ of few.catalogue()) return;
    }, 1),
  ]);

  const { throttledShare } = await readEconomy(twin, performance.now() - begun);
  expect(throttledShare).toBeLessThanOrEqual(0.02);
  expect(cheap).toBeGreaterThan(dear);
  // Two are answered before the first answer has told the points, and without a turn none after that.
  expect(dear).toBeGreaterThan(3);
});
