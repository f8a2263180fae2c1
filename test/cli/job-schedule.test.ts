/** What `atp job schedule` makes of a person's words, as the server has it. */
import { beforeAll, expect, test } from 'vitest';
import { addShop } from '../../src/postgres/master-data/shops.ts';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import type { JobDetails } from '../../src/temporal/scheduled-jobs.ts';
import { ensureSchedules } from '../../src/temporal/schedules.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import type { MissedRun } from '../../src/domain/jobs/missed-runs.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { until } from '../setup/until.ts';
import { atpWith, type Atp } from './atp.ts';

let temporal: TemporalClient;
let atp: Atp;

beforeAll(async () => {
  const { address, namespace } = await freshNamespace();
  const { database, url } = await freshDatabase();
  temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  cleanUp(() => temporal.close());
  atp = await atpWith({ DATABASE_URL: url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace });
  await addShop(database, {
    shopId: 'north',
    domain: 'north.myshopify.com',
    locationId: 'gid://shopify/Location/1',
    facilityGroupId: 'FAC_GRP',
    accessTokenRef: 'env:NO_TOKEN',
    adminUrl: null,
    apiVersion: '2026-10',
  });
});

type Scheduled = JobDetails & { readonly warnings: readonly string[] };

function schedule(...args: string[]): Promise<Scheduled> {
  return atp.json<Scheduled>(['job', 'schedule', ...args]);
}

/** Minutes between the runs, as the server gives them. */
function gapsInMinutes(runs: readonly string[]): number[] {
  return runs.slice(1).map((run, index) => (Date.parse(run) - Date.parse(runs[index] as string)) / 60_000);
}

test.each([
  ['recent-changes', '5m', 5, 'every 5 minutes'],
  ['import', '15m', 15, 'every 15 minutes'],
  ['process-uploads', '30m', 30, 'every 30 minutes'],
  ['hard-sync', '1h', 60, 'every hour'],
  ['hard-sync', '6h', 360, 'every 6 hours from 03:00 (UTC)'],
  ['verify', '1d', 1440, 'every day at 05:00 (UTC)'],
])('job schedule %s --every %s spaces its next runs by that time', async (job, every, minutes, frequency) => {
  const { scheduleId, nextRuns, ...scheduled } = await schedule(job, '--every', every);

  expect(scheduled).toMatchObject({ jobName: job, frequency, paused: false, warnings: [] });
  expect(gapsInMinutes(nextRuns)).toEqual([minutes, minutes, minutes, minutes]);
  // What a form begins with gives the same times again.
  const at = /(\d\d:\d\d) /.exec(frequency)?.[1] ?? null;
  expect(scheduled.timing).toEqual({ every, cron: null, at });
  const { info } = await temporal.client.schedule.getHandle(scheduleId ?? '').describe();
  expect(nextRuns).toEqual(info.nextActionTimes.slice(0, 5).map((time) => time.toISOString()));
});

test('--start is the time of the first run, to the second, and the other runs follow from it', async () => {
  const { nextRuns, notBefore } = await schedule(
    'import',
    '--every',
    '15m',
    '--start',
    '2027-02-01T10:07:30+01:00',
  );

  expect(notBefore).toBe('2027-02-01T09:07:30.000Z');
  expect(nextRuns.slice(0, 2)).toEqual(['2027-02-01T09:07:30.000Z', '2027-02-01T09:22:30.000Z']);
});

test('--every 1d keeps its time of day in its zone through a clock change', async () => {
  const { nextRuns, frequency } = await schedule(
    ...['verify', '--every', '1d', '--time-zone', 'europe/berlin', '--start', '2027-03-27T04:15:00Z'],
  );

  expect(frequency).toBe('every day at 05:15 (Europe/Berlin)');
  expect(nextRuns.slice(0, 2)).toEqual(['2027-03-27T04:15:00.000Z', '2027-03-28T03:15:00.000Z']);
});

test('a cron expression is shown in words, with a warning of what may surprise a person', async () => {
  const night = ['--cron', '30 2 1-7 * MON', '--time-zone', 'America/New_York'];
  const scheduled = await schedule('verify', ...night);

  expect(scheduled.frequency).toBe(
    'at 02:30, between day 1 and 7 of the month, only on Monday (America/New_York)',
  );
  expect(scheduled.warnings).toEqual([expect.stringMatching(/must both match/)]);
  // The first Monday of a month, and not each of its first days and every Monday.
  for (const run of scheduled.nextRuns) {
    expect(new Date(run).getUTCDay()).toBe(1);
    expect(new Date(run).getUTCDate()).toBeLessThan(8);
  }
});

test('a schedule warns of runs that a clock change drops or doubles, and the server runs as the warning says', async () => {
  const { stdout } = await atp.run(
    ...['job', 'schedule', 'verify', '--cron', '30 1,2 * * *', '--time-zone', 'America/New_York'],
    ...['--start', '2027-03-13T12:00:00Z'],
  );

  expect(stdout).toMatch(/Note: On 2027-03-14 .* there is no 02:30: nothing runs then\./);
  expect(stdout).toMatch(/Note: On 2027-11-07 .* it runs twice at 01:30\./);
  const { nextRuns } = await atp.json<JobDetails>(['job', 'show', 'verify']);
  expect(nextRuns.slice(0, 3)).toEqual([
    '2027-03-14T06:30:00.000Z',
    '2027-03-15T05:30:00.000Z',
    '2027-03-15T06:30:00.000Z',
  ]);
});

test('job skip leaves out only one of the two runs when a clock change repeats their time', async () => {
  await schedule(
    ...[
      'verify',
      '--cron',
      '30 1 * * *',
      '--time-zone',
      'America/New_York',
      '--start',
      '2027-11-07T00:00:00Z',
    ],
  );

  const skipped = await atp.json<JobDetails & { skipped: string }>(['job', 'skip', 'verify']);

  expect(skipped.skipped).toBe('2027-11-07T05:30:00.000Z');
  expect(skipped.nextRuns.slice(0, 2)).toEqual(['2027-11-07T06:30:00.000Z', '2027-11-08T06:30:00.000Z']);
});

test('without times, job schedule changes the parameters alone: times, a skipped run and a pause stay', async () => {
  await schedule('verify', '--every', '1d', '--time-zone', 'Asia/Kolkata', '--start', '04:30', '--heal');
  const skipped = await atp.json<JobDetails>(['job', 'skip', 'verify']);
  await atp.json(['job', 'pause', 'verify', '--reason', 'stock-take']);

  const { notBefore, ...changed } = await schedule('verify', '--sample', '50');
  expect(notBefore).toBe(skipped.notBefore);
  expect(notBefore).not.toBeNull();
  expect(changed).toMatchObject({
    frequency: 'every day at 04:30 (Asia/Kolkata)',
    parameters: { shopId: 'north', heal: true, sample: 50 },
    paused: true,
    note: 'stock-take',
  });

  expect((await schedule('verify', '--heal', '--reset')).parameters).toEqual({ shopId: 'north', heal: true });
  expect(await atp.failure('job', 'schedule', 'verify')).toBe('INPUT_INVALID 2');
  expect(await atp.failure('job', 'schedule', 'verify', '--start', '03:00')).toBe('INPUT_INVALID 2');
  await temporal.client.schedule.getHandle('verify/north').delete();
  expect(await atp.failure('job', 'schedule', 'verify', '--sample', '50')).toBe('JOB_NOT_SCHEDULED 1');
});

test('a pause, its reason, the times and the parameters survive a redeploy', async () => {
  await schedule('hard-sync', '--every', '6h', '--group', 'FAC_GRP');
  await atp.json(['job', 'pause', 'hard-sync', '--reason', 'stock-taking until Monday']);

  await ensureSchedules(temporal, 'north');

  expect(await atp.json(['job', 'show', 'hard-sync'])).toMatchObject({
    paused: true,
    note: 'stock-taking until Monday',
    frequency: 'every 6 hours from 03:00 (UTC)',
    nextRuns: [],
    parameters: { shopId: 'north', facilityGroupId: 'FAC_GRP' },
    policies: { overlap: 'BUFFER_ONE', catchUp: '6 hours' },
  });
  const { stdout } = await atp.run('job', 'show', 'hard-sync');
  expect(stdout).toContain('stock-taking until Monday');

  expect(await schedule('hard-sync', '--every', '1h')).toMatchObject({
    paused: true,
    parameters: { facilityGroupId: 'FAC_GRP' },
  });
  expect(await atp.json(['job', 'resume', 'hard-sync', '--reason', 'counted'])).toMatchObject({
    paused: false,
    note: 'counted',
    nextRuns: expect.arrayContaining([expect.any(String)]) as string[],
  });
});

test('--start takes a time of day, in the zone of the schedule', async () => {
  const { nextRuns, frequency } = await schedule(
    ...['verify', '--every', 'daily', '--time-zone', 'America/New_York', '--start', '03:00'],
  );

  expect(frequency).toBe('every day at 03:00 (America/New_York)');
  const [first = ''] = nextRuns;
  const clock = new Date(first).toLocaleTimeString('en-GB', { timeZone: 'America/New_York' });
  expect(clock).toBe('03:00:00');
  // The first one, and not a day later.
  expect(Date.parse(first) - Date.now()).toBeLessThan(25 * 60 * 60_000);

  const hourly = await schedule('import', '--every', 'hourly', '--start', '00:20');
  expect(hourly.frequency).toBe('every hour');
  expect(hourly.notBefore).toMatch(/T00:20:00\.000Z$/);
});

test('next runs are shown in the zone of the schedule, and JSON has them in UTC', async () => {
  const zone = ['--time-zone', 'America/New_York', '--start', '2027-03-13T08:00:00Z'];
  const { nextRuns } = await schedule('verify', '--every', '1d', ...zone);
  expect(nextRuns.slice(0, 2)).toEqual(['2027-03-13T08:00:00.000Z', '2027-03-14T07:00:00.000Z']);

  const shown = (await atp.run('job', 'show', 'verify')).stdout;
  expect(shown).toContain('2027-03-13 03:00 -05:00 America/New_York');
  expect(shown).toContain('2027-03-14 03:00 -04:00 America/New_York');
  expect(shown).not.toContain('08:00');
  expect((await atp.run('job', 'list')).stdout).toMatch(/verify .*2027-03-13 03:00 -05:00/);
});

test.each([
  ['EST', 'America/New_York'],
  ['MST', 'America/Denver'],
  ['Etc/GMT+5', 'America/New_York'],
  ['Etc/GMT-1', 'Europe/Berlin'],
])('the zone %s, which has no summer time, is warned about: %s is meant', async (zone, meant) => {
  const { warnings } = await schedule('verify', '--every', '1d', '--time-zone', zone);
  expect(warnings).toEqual([
    `The clock of ${zone} is the same all year. Where summer and winter time are meant, the zone is ${meant}.`,
  ]);
});

test('a schedule whose runs come due and are left out says since when, and why', async () => {
  await atp.run('job', 'schedule', 'import', '--every', '15m');
  const handle = temporal.client.schedule.getHandle('import');
  await handle.update(({ spec: _spec, ...unchanged }) => ({
    ...unchanged,
    spec: { intervals: [{ every: '2 seconds' }] },
  }));
  // Nobody polls, so its first run never ends, and the others are left out.
  await expect
    .poll(async () => (await atp.json<JobDetails>(['job', 'show', 'import'])).late, { timeout: 30_000 })
    .toMatch(/^that run \(workflow importInventory.*\) still works/);

  const { stdout } = await atp.run('job', 'show', 'import');
  expect(stdout).toMatch(
    /Left out +│ The last run was started at \S+Z, more than two intervals ago: that run/,
  );
  expect(stdout).toMatch(/dropped: \d+ while one worked/);
  expect((await atp.run('job', 'list')).stdout).toContain('(runs were left out)');
});

test('a redeploy that changes nothing sends nothing', async () => {
  await ensureSchedules(temporal, 'north');
  const handle = temporal.client.schedule.getHandle('recent-changes/north');
  const { info: before } = await handle.describe();

  await ensureSchedules(temporal, 'north');

  expect((await handle.describe()).info.lastUpdatedAt).toEqual(before.lastUpdatedAt);
});

test('a paused job has no run to skip, and a job without a schedule cannot be paused', async () => {
  await schedule('import', '--every', '15m');
  await atp.json(['job', 'pause', 'import']);
  expect(await atp.failure('job', 'skip', 'import')).toBe('JOB_NOT_SKIPPED 1');

  await temporal.client.schedule.getHandle('process-uploads/north').delete();
  expect(await atp.failure('job', 'pause', 'process-uploads')).toBe('JOB_NOT_SCHEDULED 1');
  expect(await atp.json(['job', 'show', 'process-uploads'])).toMatchObject({
    scheduleId: null,
    frequency: null,
    nextRuns: [],
  });
});

test.each([
  ['no time', []],
  ['two times', ['--every', '1h', '--cron', '0 * * * *']],
  ['an unknown preset', ['--every', '2h']],
  ['a word that is no preset', ['--every', 'weekly']],
  ['a time of day that there is not', ['--every', '1d', '--start', '25:00']],
  ['a day that there is not', ['--every', '1d', '--start', '2027-02-30T00:00:00Z']],
  ['a Hard Sync every 15 minutes', ['--every', '15m']],
  ['a Hard Sync every half hour by cron', ['--cron', '*/30 * * * *']],
  ['a cron expression with seconds or a year', ['--cron', '0 30 2 * * *']],
  ['a cron expression out of range', ['--cron', '0 25 * * *']],
  ['a cron expression of another dialect', ['--cron', '0 0 L * *']],
  ['a day that never comes', ['--cron', '0 0 30 2 *']],
  ['an unknown time zone', ['--every', '1d', '--time-zone', 'Mars/Olympus']],
  ['a time zone for an interval', ['--every', '1h', '--time-zone', 'Europe/Berlin']],
  ['a start without an offset', ['--every', '1h', '--start', '2027-01-01T00:00:00']],
])('job schedule refuses %s', async (_, args) => {
  expect(await atp.failure('job', 'schedule', 'hard-sync', ...args)).toBe('INPUT_INVALID 2');
});

test('a job’s parameters go into its schedule, stay with new times, and are forgotten when asked', async () => {
  expect((await schedule('verify', '--every', '1d', '--sample', '5', '--heal')).parameters).toEqual({
    shopId: 'north',
    sample: 5,
    heal: true,
  });
  expect((await schedule('verify', '--every', '6h')).parameters).toMatchObject({ sample: 5, heal: true });
  expect((await schedule('verify', '--every', '6h', '--sample', '7')).parameters).toMatchObject({
    sample: 7,
    heal: true,
  });
  expect((await schedule('verify', '--every', '6h', '--reset')).parameters).toEqual({ shopId: 'north' });
  expect((await schedule('import', '--every', '15m', '--source', 'RESET_INVENTORY')).parameters).toEqual({
    source: 'RESET_INVENTORY',
  });
});

test('a parameter of another job is refused by the option’s name', async () => {
  const { stderr, exitCode } = await atp.run(
    'job',
    'schedule',
    'hard-sync',
    '--every',
    '1d',
    '--sample',
    '5',
  );

  expect(exitCode).toBe(2);
  expect(stderr).toContain('--sample is not for hard-sync');
});

test('job show has the runs that did not start, each with its reason', async () => {
  const importJob = { type: 'startWorkflow', workflowType: 'importInventory', taskQueue: 'nobody' } as const;
  const handle = temporal.client.schedule.getHandle('import');
  await handle.delete().catch(() => undefined);
  // More often than anybody may schedule it, so that nobody waits for its times.
  await temporal.client.schedule.create({
    scheduleId: 'import',
    spec: { intervals: [{ every: 1_000 }] },
    policies: { overlap: 'SKIP' },
    action: { ...importJob, workflowId: 'importInventory', args: [{}] },
  });
  const show = () => atp.json<JobDetails & Missed>(['job', 'show', 'import']);
  const missed = async () => (await show()).missedRuns;
  const reasons = async () => new Set((await missed()).map(({ reason }) => reason));

  // Nobody works on its first run.
  await until(async () => expect(await reasons()).toContain('OVERLAP'));
  await until(async () => {
    const { lostRunAt, missedRuns } = await show();
    expect(lostRunAt).toBe(missedRuns.findLast(({ reason }) => reason === 'OVERLAP')?.dueAt);
  });
  await atp.json(['job', 'pause', 'import', '--reason', 'stock-taking']);
  await until(async () => expect(await reasons()).toContain('PAUSED'));
  const paused = (await missed()).find(({ reason }) => reason === 'PAUSED');
  expect(paused?.why).toMatch(/^paused by \S+ since \S+: stock-taking$/);
  const overlap = (await missed()).find(({ reason }) => reason === 'OVERLAP');
  expect(overlap?.why).toMatch(/^the run importInventory-\S+, begun \S+, still works$/);
  expect((await atp.run('job', 'show', 'import')).stdout).toMatch(/Did not run.*stock-taking/s);
});

interface Missed {
  readonly missedRuns: readonly MissedRun[];
  readonly lostRunAt: string | null;
}
