/** Runs that a schedule did not start, as far back as the server remembers its runs. */
import type { ScheduleDescription } from '@temporalio/client';
import type { JobName } from '../domain/jobs/jobs.ts';
import {
  findMissedRuns,
  type MissedRun,
  type ScheduleAct,
  type WorkedRun,
} from '../domain/jobs/missed-runs.ts';
import {
  MISSED_RUNS_DAYS,
  MISSED_RUNS_LOOKED_AT_MAX,
  MISSED_RUNS_SHOWN,
  SCHEDULE_STARTS_WITHIN_MS,
  TEMPORAL_LIST_TIMEOUT_MS,
} from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { nextRuns, timesOf } from './run-times.ts';
import { describeSchedule, scheduleId } from './schedules.ts';

/**
 * The newest MISSED_RUNS_SHOWN, in order. Of times that were given meanwhile by others than us nobody knows, nor of those
 * before the schedule was changed last.
 *
 * @param recorded what people have done about the schedule, in order
 */
export async function readMissedRuns(
  temporal: TemporalClient,
  { job, shopId }: { readonly job: JobName; readonly shopId: string | null },
  recorded: readonly ScheduleAct[],
): Promise<readonly MissedRun[]> {
  const found = await describeSchedule(temporal, scheduleId(job, shopId));
  const times = found && timesOf(found.spec);
  if (!found || !times) return [];
  // A pause of a schedule that was deleted since is none of this one.
  const acts = recorded.filter(({ kind, at }) => kind === 'schedule' || at >= found.info.createdAt);
  const since = rememberedSince(found, acts);
  const until = Date.now() - SCHEDULE_STARTS_WITHIN_MS;
  // What comes before a later start was due by the times before it.
  const due = nextRuns({ ...times, startAt: null }, since, MISSED_RUNS_LOOKED_AT_MAX).filter(
    (time) => time.getTime() < until,
  );
  const { recentActions, numActionsMissedCatchupWindow } = found.info;
  const started = recentActions.map(({ scheduledAt }) => scheduledAt);
  const missed = findMissedRuns({
    ...{ due, started, acts },
    worked: due.length > started.length ? await listWorked(temporal, found.scheduleId, since) : [],
    notBefore: times.startAt,
    isPaused: found.state.paused,
    note: found.state.note || null,
    wasAway: numActionsMissedCatchupWindow > 0,
  });
  return missed.slice(-MISSED_RUNS_SHOWN);
}

/** Whoever changes a schedule past us may have given it other times; the server says when, and not what. */
const SECONDS_OF_A_CHANGE = 60;

function rememberedSince({ info }: ScheduleDescription, acts: readonly ScheduleAct[]): Date {
  const { createdAt, lastUpdatedAt = createdAt, recentActions } = info;
  const isOurs = acts.some(
    ({ at, kind }) =>
      kind !== 'schedule' && Math.abs(at.getTime() - lastUpdatedAt.getTime()) < SECONDS_OF_A_CHANGE * 1_000,
  );
  const times = [
    createdAt,
    ...(isOurs ? [] : [lastUpdatedAt]),
    ...acts.filter(({ kind }) => kind === 'schedule').map(({ at }) => at),
    // Older runs are not remembered: of them nobody knows which were started.
    ...recentActions.slice(0, 1).map(({ scheduledAt }) => scheduledAt),
    new Date(Date.now() - MISSED_RUNS_DAYS * 24 * 60 * 60_000),
  ];
  return new Date(Math.max(...times.map((time) => time.getTime())));
}

/** Runs that the schedule has started and that worked at some time since then. */
async function listWorked(temporal: TemporalClient, id: string, since: Date): Promise<readonly WorkedRun[]> {
  const query = `TemporalScheduledById = '${id}' AND (ExecutionStatus = 'Running' OR CloseTime >= '${since.toISOString()}')`;
  return askTemporal(
    temporal,
    async () => {
      const worked: WorkedRun[] = [];
      for await (const { workflowId, startTime, closeTime } of temporal.client.workflow.list({ query })) {
        worked.push({ workflowId, from: startTime, to: closeTime ?? null });
        if (worked.length >= MISSED_RUNS_LOOKED_AT_MAX) break;
      }
      return worked;
    },
    TEMPORAL_LIST_TIMEOUT_MS,
  );
}
