/** A day of the pipeline: which day, and what the server knows of its runs. */
import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useLook } from '../../api/queries.ts';
import { useNow } from '../../parts/instant.tsx';
import { Loaded } from '../../parts/page.tsx';
import { type Run } from '../../parts/run-state.tsx';
import { counted } from '../../../src/domain/words.ts';
import { inputOf, isFound } from './run-filters.ts';
import { beginOf, TimeLine } from './time-line.tsx';

const DAY_MS = 24 * 60 * 60_000;
const RUNS_MAX = 500;

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
  const look = useLook('pipeline.show', {
    ...inputOf(wanted),
    ...period,
    all: true,
    withExpected: true,
    limit: RUNS_MAX,
  });
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
        {({ jobs, more, missed = [], unasked = 0 }) => (
          <>
            <TimeLine
              runs={jobs.filter((run) => isFound(run, filters) && isWithin(run, begins, ends))}
              // What did not start has no text to search and nobody who started it.
              missed={filters.q ? [] : missed}
              {...{ begins, ends, now }}
            />
            {unasked > 0 && (
              <Text size="sm" c="dimmed">
                {counted(unasked, 'schedule')} more {unasked === 1 ? 'was' : 'were'} not asked for runs that
                did not start: filter by job or shop.
              </Text>
            )}
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

function isWithin(run: Run, begins: number, ends: number): boolean {
  const at = beginOf(run);
  return at >= begins && at < ends;
}
