/** How a run of a job stands: the same words wherever runs are shown. */
import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ResultOf } from '../api/operation-types.ts';
import { OUTCOMES_IN_WORDS, type Outcome } from '../../src/domain/jobs/outcome.ts';
import { durationOf, Instant, useNow } from './instant.tsx';
import { withReadableInstants } from './readable-instants.ts';
import { RowsProgress } from './rows-progress.tsx';
import { StateBadge, type Tone } from './state-badge.tsx';

const SHORT_ID = 8;

export type Run = ResultOf<'pipeline.show'>['jobs'][number];

const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  DONE: 'good',
  NOTHING_TO_DO: 'none',
  NEEDS_ATTENTION: 'attention',
  HELD: 'attention',
  BLOCKED: 'bad',
  FAILED: 'bad',
};

const STATUS_WORDS: Readonly<Record<Run['status'], string>> = {
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELED: 'ended by a person',
  TERMINATED: 'ended by force',
  TIMED_OUT: 'ran out of time',
  CONTINUED_AS_NEW: 'goes on as a new run',
};

/** `retrying 3 of 10`; without a bound, `retrying, attempt 3`. */
function retryingInWords({ attempt, attemptsMax }: NonNullable<Run['retrying']>): string {
  return attemptsMax === null ? `retrying, attempt ${attempt}` : `retrying ${attempt} of ${attemptsMax}`;
}

/** Never run, running, retrying with the last error, failed; what has ended says what came of it. */
export function RunState({
  run,
}: {
  readonly run: Pick<Run, 'status' | 'outcome' | 'retrying' | 'settled'>;
}) {
  const { status, outcome, retrying, settled } = run;
  if (retrying) {
    const { code, message } = retrying;
    return (
      <StateBadge tone="attention" about={`${code === null ? '' : `${code}: `}${message}`}>
        {retryingInWords(retrying)}
      </StateBadge>
    );
  }
  if (status === 'RUNNING') return <StateBadge tone="busy">running</StateBadge>;
  if (status === 'PENDING') return <StateBadge tone="waiting">pending</StateBadge>;
  if (outcome === 'HELD' && settled !== null)
    return (
      <StateBadge tone="none" about={settled}>
        was held
      </StateBadge>
    );
  if (outcome !== null)
    return <StateBadge tone={OUTCOME_TONES[outcome]}>{OUTCOMES_IN_WORDS[outcome]}</StateBadge>;
  const tone = status === 'CONTINUED_AS_NEW' ? 'none' : status === 'COMPLETED' ? 'good' : 'bad';
  return <StateBadge tone={tone}>{STATUS_WORDS[status]}</StateBadge>;
}

/** Who started it. */
export function Starter({ run }: { readonly run: Pick<Run, 'scheduledAt' | 'startedBy'> }): ReactNode {
  if (run.scheduledAt !== null) return 'schedule';
  return run.startedBy ?? 'by itself';
}

/** What came of a run, as people read it: instants by their clock, a file by its number, which leads to its name. */
export function summaryInWords({ summary, settled }: Pick<Run, 'summary' | 'settled'>): string {
  const words = withReadableInstants(summary).replace(/\b(file \d+) \(\S+\.csv\)/i, '$1');
  return settled === null ? words : `${settled}. ${words}`;
}

/** What a person calls a run by: the end of its id. The beginnings of ids of one hour are all alike. */
export function shortIdOf(runId: string): string {
  return runId.slice(-SHORT_ID);
}

/** From the start until the end, or until now. */
export function RunDuration({ run }: { readonly run: Pick<Run, 'startedAt' | 'closedAt'> }): ReactNode {
  const now = useNow();
  if (run.startedAt === null) return '–';
  const end = run.closedAt === null ? now : Date.parse(run.closedAt);
  return durationOf(Math.max(0, end - Date.parse(run.startedAt)));
}

/** How far a run is. */
export function RunProgress({
  progress: { rows, done, rate },
}: {
  readonly progress: NonNullable<Run['progress']>;
}) {
  return <RowsProgress label="Rows that are done" done={done} total={rows} rate={rate} />;
}

/** A run that is under way, in a line: its state, how long, how far. */
export function LiveRun({ run }: { readonly run: Run }) {
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <RunState run={run} />
        <Text size="sm">
          for <RunDuration run={run} />, by <Starter run={run} />
        </Text>
        {run.retrying?.nextTryAt && (
          <Text size="sm" c="dimmed">
            next try <Instant at={run.retrying.nextTryAt} />
          </Text>
        )}
      </Group>
      {run.retrying && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {run.retrying.code && <b>{run.retrying.code}: </b>}
          {run.retrying.message}
        </Text>
      )}
      {run.progress && <RunProgress progress={run.progress} />}
    </Stack>
  );
}
