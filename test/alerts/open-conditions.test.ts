/** What is wrong now, as a person or a page asks for it: also where nobody is told. */
import { beforeEach, expect, test } from 'vitest';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { WatchUnderTest } from './watch-under-test.ts';

interface Answer {
  readonly lookedAt: string | null;
  readonly conditions: readonly Readonly<Record<string, unknown>>[];
}

let installation: Installation;
let watch: WatchUnderTest;

beforeEach(async () => {
  installation = await Installation.open(['BLUE-SHIRT']);
  await scheduleNeededJobs(installation);
  watch = await WatchUnderTest.over(installation);
});

async function conditions(...args: string[]): Promise<Answer> {
  return (await installation.atp('alert', 'conditions', ...args)).json as unknown as Answer;
}

test('before a watch has looked, nothing is said to be right', async () => {
  expect(await conditions()).toEqual({ lookedAt: null, isWatched: false, conditions: [] });
});

test('a look that lies far ahead, of a clock that was set back since, is no sign of a watch', async () => {
  await watch.lookTwice();
  expect(await conditions()).toMatchObject({ isWatched: true });
  await installation.database.query(`UPDATE watch SET looked_at = looked_at + interval '3 days'`);
  expect(await conditions()).toMatchObject({ isWatched: false });
});

test('without a target, what is open is told with its severity, since when, and what to do', async () => {
  await installation.database.query(
    `INSERT INTO lane (shop_id, paused_at, paused_by, pause_reason) VALUES ($1, now(), 'Ann', 'stocktaking')
     ON CONFLICT (shop_id) DO UPDATE SET paused_at = now(), paused_by = 'Ann', pause_reason = 'stocktaking'`,
    [SHOP],
  );
  await watch.lookTwice();

  const { lookedAt, conditions: open } = await conditions();

  expect(lookedAt).toBe(watch.now.toISOString());
  expect(open.find(({ code }) => code === 'LANE_PAUSED')).toMatchObject({
    severity: 'warning',
    shopId: SHOP,
    title: 'The lane is paused',
    detail: expect.stringContaining('stocktaking') as string,
    whatToDo: expect.stringContaining(`atp lane ${SHOP} resume`) as string,
    since: expect.stringMatching(/^20/) as string,
  });
  expect(open.map(({ shopId }) => shopId)).toContain(null);
  expect((await conditions('--shop', SHOP)).conditions.map(({ shopId }) => shopId)).not.toContain(null);
  expect((await conditions('--severity', 'critical')).conditions.map(({ code }) => code)).not.toContain(
    'LANE_PAUSED',
  );
});
