/** How a run of a job stands: the same words wherever runs are shown. */
import { Anchor, Group, Progress, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ResultOf } from '../api/operation-types.ts';
import { OUTCOMES_IN_WORDS, type Outcome } from '../../src/domain/jobs/outcome.ts';
import { durationOf, Instant, useNow } from './instant.tsx';
import { StateBadge, type Tone } from './state-badge.tsx';
import { formatUnits } from './units.tsx';

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
export function RunState({ run }: { readonly run: Pick<Run, 'status' | 'outcome' | 'retrying'> }) {
  const { status, outcome, retrying } = run;
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

/** From the start until the end, or until now. */
export function RunDuration({ run }: { readonly run: Pick<Run, 'startedAt' | 'closedAt'> }): ReactNode {
  const now = useNow();
  if (run.startedAt === null) return '–';
  const end = run.closedAt === null ? now : Date.parse(run.closedAt);
  return durationOf(Math.max(0, end - Date.parse(run.startedAt)));
}

/** Rows done of rows, and the time that is left. */
export function RowsProgress({ progress }: { readonly progress: NonNullable<Run['progress']> }) {
  const { rows, done, rate } = progress;
  const left = rate === null || rate === 0 ? null : ((rows - done) / rate) * 1000;
  const text = `${formatUnits(done)} of ${formatUnits(rows)} rows${left === null ? '' : `, ${durationOf(left)} left`}`;
  return (
    <Stack gap={2} miw={160}>
      <Progress value={rows === 0 ? 100 : (done / rows) * 100} size="sm" aria-label={text} />
      <Text size="xs" c="dimmed">
        {text}
      </Text>
    </Stack>
  );
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
      {run.progress && <RowsProgress progress={run.progress} />}
    </Stack>
  );
}

/** Leads to the page of a run. */
export function RunLink({
  run,
  children,
}: {
  readonly run: Parameters<typeof runPath>[0];
  readonly children: ReactNode;
}) {
  return (
    <Anchor inherit renderRoot={(props) => <Link {...props} to={runPath(run)} />}>
      {children}
    </Anchor>
  );
}

/** Where the page of a run is. */
export function runPath({
  workflowId,
  runId,
}: {
  readonly workflowId: string;
  readonly runId: string | null;
}): string {
  return `/runs/${encodeURIComponent(workflowId)}/${runId ?? ''}`;
}
