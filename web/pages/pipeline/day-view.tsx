/** A day as a time line: one row a job, its runs where they were, those to come where they are due. */
import { ActionIcon, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useLook } from '../../api/queries.ts';
import { absolute, durationOf, useNow } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { runHref } from '../../parts/run-link.tsx';
import { type Run } from '../../parts/run-state.tsx';
import { JOBS } from '../../../src/domain/jobs/jobs.ts';
import { OUTCOMES_IN_WORDS } from '../../../src/domain/jobs/outcome.ts';
import { inputOf, isFound } from './run-filters.ts';

const DAY_MS = 24 * 60 * 60_000;
const RUNS_MAX = 500;
const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24];
/** Less would not be seen. */
const MARK_WIDTH_MIN = 0.25;

interface DayViewProps {
  readonly filters: Readonly<Partial<Record<'job' | 'shop' | 'by' | 'q' | 'day', string>>>;
  readonly onDay: (day: string | undefined) => void;
}

export function DayView({ filters, onDay }: DayViewProps) {
  const now = useNow();
  const begins = filters.day === undefined ? startOfDay(now) : new Date(`${filters.day}T00:00:00`).getTime();
  // A day has 23 or 25 hours when the clocks are changed.
  const ends = startOfDay(begins + 1.5 * DAY_MS);
  const { q: _q, ...wanted } = filters;
  const period = { since: new Date(begins).toISOString(), before: new Date(ends).toISOString() };
  const look = useLook('pipeline.show', { ...inputOf(wanted), ...period, all: true, limit: RUNS_MAX });
  const step = (days: number) => onDay(dayOf(begins + days * DAY_MS + DAY_MS / 2));
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <ActionIcon variant="default" aria-label="The day before" onClick={() => step(-1)}>
          <IconChevronLeft size={14} />
        </ActionIcon>
        <Text fw={600} size="sm">
          {new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' }).format(begins)}
        </Text>
        <ActionIcon variant="default" aria-label="The day after" onClick={() => step(1)}>
          <IconChevronRight size={14} />
        </ActionIcon>
        <Text size="sm" c="dimmed">
          by the clock of {Intl.DateTimeFormat().resolvedOptions().timeZone}
        </Text>
      </Group>
      <Loaded look={look}>
        {({ jobs, more }) => (
          <>
            <TimeLine
              runs={jobs.filter((run) => isFound(run, filters) && isWithin(run, begins, ends))}
              {...{ begins, ends, now }}
            />
            {more && (
              <Text size="sm" c="dimmed">
                Only the newest {RUNS_MAX} runs of the day are drawn: filter by job or shop.
              </Text>
            )}
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function dayOf(at: number): string {
  const day = new Date(at);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

function beginOf(run: Run): number {
  return Date.parse(run.startedAt ?? run.scheduledAt ?? '');
}

function isWithin(run: Run, begins: number, ends: number): boolean {
  const at = beginOf(run);
  return at >= begins && at < ends;
}

interface TimeLineProps {
  readonly runs: readonly Run[];
  readonly begins: number;
  readonly ends: number;
  readonly now: number;
}

function TimeLine({ runs, begins, ends, now }: TimeLineProps) {
  if (runs.length === 0)
    return <Empty title="No run on this day">Other filters or another day show some.</Empty>;
  const lines = Map.groupBy(runs, ({ jobName, shopId }) => `${JOBS[jobName].title}\n${shopId ?? ''}`);
  const placeOf = (at: number) => ((at - begins) / (ends - begins)) * 100;
  return (
    <section aria-label="Runs of the day">
      <Legend />
      <div className="time-line">
        <div className="time-line-name" />
        <div className="time-line-hours" aria-hidden>
          {HOURS.map((hour) => (
            <span key={hour} style={{ left: `${placeOf(new Date(begins).setHours(hour))}%` }}>
              {String(hour).padStart(2, '0')}
            </span>
          ))}
        </div>
        {[...lines]
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, ofJob]) => (
            <Line key={name} of={ofJob[0]}>
              {now >= begins && now < ends && (
                <i className="time-line-now" style={{ left: `${placeOf(now)}%` }} />
              )}
              {ofJob.map((run) => (
                <Mark
                  key={run.runId ?? run.scheduledAt}
                  run={run}
                  left={placeOf(beginOf(run))}
                  width={Math.max(
                    MARK_WIDTH_MIN,
                    placeOf(Math.min(ends, endOf(run, now))) - placeOf(beginOf(run)),
                  )}
                />
              ))}
            </Line>
          ))}
      </div>
    </section>
  );
}

/** What the colours of the marks say. */
const TONES = {
  good: 'done',
  none: 'nothing to do',
  attention: 'held or needs attention',
  bad: 'blocked or failed',
  running: 'running',
  pending: 'to come',
} as const;

function Legend() {
  return (
    <Group gap="md" mb="xs">
      {Object.entries(TONES).map(([tone, words]) => (
        <Group key={tone} gap={6} wrap="nowrap">
          <span className="time-line-sign" data-state={tone} aria-hidden />
          <Text size="xs" c="dimmed">
            {words}
          </Text>
        </Group>
      ))}
    </Group>
  );
}

interface LineProps {
  /** One of its runs. */
  readonly of: Run | undefined;
  readonly children: React.ReactNode;
}

function Line({ of, children }: LineProps) {
  if (of === undefined) return null;
  return (
    <>
      <div className="time-line-name">
        <Text size="sm">{JOBS[of.jobName].title}</Text>
        {of.shopId !== null && (
          <Text size="xs" c="dimmed">
            {of.shopId}
          </Text>
        )}
      </div>
      <div className="time-line-row">{children}</div>
    </>
  );
}

function endOf(run: Run, now: number): number {
  if (run.closedAt !== null) return Date.parse(run.closedAt);
  return run.startedAt === null ? beginOf(run) : now;
}

function Mark({ run, left, width }: { readonly run: Run; readonly left: number; readonly width: number }) {
  const navigate = useNavigate();
  const state = run.outcome === null ? run.status.toLowerCase() : OUTCOMES_IN_WORDS[run.outcome];
  const took =
    run.startedAt && run.closedAt
      ? `, ${durationOf(Date.parse(run.closedAt) - Date.parse(run.startedAt))}`
      : '';
  const label = `${JOBS[run.jobName].title}: ${state}, ${absolute(beginOf(run))}${took}`;
  return (
    <Tooltip label={label}>
      <button
        type="button"
        className="time-line-mark"
        data-state={toneOf(run)}
        aria-label={label}
        style={{ left: `${left}%`, width: `${width}%` }}
        onClick={() => {
          if (run.runId !== null) void navigate({ to: runHref(run) });
        }}
      />
    </Tooltip>
  );
}

function toneOf({ status, outcome }: Run): keyof typeof TONES {
  if (status === 'PENDING') return 'pending';
  if (status === 'RUNNING') return 'running';
  if (outcome === 'DONE') return 'good';
  if (outcome === 'NOTHING_TO_DO') return 'none';
  return outcome === 'HELD' || outcome === 'NEEDS_ATTENTION' ? 'attention' : 'bad';
}
