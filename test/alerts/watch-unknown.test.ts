/** What the watch does not know, and what hides behind something else, is not told as ended. */
import { beforeEach, expect, test } from 'vitest';
import { AtpError } from '../../src/domain/errors.ts';
import { scheduleNeededJobs } from '../cli/doctor-fixture.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { WatchUnderTest } from './watch-under-test.ts';

let installation: Installation;

beforeEach(async () => {
  installation = await Installation.open(['BLUE-SHIRT']);
  await scheduleNeededJobs(installation);
});

test.each([
  ['an error with a code', new AtpError('TEMPORAL_UNREACHABLE', { address: 'x', reason: 'away' })],
  ['any other error', new Error('away')],
])('a schedule that is missing goes on being told while Temporal is away: %s', async (_what, error) => {
  let isAway = false;
  // Without TEMPORAL_ADDRESS a watch looks at the default address.
  const watch = await WatchUnderTest.over(
    installation,
    {},
    {
      isTemporalConfigured: () => Promise.resolve(false),
      temporal: () => (isAway ? Promise.reject(error) : Promise.resolve(installation.temporal)),
    },
  );
  await installation.temporal.client.schedule.getHandle(`hard-sync/${SHOP}`).delete();
  await installation.temporal.client.schedule.getHandle('import').delete();
  // The server's list is some seconds old.
  const schedules = async () =>
    (await watch.look())
      .filter(({ code }) => code === 'SCHEDULE_NOT_RUNNING')
      .map(({ shopId }) => shopId)
      .toSorted();
  await installation.until(async () => (await schedules()).length === 2);
  expect(await schedules()).toEqual(['', SHOP]);

  isAway = true;
  for (let round = 1; round <= 3; round += 1) expect(await schedules()).toEqual(['', SHOP]);
});

test('a lane that is blocked and then paused goes on being told as blocked', async () => {
  const watch = await WatchUnderTest.over(installation);
  await installation.database.query(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       snapshot, effective_at, sha256, reason_code, reason)
     VALUES ($1, 7, 'hard-sync', 'BLOCKED', 'a run', 'FAC_GRP', 'gid://shopify/Location/1',
       pg_current_snapshot(), now(), 'a hash', 'FILE_MISSING', 'It is not on SFTP.')`,
    [SHOP],
  );
  await watch.lookTwice();
  expect(await watch.openCodes()).toContain('LANE_BLOCKED');

  await installation.database.query(
    `INSERT INTO lane (shop_id, paused_at, paused_by, pause_reason) VALUES ($1, now(), 'Ann', 'stock-take')
     ON CONFLICT (shop_id) DO UPDATE SET paused_at = now(), paused_by = 'Ann', pause_reason = 'stock-take'`,
    [SHOP],
  );
  await watch.lookTwice();
  expect(await watch.openCodes()).toEqual(expect.arrayContaining(['LANE_BLOCKED', 'LANE_PAUSED']));
});

test('a look that has lost its turn records nothing, and says so in the log', async () => {
  const watch: WatchUnderTest = await WatchUnderTest.over(
    installation,
    {},
    {
      // Another watch begins a round while this one asks.
      adminApi: async () => {
        await installation.database.query('UPDATE watch SET holder = gen_random_uuid()');
        throw new Error('asked');
      },
    },
  );
  await installation.database.query('UPDATE shop SET closing_since = now()');
  expect(await watch.look()).toEqual([]);
  expect(watch.log.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({
      level: 'warn',
      message: 'The look of the watch took too long, and does not count',
    }),
  ]);
});
