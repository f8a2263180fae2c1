/** A schedule that two change at the same moment: neither change is lost in silence. */
import { expect, test } from 'vitest';
import { connectTemporal, type TemporalClient } from '../../src/temporal/connection.ts';
import { pauseJob, resumeJob } from '../../src/temporal/schedule-control.ts';
import { scheduleJob } from '../../src/temporal/schedules.ts';
import { planTiming } from '../../src/temporal/schedule-timing.ts';
import { updateSchedule } from '../../src/temporal/update-schedule.ts';
import { cleanUp } from '../setup/clean-up.ts';
import { freshNamespace } from '../setup/fresh-namespace.ts';
import { until } from '../setup/until.ts';

const SHOP = 'acme';
const ID = `recent-changes/${SHOP}`;

async function openTemporal(): Promise<TemporalClient> {
  const { address, namespace } = await freshNamespace();
  const temporal = await connectTemporal({ address, namespace, isConfigured: true, connection: { address } });
  cleanUp(() => temporal.close());
  const order = { job: 'recent-changes', shopId: SHOP } as const;
  await scheduleJob(temporal, order, planTiming('recent-changes', { cron: '*/15 * * * *' }).spec);
  return temporal;
}

const startAt = new Date('2030-01-01T00:00:00Z');

/** As a deploy does, which keeps the pause that it has read; `meanwhile` comes between its look and its update. */
async function update(temporal: TemporalClient, meanwhile: (look: number) => Promise<unknown>) {
  let looks = 0;
  const { schedule } = temporal.client;
  const { workflowService } = temporal.client.connection;
  const { updateSchedule: send } = workflowService;
  workflowService.updateSchedule = async function (this: typeof workflowService, request: object) {
    looks += 1;
    await meanwhile(looks);
    return (send as (request: object) => Promise<object>).call(this, request);
  } as typeof send;
  try {
    await updateSchedule(
      temporal,
      ID,
      ({ spec, ...kept }) => ({ ...kept, spec: { ...spec, startAt } }),
      ({ spec }) => spec.startAt?.getTime() === startAt.getTime(),
    );
  } finally {
    workflowService.updateSchedule = send;
  }
  return { looks, after: await schedule.getHandle(ID).describe() };
}

const isPaused = (temporal: TemporalClient) => async () =>
  expect((await temporal.client.schedule.getHandle(ID).describe()).state.paused).toBe(true);

test('a pause that comes between the look of an update and the update stays', async () => {
  const temporal = await openTemporal();

  const { looks, after } = await update(temporal, async (look) => {
    if (look > 1) return;
    await pauseJob(temporal, 'recent-changes', SHOP, 'stock-take');
    await until(isPaused(temporal));
  });

  expect(looks).toBe(2);
  expect(after).toMatchObject({ state: { paused: true, note: 'stock-take' }, spec: { startAt } });
});

test('control: by the update of the SDK the pause is lost', async () => {
  const temporal = await openTemporal();
  const handle = temporal.client.schedule.getHandle(ID);
  const { raw } = await handle.describe();
  await pauseJob(temporal, 'recent-changes', SHOP, 'stock-take');
  await until(isPaused(temporal));

  const { namespace } = temporal;
  const { schedule } = raw;
  await temporal.client.workflowService.updateSchedule({
    namespace,
    scheduleId: ID,
    schedule: schedule ?? null,
  });

  await until(async () => expect((await handle.describe()).state.paused).toBe(false));
});

test('an update that others cross each time says that it is not in force', async () => {
  const temporal = await openTemporal();
  const crossed = update(temporal, (look) => temporal.client.schedule.getHandle(ID).pause(`pause ${look}`));

  await expect(crossed).rejects.toMatchObject({ code: 'SCHEDULE_UPDATE_LOST' });
  expect((await temporal.client.schedule.getHandle(ID).describe()).state.note).toBe('pause 5');
});

test('a pause right behind a resume stays', async () => {
  const temporal = await openTemporal();
  await pauseJob(temporal, 'recent-changes', SHOP, 'stock-take');
  await until(isPaused(temporal));
  const { workflowService } = temporal.client.connection;
  const { updateSchedule: send } = workflowService;
  workflowService.updateSchedule = async function (this: typeof workflowService, request: object) {
    const answer = await (send as (request: object) => Promise<object>).call(this, request);
    await temporal.client.schedule.getHandle(ID).pause('a second stock-take');
    return answer;
  } as typeof send;

  await resumeJob(temporal, 'recent-changes', SHOP, 'counted');
  workflowService.updateSchedule = send;

  const { state } = await temporal.client.schedule.getHandle(ID).describe();
  expect(state).toMatchObject({ paused: true, note: 'a second stock-take' });
});

test('a resume is in force when it is answered', async () => {
  const temporal = await openTemporal();
  await pauseJob(temporal, 'recent-changes', SHOP, 'stock-take');
  await until(isPaused(temporal));

  await resumeJob(temporal, 'recent-changes', SHOP, 'counted');

  const { state } = await temporal.client.schedule.getHandle(ID).describe();
  expect(state).toMatchObject({ paused: false, note: 'counted' });
});
