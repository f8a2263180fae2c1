/** Whether a schedule does what it is there for. What it has lost is said with its cause, and what mends it. */
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Notice } from '../../parts/notice.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { counted } from '../../../src/domain/words.ts';
import type { JobFacts, JobLine } from './draft.ts';

/** The word on the card. "On time" is not said before the first run, nor while nobody knows what it has lost. */
export function ScheduleBadge({ job }: { readonly job: JobLine & Partial<Pick<JobFacts, 'lostRunAt'>> }) {
  if (job.scheduleId === null) return <StateBadge tone="none">no schedule</StateBadge>;
  if (job.paused)
    return (
      <StateBadge tone="paused" about={job.note ?? undefined}>
        disabled
      </StateBadge>
    );
  if (job.late !== null) return <StateBadge tone="bad">late</StateBadge>;
  if (job.lastRunAt === null) return <StateBadge tone="waiting">never run by its schedule</StateBadge>;
  if (job.lostRunAt === undefined) return <StateBadge tone="none">scheduled</StateBadge>;
  if (job.lostRunAt !== null) return <StateBadge tone="attention">on time, has lost runs</StateBadge>;
  return <StateBadge tone="good">on time</StateBadge>;
}

interface Fault {
  readonly what: string;
  readonly fix: ReactNode;
  readonly isBad: boolean;
}

/** The server counts since the schedule was made. What was lost long ago is said by the numbers of the job's page alone. */
function faultsOf(job: JobFacts): readonly Fault[] {
  const never = { droppedByOverlap: 0, droppedByOutage: 0 };
  const { droppedByOverlap, droppedByOutage } = job.lostRunAt === null ? never : job.counts;
  return [
    ...(job.late === null
      ? []
      : [
          {
            what: `Runs came due and were not started: ${job.late}.`,
            fix: 'Look whether a worker polls (Settings, the check of the installation), and whether the run before still works. A run that nobody works on is ended by Cancel on its page.',
            isBad: true,
          },
        ]),
    ...(droppedByOverlap === 0
      ? []
      : [
          {
            what: `${counted(droppedByOverlap, 'run')} left out, because the run before still worked: it takes longer than the time between two runs.`,
            fix: 'Choose a slower frequency, or look at what the long run does. Nothing is lost: the next run takes its work.',
            isBad: false,
          },
        ]),
    ...(droppedByOutage === 0
      ? []
      : [
          {
            what: `${counted(droppedByOutage, 'run')} left out, because Temporal was away for longer than a run may start late.`,
            fix: 'Run it now if what it does cannot wait for the next time.',
            isBad: false,
          },
        ]),
  ];
}

export function ScheduleHealth({ job }: { readonly job: JobFacts }) {
  const faults = faultsOf(job);
  if (faults.length === 0) return null;
  return (
    <Notice
      tone={faults.some(({ isBad }) => isBad) ? 'bad' : 'attention'}
      title="This schedule has lost runs"
    >
      {faults.map(({ what, fix }) => (
        <div key={what}>
          <Text size="sm">{what}</Text>
          <Text size="sm" c="dimmed">
            {fix}
          </Text>
        </div>
      ))}
    </Notice>
  );
}
