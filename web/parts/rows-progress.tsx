import { Group, Progress, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { durationOf } from './instant.tsx';
import { formatUnits } from './units.tsx';

interface RowsProgressProps {
  /** What the rows are of, for who cannot see the bar. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Rows a second as the server knows it; absent: as it is seen here. */
  readonly rate?: number | null | undefined;
  /** In place of "12 of 345 rows". */
  readonly words?: (done: number, total: number) => string;
}

/** Work under way: rows done of rows, and about how long the rest takes. */
export function RowsProgress({ label, done, total, rate, words = rowsInWords }: RowsProgressProps) {
  const seen = useRate(done);
  const perSecond = rate ?? seen;
  const left =
    perSecond !== null && perSecond > 0 && done < total
      ? `about ${durationOf(((total - done) * 1_000) / perSecond)} left`
      : null;
  return (
    <Stack gap={4}>
      <Progress.Root size="sm">
        <Progress.Section value={total === 0 ? 0 : (100 * done) / total} aria-label={label} />
      </Progress.Root>
      <Group justify="space-between" gap="xs">
        <Text size="sm" className="units">
          {words(done, total)}
        </Text>
        {left && (
          <Text size="sm" c="dimmed">
            {left}
          </Text>
        )}
      </Group>
    </Stack>
  );
}

function rowsInWords(done: number, total: number): string {
  return `${formatUnits(done)} of ${formatUnits(total)} rows`;
}

/** Rows a second since the page looks on: what was done before may have been long ago. */
function useRate(done: number): number | null {
  const first = useRef<{ readonly done: number; readonly atMs: number } | null>(null);
  const [rate, setRate] = useState<number | null>(null);
  useEffect(() => {
    const atMs = performance.now();
    if (first.current === null || done < first.current.done) first.current = { done, atMs };
    else if (done > first.current.done)
      setRate(((done - first.current.done) * 1_000) / (atMs - first.current.atMs));
  }, [done]);
  return rate;
}
