/**
 * What the watch reads of Temporal, in the time of the day. Schedules are real ones, with the times that they are
 * recommended, but the day starts their runs: the server's clock is not the day's. So the times at which runs were started,
 * and those at which a step has last moved, are told as old as they are by the day, and the next runs of a schedule
 * follow the last one.
 */
import type { ScheduleDescription, ScheduleSummary, WorkflowExecutionDescription } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import type { TemporalClient } from '../../src/temporal/connection.ts';
import type { DayClock } from './day-clock.ts';

type Listed = Pick<ScheduleSummary, 'info' | 'spec'>;
type Client = TemporalClient['client'];

/** @param lives whether a worker is alive: one that is polls by the real clock */
export function readByDay(
  temporal: TemporalClient,
  clock: DayClock,
  lives: (identity: string) => boolean,
): TemporalClient {
  const { client } = temporal;
  return {
    ...temporal,
    client: replace(client, {
      schedule: replace(client.schedule, {
        list: async function* () {
          for await (const listed of client.schedule.list())
            yield { ...listed, ...scheduleByDay(listed, clock) };
        },
        getHandle: (id) => {
          const handle = client.schedule.getHandle(id);
          return replace(handle, { describe: async () => describedByDay(await handle.describe(), clock) });
        },
      }),
      workflow: replace(client.workflow, {
        getHandle: ((...args: Parameters<Client['workflow']['getHandle']>) => {
          const handle = client.workflow.getHandle(...args);
          return replace(handle, { describe: async () => runByDay(await handle.describe(), clock) });
        }) as Client['workflow']['getHandle'],
      }),
      workflowService: replace(client.workflowService, {
        describeTaskQueue: (async (
          request: Parameters<Client['workflowService']['describeTaskQueue']>[0],
        ) => {
          const state = await client.workflowService.describeTaskQueue(request);
          for (const poller of state.pollers) {
            if (!lives(poller.identity ?? '')) ageTime(poller.lastAccessTime, clock);
          }
          return state;
        }) as Client['workflowService']['describeTaskQueue'],
      }),
    }),
  };
}

/** The same object, with some of its members replaced. */
function replace<Whole extends object>(whole: Whole, members: Partial<Whole>): Whole {
  return new Proxy(whole, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return members[name as keyof Whole];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function scheduleByDay({ info, spec }: Listed, clock: DayClock): Listed {
  const recentActions = info.recentActions.map((action) => ({
    ...action,
    scheduledAt: clock.seen(action.scheduledAt),
    takenAt: clock.seen(action.takenAt),
  }));
  const everyMs = Number(spec?.intervals?.[0]?.every ?? 0);
  const last = recentActions.at(-1)?.takenAt.getTime() ?? Date.now();
  const missed = Math.max(0, Math.floor((Date.now() - last) / everyMs));
  const { startAt: _notBefore, ...times } = spec ?? {};
  return {
    info: { ...info, recentActions, nextActionTimes: [new Date(last + (missed + 1) * everyMs)] },
    ...(spec && { spec: times }),
  };
}

function describedByDay(found: ScheduleDescription, clock: DayClock): ScheduleDescription {
  const { info } = scheduleByDay(found, clock);
  const { startAt: _notBefore, ...spec } = found.spec;
  const { createdAt, lastUpdatedAt = createdAt } = found.info;
  const changed = { createdAt: clock.seen(createdAt), lastUpdatedAt: clock.seen(lastUpdatedAt) };
  return replace(found, { spec, info: { ...found.info, ...info, ...changed } });
}

function runByDay(run: WorkflowExecutionDescription, clock: DayClock): WorkflowExecutionDescription {
  for (const step of run.raw.pendingActivities ?? []) {
    ageTime(step.scheduledTime, clock);
    ageTime(step.lastStartedTime, clock);
    ageTime(step.lastHeartbeatTime, clock);
  }
  return replace(run, { startTime: clock.seen(run.startTime) });
}

/** Changes a time of Temporal's protocol where it is. */
function ageTime(time: Parameters<typeof tsToMs>[0], clock: DayClock): void {
  if (time) Object.assign(time, msToTs(clock.seen(new Date(tsToMs(time))).getTime()));
}
