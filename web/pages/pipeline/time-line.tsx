/**
 * A day as a time line: one row a job, its runs where they were, those to come where they are due and as long as they take as
 * a rule, those that did not start as gaps. Runs that overlap stand below each other.
 */
import { Group, Text, Tooltip } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ResultOf } from '../../api/operation-types.ts';
import { durationOf } from '../../parts/instant.tsx';
import { absolute } from '../../parts/readable-instants.ts';
import { MISSED_REASONS } from '../../parts/missed-reasons.ts';
import { Empty } from '../../parts/page.tsx';
import { runHref } from '../../parts/run-link.tsx';
import { JOBS } from '../../../src/domain/jobs/jobs.ts';
import { OUTCOMES_IN_WORDS } from '../../../src/domain/jobs/outcome.ts';
import { stackOverlaps, type Placed, type Span } from '../../../src/domain/jobs/overlaps.ts';
import { counted } from '../../../src/domain/words.ts';

type Run = ResultOf<'pipeline.show'>['jobs'][number];
type Missed = NonNullable<ResultOf<'pipeline.show'>['missed']>[number];

const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24];
/** Per cent of the day. Less would not be seen. */
const MARK_WIDTH_MIN = 0.25;
const ROW_HEIGHT_REM = 1.75;

interface TimeLineProps {
  readonly runs: readonly Run[];
  readonly missed: readonly Missed[];
  readonly begins: number;
  readonly ends: number;
  readonly now: number;
}

export function beginOf(run: Pick<Run, 'startedAt' | 'scheduledAt'>): number {
  return Date.parse(run.startedAt ?? run.scheduledAt ?? '');
}

export function TimeLine({ runs, missed, begins, ends, now }: TimeLineProps) {
  if (runs.length + missed.length === 0)
    return <Empty title="No run on this day">Other filters or another day show some.</Empty>;
  const nameOf = ({ jobName, shopId }: Run | Missed) => `${JOBS[jobName].title}\n${shopId ?? ''}`;
  const runsOf = Map.groupBy(runs, nameOf);
  const missedOf = Map.groupBy(missed, nameOf);
  const names = [...new Set([...runsOf.keys(), ...missedOf.keys()])].toSorted();
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
        {names.map((name) => {
          const placed = stackOverlaps((runsOf.get(name) ?? []).map((run) => ({ run, ...spanOf(run, now) })));
          return (
            <Line key={name} name={name} rows={Math.max(1, ...placed.map(({ row }) => row + 1))}>
              {now >= begins && now < ends && (
                <i className="time-line-now" style={{ left: `${placeOf(now)}%` }} />
              )}
              {(missedOf.get(name) ?? []).map((gap) => (
                <Gap key={gap.dueAt} missed={gap} left={placeOf(Date.parse(gap.dueAt))} />
              ))}
              {placed.map((each) => {
                const { run, from, to } = each.item;
                const left = placeOf(from);
                const width = Math.max(MARK_WIDTH_MIN, placeOf(Math.min(ends, to)) - left);
                return <Mark key={run.runId ?? run.scheduledAt} placed={each} {...{ left, width }} />;
              })}
            </Line>
          );
        })}
      </div>
    </section>
  );
}

/** What the colours and shapes of the marks say. */
const TONES = {
  good: 'done',
  none: 'nothing to do',
  attention: 'held or needs attention',
  bad: 'blocked or failed',
  running: 'running',
  pending: 'to come, as long as it takes as a rule',
  missed: 'was due and did not start',
} as const;

function Legend() {
  return (
    <Group gap="4px 16px" mb="xs">
      {Object.entries(TONES).map(([tone, words]) => (
        <Group key={tone} gap={6} wrap="nowrap">
          <span className="time-line-sign" data-state={tone} aria-hidden />
          <Text size="xs" c="dimmed">
            {words}
          </Text>
        </Group>
      ))}
      <Text size="xs" c="dimmed">
        Runs of one job that overlap stand below each other.
      </Text>
    </Group>
  );
}

interface LineProps {
  /** The job, and its shop in a second line. */
  readonly name: string;
  /** As many as runs overlap. */
  readonly rows: number;
  readonly children: React.ReactNode;
}

function Line({ name, rows, children }: LineProps) {
  const [title, shopId] = name.split('\n');
  return (
    <>
      <div className="time-line-name">
        <Text size="sm">{title}</Text>
        {shopId && (
          <Text size="xs" c="dimmed">
            {shopId}
          </Text>
        )}
      </div>
      <div className="time-line-row" style={{ height: `${rows * ROW_HEIGHT_REM}rem` }}>
        {children}
      </div>
    </>
  );
}

function spanOf(run: Run, now: number): Span {
  const from = beginOf(run);
  if (run.closedAt !== null) return { from, to: Date.parse(run.closedAt) };
  return { from, to: run.startedAt === null ? from + (run.expectedMs ?? 0) : Math.max(from, now) };
}

interface MarkProps {
  readonly placed: Placed<Span & { readonly run: Run }>;
  readonly left: number;
  readonly width: number;
}

function Mark({ placed: { item, row, overlaps }, left, width }: MarkProps) {
  const { run } = item;
  const navigate = useNavigate();
  const state = run.outcome === null ? run.status.toLowerCase() : OUTCOMES_IN_WORDS[run.outcome];
  const [other] = overlaps;
  const label = [
    `${JOBS[run.jobName].title}: ${state}, ${absolute(item.from)}`,
    lengthOf(run),
    other &&
      (overlaps.length === 1
        ? `overlaps the run of ${absolute(other.from)}`
        : `overlaps ${counted(overlaps.length, 'run')}`),
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <Tooltip label={label} multiline maw={320}>
      <button
        type="button"
        className="time-line-mark"
        data-state={toneOf(run)}
        aria-label={label}
        style={{ left: `${left}%`, width: `${width}%`, top: `${row * ROW_HEIGHT_REM + 0.2}rem` }}
        onClick={() => {
          if (run.runId !== null) void navigate({ to: runHref(run) });
        }}
      />
    </Tooltip>
  );
}

function lengthOf({ startedAt, closedAt, expectedMs }: Run): string {
  if (startedAt !== null)
    return closedAt === null ? '' : durationOf(Date.parse(closedAt) - Date.parse(startedAt));
  return expectedMs === null || expectedMs === undefined
    ? 'none has completed yet, so nobody knows how long it takes'
    : `takes ${durationOf(expectedMs)} as a rule`;
}

/** A run that was due by schedule and did not start: it leads to the job, which tells of it. */
function Gap({ missed, left }: { readonly missed: Missed; readonly left: number }) {
  const navigate = useNavigate();
  const { jobName, shopId, dueAt, reason, why } = missed;
  const label = `${JOBS[jobName].title}: did not start, due ${absolute(Date.parse(dueAt))}, ${MISSED_REASONS[reason][1]}: ${why}`;
  return (
    <Tooltip label={label} multiline maw={320}>
      <button
        type="button"
        className="time-line-mark"
        data-state="missed"
        aria-label={label}
        style={{ left: `${left}%` }}
        onClick={() =>
          void navigate({
            to: '/inventory/$shopId/$job',
            params: { shopId: shopId ?? 'all', job: jobName },
            search: { missed: 'yes' },
          })
        }
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
