/** Which lanes of live shops are woken when a service is back, and how often it is asked. */
import { beforeEach, expect, test } from 'vitest';
import {
  LIVE_ASKS_AGAIN_MAX_MS,
  LIVE_ASKS_AGAIN_MS,
  LIVE_BLOCKED_LOOK_EVERY_MS,
  LIVE_REST_AFTER_FAILURE_MS,
} from '../../src/domain/limits.ts';
import { createBlockedLanes } from '../../src/operations/live/blocked-lanes.ts';
import { endLive, pauseLive, setLive } from '../../src/postgres/producing/live-shops.ts';
import { openLane, type Lane } from './lane-under-test.ts';
import { SHOP } from './retailer.ts';

let lane: Lane;
/** What was asked and told, in its order. */
let done: string[];
let isBack: boolean | Error;
let nowMs: number;

beforeEach(async () => {
  lane = await openLane();
  await lane.makeReadyFile('hard-sync');
  await block('SHOPIFY_UNREACHABLE');
  await setLive(lane.database, SHOP, { atLeastEveryMs: 2_000, isPaused: false });
  done = [];
  isBack = true;
  nowMs = 0;
});

async function block(code: string, since = '2026-11-27 10:00Z'): Promise<void> {
  await lane.database.query(
    `UPDATE upload_file SET state = 'BLOCKED', reason_code = $1, reason = 'away', blocked_at = now(), blocked_since = $2`,
    [code, since],
  );
}

function open() {
  return createBlockedLanes({
    database: lane.database,
    answers: async (shopId, code) => {
      done.push(`ask ${shopId} ${code}`);
      if (isBack instanceof Error) throw isBack;
      return Promise.resolve(isBack);
    },
    tellChange: async (shopId) => {
      done.push(`delta ${shopId}`);
      return Promise.resolve();
    },
    wakeLane: async (shopId) => {
      done.push(`wake ${shopId}`);
      return Promise.resolve();
    },
    pause: async () => Promise.resolve(),
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

test.each(['SHOPIFY_UNREACHABLE', 'SFTP_UNREACHABLE'])(
  'a lane that %s has blocked is woken after a delta, once the service answers',
  async (code) => {
    await block(code);
    const lanes = open();
    isBack = false;
    const asked = await lookFor(lanes, 10 * LIVE_ASKS_AGAIN_MS);
    expect(new Set(done)).toEqual(new Set([`ask ${SHOP} ${code}`]));
    expect(asked).toEqual(asked.map((_, index) => (index + 1) * LIVE_ASKS_AGAIN_MS));
    expect(asked).toHaveLength(9);

    done = [];
    isBack = true;
    await lookFor(lanes, LIVE_ASKS_AGAIN_MS);
    expect(done).toEqual([`ask ${SHOP} ${code}`, `delta ${SHOP}`, `wake ${SHOP}`]);
  },
);

test('a service that answers and does not do what is asked of it is asked less and less; another trouble begins anew', async () => {
  const lanes = open();
  const woken = await lookFor(lanes, 10 * LIVE_ASKS_AGAIN_MAX_MS);
  const pauses = woken.map((at, index) => at - (woken[index - 1] ?? 0));
  expect(pauses.slice(0, 6)).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);

  await block('SHOPIFY_UNREACHABLE', '2026-11-27 12:00Z');
  const from = nowMs;
  const [first] = await lookFor(lanes, 2 * LIVE_ASKS_AGAIN_MS);
  expect(first).toBe(from + LIVE_ASKS_AGAIN_MS);
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
  ['a file that a run has taken up', () => lane.database.query(`UPDATE upload_file SET state = 'READY'`)],
])('nobody is asked for %s', async (_, change) => {
  await change();
  await lookFor(open(), 5 * LIVE_ASKS_AGAIN_MS);
  expect(done).toEqual([]);
});

test('a look that fails rests, and says so once, and once that it is over', async () => {
  const lanes = open();
  isBack = new Error('no such host');
  nowMs = 0;
  await lanes.look();
  nowMs = LIVE_ASKS_AGAIN_MS;
  expect(await lanes.look()).toBe(LIVE_REST_AFTER_FAILURE_MS);
  expect(await lanes.look()).toBe(LIVE_REST_AFTER_FAILURE_MS);
  isBack = false;
  expect(await lanes.look()).toBe(LIVE_BLOCKED_LOOK_EVERY_MS);
  const told = done.filter((each) => !each.startsWith('ask'));
  expect(told).toEqual([
    'warn: Blocked lanes of live shops cannot be looked at; it is tried again',
    'info: Blocked lanes of live shops are looked at again',
  ]);
});
