/** Which lanes of live shops are woken when a service can be used again, and how often it is asked. */
import { beforeEach, expect, test } from 'vitest';
import {
  LIVE_ANSWER_WITHIN_MS,
  LIVE_ASKS_AGAIN_MAX_MS,
  LIVE_ASKS_AGAIN_MS,
  LIVE_BLOCKED_LOOK_EVERY_MS,
  LIVE_DELTA_BEFORE_LANE_MS,
  LIVE_REST_AFTER_FAILURE_MS,
} from '../../src/domain/limits.ts';
import { createBlockedLanes } from '../../src/operations/live/blocked-lanes.ts';
import { endLive, pauseLive, setLive } from '../../src/postgres/producing/live-shops.ts';
import { until } from '../setup/until.ts';
import { openLane, type Lane } from './lane-under-test.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

let lane: Lane;
let retailer: Retailer;
/** What was asked and told, in its order. */
let done: string[];
let canUse: boolean | Error;
/** What else happens while it is asked, and while the lane is woken. */
let meanwhile: { ask?: () => Promise<unknown>; wake?: () => Promise<unknown> };
let nowMs: number;
let ending: AbortController;

beforeEach(async () => {
  lane = await openLane();
  retailer = Retailer.over(lane.database);
  await lane.makeReadyFile('hard-sync');
  await block('SHOPIFY_UNREACHABLE');
  await setLive(lane.database, SHOP, { atLeastEveryMs: 2_000, isPaused: false });
  done = [];
  canUse = true;
  meanwhile = {};
  nowMs = 0;
  ending = new AbortController();
});

const SINCE = '2026-11-27 10:00Z';

async function block(code: string, since = SINCE): Promise<void> {
  await lane.database.query(
    `UPDATE upload_file SET state = 'BLOCKED', reason_code = $1, reason = 'away', blocked_at = now(), blocked_since = $2`,
    [code, since],
  );
}

/** As a run does that tries the file again. */
async function takeUp(): Promise<void> {
  await lane.database.query(`UPDATE upload_file SET state = 'READY'`);
}

async function ask(what: string): Promise<boolean> {
  done.push(what);
  await meanwhile.ask?.();
  if (canUse instanceof Error) throw canUse;
  return canUse;
}

function open() {
  return createBlockedLanes({
    database: lane.database,
    canUseShopify: (shopId) => ask(`Shopify for ${shopId}`),
    canUseSftp: () => ask('SFTP'),
    tellChange: async (shopId) => {
      done.push(`delta ${shopId}`);
      return Promise.resolve();
    },
    wakeLane: async (shopId) => {
      done.push(`wake ${shopId}`);
      await meanwhile.wake?.();
    },
    signal: ending.signal,
    now: () => nowMs,
    log: (level, message) => {
      done.push(`${level}: ${message}`);
    },
  });
}

/** Looks as a worker does, for so long. Returns when something was done, in ms. */
async function lookFor(lanes: ReturnType<typeof open>, forMs: number): Promise<readonly number[]> {
  const at: number[] = [];
  for (const end = nowMs + forMs; nowMs < end;) {
    const before = done.length;
    const restMs = await lanes.look();
    if (done.length > before) at.push(nowMs);
    nowMs += restMs;
  }
  return at;
}

test.each([
  ['SHOPIFY_UNREACHABLE', `Shopify for ${SHOP}`],
  ['SHOPIFY_RESPONSE_UNEXPECTED', `Shopify for ${SHOP}`],
  ['SHOPIFY_THROTTLED', `Shopify for ${SHOP}`],
  ['CALL_NOT_SENT_IN_TIME', `Shopify for ${SHOP}`],
  ['SFTP_UNREACHABLE', 'SFTP'],
])(
  'of a lane that %s has blocked, the service is asked each half minute; then it is woken',
  async (code, question) => {
    await block(code);
    const lanes = open();
    canUse = false;
    const asked = await lookFor(lanes, 10 * LIVE_ASKS_AGAIN_MS);
    expect(asked).toEqual(Array.from({ length: 9 }, (_, index) => (index + 1) * LIVE_ASKS_AGAIN_MS));
    expect(new Set(done)).toEqual(new Set([question]));

    done = [];
    canUse = true;
    await lookFor(lanes, LIVE_ASKS_AGAIN_MS);
    expect(done).toEqual([question, `wake ${SHOP}`]);
  },
);

test('where something has changed, a delta comes first, and the lane is woken after it', async () => {
  await retailer.post('SHIRT', BROADWAY, -2, 0);
  const lanes = open();
  nowMs = -LIVE_ASKS_AGAIN_MS;
  await lanes.look();
  nowMs = 0;
  expect(await lookFor(lanes, LIVE_ASKS_AGAIN_MS + LIVE_DELTA_BEFORE_LANE_MS)).toEqual([
    0,
    LIVE_DELTA_BEFORE_LANE_MS,
  ]);
  expect(done).toEqual([`Shopify for ${SHOP}`, `delta ${SHOP}`, `wake ${SHOP}`]);
});

test('a lane that the delta has woken already is not woken once more', async () => {
  await retailer.post('SHIRT', BROADWAY, -2, 0);
  const lanes = open();
  await lookFor(lanes, LIVE_ASKS_AGAIN_MS + LIVE_BLOCKED_LOOK_EVERY_MS);
  await takeUp();
  await lookFor(lanes, 2 * LIVE_DELTA_BEFORE_LANE_MS);
  expect(done).toEqual([`Shopify for ${SHOP}`, `delta ${SHOP}`]);
});

test('a shop that needs a Hard Sync gets no delta, and its lane is woken', async () => {
  await retailer.post('SHIRT', BROADWAY, -2, 0);
  await lane.database.query('UPDATE shop SET refill_due = true');
  await lookFor(open(), LIVE_ASKS_AGAIN_MS + LIVE_BLOCKED_LOOK_EVERY_MS);
  expect(done).toEqual([`Shopify for ${SHOP}`, `wake ${SHOP}`]);
});

test('a lane that is blocked by the same each time is woken less and less, also if a look sees its run at work', async () => {
  meanwhile.wake = takeUp;
  const lanes = open();
  const woken: number[] = [];
  while (woken.length < 7) {
    woken.push(...(await lookFor(lanes, LIVE_BLOCKED_LOOK_EVERY_MS)));
    // A run has had it for two looks.
    if (nowMs - (woken.at(-1) ?? 0) >= 2 * LIVE_BLOCKED_LOOK_EVERY_MS) await block('SHOPIFY_UNREACHABLE');
  }
  const pauses = woken.map((at, index) => at - (woken[index - 1] ?? 0));
  expect(pauses).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);

  // Another trouble begins anew: since when, or what.
  for (const [code, since] of [
    ['SHOPIFY_UNREACHABLE', '2026-11-27 12:00Z'],
    ['SFTP_UNREACHABLE', '2026-11-27 12:00Z'],
  ] as const) {
    await block(code, since);
    const from = nowMs;
    const [first] = await lookFor(lanes, LIVE_ASKS_AGAIN_MS + LIVE_BLOCKED_LOOK_EVERY_MS);
    expect(first).toBe(from + LIVE_ASKS_AGAIN_MS);
  }
});

test('a service that cannot be used in between is asked as often as at first', async () => {
  const lanes = open();
  await lookFor(lanes, 4 * LIVE_ASKS_AGAIN_MAX_MS);
  canUse = false;
  await lookFor(lanes, LIVE_ASKS_AGAIN_MAX_MS);
  expect(await lookFor(lanes, 4 * LIVE_ASKS_AGAIN_MS)).toHaveLength(4);
});

test('a shop that is paused while its service is asked is left alone', async () => {
  meanwhile.ask = () => pauseLive(lane.database, SHOP, true);
  await retailer.post('SHIRT', BROADWAY, -2, 0);
  await lookFor(open(), 3 * LIVE_ASKS_AGAIN_MS);
  expect(done).toEqual([`Shopify for ${SHOP}`]);
});

test('a service that never answers keeps no look longer than it may, nor the end of a worker', async () => {
  meanwhile.ask = () => new Promise(() => undefined);
  const lanes = open();
  await lanes.look();
  nowMs += LIVE_ASKS_AGAIN_MS;
  const begun = performance.now();
  await lanes.look();
  expect(performance.now() - begun).toBeGreaterThanOrEqual(LIVE_ANSWER_WITHIN_MS - 100);

  nowMs += LIVE_ASKS_AGAIN_MAX_MS;
  const begunAgain = performance.now();
  const looking = lanes.look();
  await until(() => {
    expect(done).toHaveLength(2);
  });
  ending.abort();
  await looking;
  // A look that did not hear of the end would have waited as long as the first.
  expect(performance.now() - begunAgain).toBeLessThan(LIVE_ANSWER_WITHIN_MS);
  expect(done).toEqual([`Shopify for ${SHOP}`, `Shopify for ${SHOP}`]);
});

test.each([
  ['a shop that is not live', () => endLive(lane.database, SHOP)],
  ['a live shop that is paused', () => pauseLive(lane.database, SHOP, true)],
  [
    'a lane that is paused',
    () =>
      lane.database.query(
        `UPDATE lane SET paused_at = now(), paused_by = 'ann', pause_reason = 'stock-take'`,
      ),
  ],
  ['a shop that is being closed', () => lane.database.query('UPDATE shop SET closing_since = now()')],
  ['a file that waits for a person', () => block('HELD_BY_PERSON')],
  ['a file that a run has taken up', takeUp],
  [
    'a shop to which nothing may be sent before a Hard Sync',
    () =>
      lane.database.query(
        `INSERT INTO shop_origin (shop_id, incarnation, server_start, restored_reason)
         VALUES ($1, 'another', now(), 'another server')`,
        [SHOP],
      ),
  ],
])('nobody is asked for %s', async (_, change) => {
  await change();
  await lookFor(open(), 5 * LIVE_ASKS_AGAIN_MS);
  expect(done).toEqual([]);
});

test('a look that fails rests, and says so once, and once that it is over', async () => {
  const lanes = open();
  canUse = new Error('no such host');
  await lanes.look();
  nowMs = LIVE_ASKS_AGAIN_MS;
  expect(await lanes.look()).toBe(LIVE_REST_AFTER_FAILURE_MS);
  nowMs += LIVE_ASKS_AGAIN_MS;
  expect(await lanes.look()).toBe(LIVE_REST_AFTER_FAILURE_MS);
  canUse = false;
  expect(await lanes.look()).toBe(LIVE_BLOCKED_LOOK_EVERY_MS);
  const told = done.filter((each) => each.includes(': '));
  expect(told).toEqual([
    'warn: Blocked lanes of live shops cannot be looked at; it is tried again',
    'info: Blocked lanes of live shops are looked at again',
  ]);
});

test.each(['SHOPIFY_UNREACHABLE', 'SFTP_UNREACHABLE'])(
  'while a question about %s has no answer, no second one is asked',
  async (code) => {
    await block(code);
    const lanes = open();
    await lanes.look();
    nowMs = LIVE_ASKS_AGAIN_MS;
    const { promise, resolve } = Promise.withResolvers<void>();
    meanwhile.ask = () => promise;
    await lanes.look();
    await lookFor(lanes, 4 * LIVE_ASKS_AGAIN_MS);
    expect(done).toHaveLength(1);

    meanwhile = {};
    resolve();
    await promise;
    await lookFor(lanes, LIVE_ASKS_AGAIN_MS);
    expect(done).toEqual([done[0], done[0], `wake ${SHOP}`]);
  },
);
