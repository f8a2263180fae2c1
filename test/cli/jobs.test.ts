import { TASK_QUEUE } from '../../src/domain/workflow-names.ts';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { createFacilityGroup } from '../../src/postgres/master-data/facility-groups.ts';
import { addShop } from '../../src/postgres/master-data/shops.ts';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { startOptionsOf, runJob } from '../../src/temporal/run-job.ts';
import type { ScheduledJob } from '../../src/temporal/scheduled-jobs.ts';
import { ensureSchedules } from '../../src/temporal/schedules.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { atpWith, type Atp } from './atp.ts';

let temporal: TemporalClient;
let database: Database;
let atp: Atp;
let environment: Readonly<Record<string, string>>;

const SHOP = {
  locationId: 'gid://shopify/Location/1',
  facilityGroupId: 'FAC_GRP',
  accessTokenRef: 'env:NO_TOKEN',
  adminUrl: null,
  apiVersion: '2026-10',
} as const;

beforeAll(async () => {
  const { address, namespace } = await freshNamespace();
  const fresh = await freshDatabase();
  database = fresh.database;
  temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  cleanUp(() => temporal.close());
  environment = { DATABASE_URL: fresh.url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  atp = await atpWith(environment);
  await createFacilityGroup(database, { facilityGroupId: 'WHOLESALE' });
  for (const shopId of ['north', 'south']) {
    await addShop(database, { ...SHOP, shopId, domain: `${shopId}.myshopify.com` });
  }
});

async function scheduleIds(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { scheduleId } of temporal.client.schedule.list()) ids.push(scheduleId);
  return ids.toSorted();
}

const OF_NORTH = [
  'clean-up',
  'hard-sync/north',
  'import',
  'map-shop/north',
  'process-uploads/north',
  'recent-changes/north',
  'verify/north',
];

test('schedules that two processes make at once are made only once', async () => {
  const [first, second] = await Promise.all([
    ensureSchedules(temporal, 'north'),
    ensureSchedules(temporal, 'north'),
  ]);
  const third = await ensureSchedules(temporal, 'north');

  expect([...first.created, ...second.created].toSorted()).toEqual(OF_NORTH);
  expect(third).toEqual({ scheduleIds: expect.arrayContaining(OF_NORTH) as string[], created: [] });
  await expect.poll(scheduleIds).toEqual(OF_NORTH);
});

test('ensuring schedules keeps an operator’s pause, note and times, and brings what they start to this release', async () => {
  await ensureSchedules(temporal, 'north');
  const handle = temporal.client.schedule.getHandle('recent-changes/north');
  await handle.update(({ state, action, typedSearchAttributes }) => ({
    spec: { intervals: [{ every: '1 hour' }] },
    action: { ...action, taskQueue: 'of-an-older-release' },
    state,
    typedSearchAttributes,
  }));
  // The server takes both a moment later, and one that has not begun with the update would pause first, and forget it by the update.
  await expect.poll(async () => (await handle.describe()).action.taskQueue).toBe('of-an-older-release');
  await handle.pause('stock-taking until Monday');
  await expect.poll(async () => (await handle.describe()).state.paused).toBe(true);

  await ensureSchedules(temporal, 'north');

  expect(await handle.describe()).toMatchObject({
    state: { paused: true, note: 'stock-taking until Monday' },
    spec: { intervals: [{ every: 3_600_000 }] },
    action: { taskQueue: TASK_QUEUE, workflowType: 'uploadRecentChanges', args: [{ shopId: 'north' }] },
    policies: { overlap: 'SKIP', catchupWindow: 15 * 60_000 },
  });
  const { stdout } = await atp.run('job', 'list');
  expect(stdout).toContain('paused: stock-taking until Monday');
  await handle.unpause('');
});

test('job list gives every job of every shop with the next runs that the server expects', async () => {
  await ensureSchedules(temporal, 'north');

  const jobs = await atp.json<ScheduledJob[]>(['job', 'list']);

  expect(jobs.map(({ jobName, shopId }) => `${jobName} ${shopId}`)).toEqual([
    'hard-sync north',
    'hard-sync south',
    'recent-changes north',
    'recent-changes south',
    'process-uploads north',
    'process-uploads south',
    'import null',
    'map-shop north',
    'map-shop south',
    'verify north',
    'verify south',
    'clean-up null',
  ]);
  const hardSync = jobs.find(({ scheduleId }) => scheduleId === 'hard-sync/north');
  expect(hardSync).toMatchObject({
    title: 'Hard Sync',
    // Each shop has a minute of its own.
    frequency: 'every day at 03:14 (UTC)',
    paused: false,
  });
  expect(hardSync?.nextRuns).toHaveLength(5);
  for (const time of hardSync?.nextRuns ?? []) expect(time).toMatch(/T03:14:00\.000Z$/);
  expect(jobs.find(({ jobName, shopId }) => jobName === 'verify' && shopId === 'south')).toMatchObject({
    scheduleId: null,
    frequency: null,
    nextRuns: [],
  });
});

test('job list shows a pause, its end and new times at once, also while Temporal’s own list does not have them', async () => {
  await ensureSchedules(temporal, 'south');
  const ofSouth = async () =>
    (await atp.json<ScheduledJob[]>(['job', 'list', '--shop', 'south'])).find(
      ({ jobName }) => jobName === 'verify',
    );
  await expect.poll(async () => (await ofSouth())?.scheduleId).toBe('verify/south');
  for (const reason of ['a', 'b', 'c']) {
    await atp.json(['job', 'pause', 'verify', '--shop', 'south', '--reason', reason]);
    expect(await ofSouth()).toMatchObject({ paused: true, note: reason, nextRuns: [] });
    await atp.json(['job', 'resume', 'verify', '--shop', 'south', '--reason', `not ${reason}`]);
    expect(await ofSouth()).toMatchObject({ paused: false, note: `not ${reason}` });
  }
  await atp.json(['job', 'schedule', 'verify', '--shop', 'south', '--every', '6h']);
  expect(await ofSouth()).toMatchObject({ frequency: 'every 6 hours from 05:00 (UTC)' });
  await temporal.client.schedule.getHandle('verify/south').delete();
});

test('job list has pages, which together are the whole list', async () => {
  const page = (...args: string[]) => atp.json<ScheduledJob[]>(['job', 'list', '--limit', '5', ...args]);
  const keyOf = ({ jobName, shopId }: ScheduledJob) => (shopId === null ? jobName : `${jobName}/${shopId}`);
  const all = (await atp.json<ScheduledJob[]>(['job', 'list'])).map(keyOf);
  const first = (await page()).map(keyOf);
  const second = (await page('--after', first.at(-1) ?? '')).map(keyOf);
  const third = (await page('--after', second.at(-1) ?? '')).map(keyOf);

  expect([first.length, second.length, third.length]).toEqual([5, 5, 2]);
  expect([...first, ...second, ...third]).toEqual(all);
  expect((await atp.run('job', 'list', '--limit', '5')).stdout).toContain('5 of 12 jobs.');
  expect(await atp.failure('job', 'list', '--after', 'no-job')).toBe('INPUT_INVALID 2');
});

test('job list of one shop has its jobs, and those that work for all shops', async () => {
  const jobs = await atp.json<ScheduledJob[]>(['job', 'list', '--shop', 'south']);

  expect(new Set(jobs.map(({ shopId }) => shopId))).toEqual(new Set(['south', null]));
  expect(jobs).toHaveLength(7);
  expect(await atp.failure('job', 'list', '--shop', 'nowhere')).toBe('SHOP_UNKNOWN 2');
});

test.each([
  ['every hour', 'hard-sync --every 1h'],
  ['every hour from a start', 'hard-sync --every 1h --start 2027-01-04T05:06:07Z'],
  ['four times a day', 'hard-sync --every 6h --time-zone Asia/Kolkata'],
  ['each night', 'hard-sync --every 1d --start 03:00 --time-zone America/New_York'],
  ['on workdays', "process-uploads --cron '*/20 8-9 * * 1-5' --time-zone Europe/Berlin"],
  ['without an hour', "hard-sync --cron '30 2 * * *' --time-zone Europe/Berlin --start 2027-03-26T00:00:00Z"],
  [
    'with one twice, at the second',
    "hard-sync --cron '30 2 * * *' --time-zone Europe/Berlin --start 2027-10-29T00:00:00Z",
  ],
  [
    'with one twice, at both',
    "hard-sync --cron '30 1 * * *' --time-zone America/New_York --start 2027-11-05T00:00:00Z",
  ],
])('a preview tells the runs that the server will start: %s', async (_name, line) => {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  const { nextRuns } = await atp.json<{ nextRuns: string[] }>(['job', 'preview', ...words]);
  const saved = await atp.json<ScheduledJob>(['job', 'schedule', ...words, '--shop', 'north']);

  expect(nextRuns).toHaveLength(5);
  expect(nextRuns).toEqual(saved.nextRuns);
});

test('a preview says what may surprise, and refuses what the job’s schedule would', async () => {
  const berlin = ['--time-zone', 'Europe/Berlin'];
  const { stdout } = await atp.run('job', 'preview', 'hard-sync', '--cron', '30 2 * * *', ...berlin);
  expect(stdout).toMatch(/02:30 \+0[12]:00\n.*Note: On \d{4}-03-\d\d the clock/s);
  expect(stdout).toMatch(/Note: On \d{4}-10-\d\d .* shows 02:30 twice: it runs the second time only\./);
  expect(await atp.failure('job', 'preview', 'hard-sync', '--every', '5m')).toBe('INPUT_INVALID 2');
});

test('a run started by hand has the job’s id, input, summary and search attributes', async () => {
  const run = await atp.json<{ workflowId: string; runId: string }>([
    ...['job', 'run', 'hard-sync', '--shop', 'north', '--group', 'FAC_GRP'],
  ]);

  expect(run).toEqual({ workflowId: 'hardSync/north', runId: run.runId, status: 'RUNNING', result: null });
  const described = await temporal.client.workflow.getHandle(run.workflowId, run.runId).describe();
  expect(described).toMatchObject({ type: 'hardSync', taskQueue: TASK_QUEUE });
  expect(await described.staticSummary()).toBe('Hard Sync · north');
  const attributes = described.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
  expect(Object.fromEntries(attributes)).toMatchObject({
    ShopId: 'north',
    JobName: 'hard-sync',
    FacilityGroupId: 'FAC_GRP',
  });
});

test('a job that is running is not started again', async () => {
  const run = ['job', 'run', 'recent-changes', '--shop', 'north'];
  await atp.json(run);

  expect(await atp.failure(...run)).toBe('JOB_RUNNING 1');
});

test('a running Process uploads is signalled instead of started again', async () => {
  const run = ['job', 'run', 'process-uploads', '--shop', 'north'];
  const first = await atp.json<{ runId: string }>(run);

  expect(await atp.json(run)).toMatchObject({ runId: first.runId });

  const { events } = await temporal.client.workflow.getHandle('processUploads/north').fetchHistory();
  const signals = (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes);
  expect(signals.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName)).toEqual([
    'fileReady',
    'fileReady',
  ]);
});

test('atp lane says of a blocked lane what a person can type, and ends with exit code 4', async () => {
  await database.query(
    `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
       snapshot, effective_at, sha256, reason_code, reason)
     VALUES ('south', 1, 'hard-sync', 'BLOCKED', 'a run', 'FAC_GRP', 'gid://shopify/Location/1',
       pg_current_snapshot(), now(), 'a hash', 'FILE_MISSING', 'It is not on SFTP.')`,
  );
  expect(await atp.json(['lane', 'south'], 4)).toMatchObject({
    state: 'blocked',
    reason: 'FILE_MISSING: It is not on SFTP.',
    files: [{ sequence: 1, status: 'BLOCKED' }],
  });
  const { stdout, exitCode } = await atp.run('lane', 'south');
  expect(exitCode).toBe(4);
  for (const decision of ['retry', 'rewrite', 'skip']) {
    expect(stdout).toContain(`\`atp lane south ${decision} 1 --reason <text>\``);
  }
});

test.each([
  ['a decision that there is not', ['forget', '1']],
  ['a plan without a reason', ['approve', '1']],
  ['a code that there is not', ['skip', '1', '--expect', 'TOO_LATE']],
  ['a reason without a decision', ['--reason', 'just so']],
  ['a decision and an audit', ['retry', '1', '--audit']],
])('lane with %s is refused', async (_, args) => {
  expect(await atp.failure('lane', 'south', ...args)).toBe('INPUT_INVALID 2');
});

test('a decision is not sent when no worker is there to carry it out', async () => {
  // Without a number it is the file that blocks the lane.
  expect(await atp.failure('lane', 'south', 'retry')).toBe('WORKER_NOT_POLLING 1');
  expect(await atp.failure('lane', 'north', 'retry')).toBe('LANE_NOT_BLOCKED 2');
  expect(await atp.failure('lane', 'east', 'retry', '1')).toBe('SHOP_UNKNOWN 2');
  expect(await atp.json(['lane', 'south'], 4)).toMatchObject({ state: 'blocked', decisions: [] });
});

test('a command that waits for a job gives up when no worker is there', async () => {
  expect(await atp.failure('verify', 'north')).toBe('WORKER_NOT_POLLING 1');
}, 60_000);

test.each([
  ['an unknown job', ['reindex'], 'JOB_UNKNOWN 2'],
  ['an unknown shop', ['hard-sync', '--shop', 'east'], 'SHOP_UNKNOWN 2'],
  ['no shop where there are two', ['hard-sync'], 'INPUT_INVALID 2'],
  ['an unknown group', ['hard-sync', '--shop', 'north', '--group', 'NOWHERE'], 'FACILITY_GROUP_UNKNOWN 2'],
  [
    'another group than the shop’s',
    ['hard-sync', '--shop', 'north', '--group', 'WHOLESALE'],
    'SHOP_GROUP_MISMATCH 2',
  ],
  ['a group for a job that has none', ['verify', '--shop', 'north', '--group', 'FAC_GRP'], 'INPUT_INVALID 2'],
  ['a shop for the import', ['import', '--shop', 'north'], 'INPUT_INVALID 2'],
])('job run with %s is refused', async (_, args, failure) => {
  expect(await atp.failure('job', 'run', ...args)).toBe(failure);
});

test('a namespace that does not exist is reported with a code, and not as a fault of atp-sync', async () => {
  const other = await atpWith({ ...environment, TEMPORAL_NAMESPACE: 'nowhere' });

  expect(await other.failure('job', 'list')).toBe('TEMPORAL_UNREACHABLE 1');
});

test('a workflow that ends without a result is reported with its reason', async () => {
  // The expectation comes first: a rejection without a handler would end the test run.
  const ending = expect(
    runJob(temporal, { job: 'hard-sync', shopId: 'south' }, { wait: true }),
  ).rejects.toMatchObject({
    code: 'JOB_FAILED',
    message: expect.stringContaining('by the test') as string,
  });
  const handle = temporal.client.workflow.getHandle(
    startOptionsOf({ job: 'hard-sync', shopId: 'south' }).workflowId,
  );
  await expect
    .poll(() =>
      handle.terminate('by the test').then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);

  await ending;
});

test('a run that is waited for no longer goes on; one that waits behind it is refused', async () => {
  const order = { job: 'map-shop', shopId: 'south' } as const;
  const run = await runJob(temporal, order, { wait: true, waitMaxMs: 0 });
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.runId);
  onTestFinished(async () => void (await handle.terminate('by the test')));

  expect(run).toMatchObject({ status: 'RUNNING', result: null });
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await expect(runJob(temporal, order, { wait: true, waitMaxMs: 0 })).rejects.toMatchObject({
    code: 'JOB_RUNNING',
  });
});

test.each([
  [['verify', '--shop', 'south', '--sample', '5', '--heal'], { shopId: 'south', sample: 5, heal: true }],
  [['import', '--source', 'RESET_INVENTORY'], { source: 'RESET_INVENTORY' }],
])('job run %j starts the workflow with these parameters', async (args, input) => {
  const { workflowId, runId } = await atp.json<{ workflowId: string; runId: string }>([
    'job',
    'run',
    ...args,
  ]);
  const handle = temporal.client.workflow.getHandle(workflowId, runId);
  cleanUp(async () => {
    await handle.terminate('the test is over');
  });

  const { events } = await handle.fetchHistory();

  const payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  expect(payloads.map(({ data }) => JSON.parse(Buffer.from(data ?? []).toString()) as unknown)).toEqual([
    input,
  ]);
});
