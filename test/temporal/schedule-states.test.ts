/** The states of schedules as a real server tells them, in its list and one by one. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { readScheduleStates, type JobSchedule } from '../../src/temporal/schedule-states.ts';
import { pauseJob, resumeJob } from '../../src/temporal/schedule-control.ts';
import { scheduleJob } from '../../src/temporal/schedules.ts';
import { planTiming } from '../../src/temporal/schedule-timing.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { until } from '../setup/until.ts';

const SHOP = 'acme';

async function openTemporal(): Promise<TemporalClient> {
  const { address, namespace } = await freshNamespace();
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  cleanUp(() => temporal.close());
  return temporal;
}

async function lookAt(temporal: TemporalClient): Promise<JobSchedule | undefined> {
  const states = await readScheduleStates(temporal, [SHOP]);
  return states.find(({ job }) => job === 'recent-changes');
}

test('a schedule whose runs come due and are not started is overdue, unless a run of it is under way', async () => {
  const temporal = await openTemporal();
  const order = { job: 'recent-changes', shopId: SHOP } as const;
  await scheduleJob(temporal, order, planTiming('recent-changes', { cron: '*/15 * * * *' }).spec);
  const schedule = temporal.client.schedule.getHandle(`recent-changes/${SHOP}`);
  await schedule.trigger('SKIP');
  // The server's list is some seconds old.
  await until(async () => {
    expect(await lookAt(temporal)).toMatchObject({
      schedule: { state: 'on-time' },
      recentRuns: [expect.any(String) as string],
    });
  });

  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 31 * 60_000);
  onTestFinished(() => void vi.restoreAllMocks());
  expect((await schedule.describe()).info.runningActions).toHaveLength(1);
  expect((await lookAt(temporal))?.schedule.state).toBe('on-time');

  // Nobody works here: the run ends only so.
  const [run] = (await schedule.describe()).info.runningActions;
  await temporal.client.workflow.getHandle(run?.workflow.workflowId ?? '').terminate();
  await until(async () => expect((await lookAt(temporal))?.schedule.state).toBe('overdue'));

  await schedule.pause('stock-take');
  await until(async () =>
    expect((await lookAt(temporal))?.schedule).toMatchObject({ state: 'paused', note: 'stock-take' }),
  );
});

test('a schedule that is resumed is on time, however long it was paused', async () => {
  const temporal = await openTemporal();
  await scheduleJob(
    temporal,
    { job: 'recent-changes', shopId: SHOP },
    { intervals: [{ every: '1 second' }] },
  );
  const schedule = temporal.client.schedule.getHandle(`recent-changes/${SHOP}`);
  // Nobody works here, so the first run goes on until it is terminated.
  const runningActions = async () => (await schedule.describe()).info.runningActions;
  await until(async () => expect(await runningActions()).toHaveLength(1));
  await pauseJob(temporal, 'recent-changes', SHOP, 'stock-take');
  const [run] = await runningActions();
  await temporal.client.workflow.getHandle(run?.workflow.workflowId ?? '').terminate();
  await until(async () => expect(await runningActions()).toEqual([]));
  const lastRunAt = (await schedule.describe()).info.recentActions.at(-1)?.takenAt.getTime() ?? 0;
  await until(() => expect(Date.now()).toBeGreaterThan(lastRunAt + 2_500));

  await resumeJob(temporal, 'recent-changes', SHOP);
  // The server's list of schedules is some seconds old.
  await until(async () => expect((await lookAt(temporal))?.schedule.state).not.toBe('paused'));
  expect((await lookAt(temporal))?.schedule.state).toBe('on-time');
});
