/** Whether the jobs that the shops need run by themselves. */
import { JOBS, type JobName } from '../../domain/jobs/jobs.ts';
import { scheduleInWords } from '../../domain/schedule-state.ts';
import type { Shop } from '../../postgres/master-data/shops.ts';
import type { JobSchedule } from '../../temporal/schedule-states.ts';
import type { ScheduleLook } from '../schedule-look.ts';
import { faultyFor, fine, notKnown, type Finding } from './check.ts';

/**
 * Without one of these, and without Import inventory, changes do not get to Shopify; without map-shop, products that are new
 * there never do. The others are a person's choice: but one that is there must run.
 */
const NEEDED: readonly JobName[] = ['hard-sync', 'recent-changes', 'process-uploads', 'map-shop'];

/** The check of Temporal itself says when it is away. */
export function judgeSchedules(
  { schedules, unknown }: ScheduleLook,
  { shopId, closingSince }: Shop,
): Finding {
  if (unknown !== null) return notKnown(`Nothing is known of them: ${unknown}`);
  if (closingSince !== null) return fine('The shop is emptied to be removed, so none is needed.');
  return judge(
    schedules.filter((each) => each.shopId === shopId),
    NEEDED,
  );
}

/** Import inventory works for all shops, and has one schedule. It is looked at where there is a shop. */
export function judgeImportSchedule({ schedules, unknown }: ScheduleLook): Finding {
  if (unknown !== null) return notKnown(`Nothing is known of it: ${unknown}`);
  return judge(
    schedules.filter(({ shopId }) => shopId === null),
    ['import'],
  );
}

function judge(schedules: readonly JobSchedule[], needed: readonly JobName[]): Finding {
  const wrong = schedules.filter(({ job, schedule }) => {
    if (schedule.state === 'missing') return needed.includes(job);
    // That the lane goes on without its schedule, the check of its pause says.
    if (schedule.state === 'paused') return job !== 'process-uploads';
    return schedule.state !== 'on-time';
  });
  if (wrong.length === 0) {
    const there = schedules.filter(({ schedule }) => schedule.state === 'on-time').map(({ job }) => job);
    return fine(`On time: ${there.join(', ')}.`);
  }
  return faultyFor(
    'SCHEDULE_NOT_RUNNING',
    wrong.map((each) => ({
      part: each.job,
      detail: `The schedule of ${each.job} ${scheduleInWords(each.schedule)}.`,
      hint: whatMends(each),
    })),
  );
}

function whatMends({ job, shopId, schedule }: JobSchedule): string {
  const named = shopId === null ? job : `${job} --shop ${shopId}`;
  switch (schedule.state) {
    case 'missing':
      return `\`atp job schedule ${named} --every ${JOBS[job].schedule.recommended}\` makes it.`;
    case 'paused':
      return `\`atp job resume ${named}\` lets it run again.`;
    default:
      return `\`atp job show ${named}\` shows its runs; \`atp pipeline running\` shows one that has not ended, and keeps others out.`;
  }
}
