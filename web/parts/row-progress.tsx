/** Long work: rows done of rows, and how long what is left will take. */
import { Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { advance, progressInWords, type StepProgress } from '../../src/domain/step-progress.ts';

interface RowProgressProps {
  readonly label: string;
  readonly done: number;
  readonly total: number;
}

export function RowProgress({ label, done, total }: RowProgressProps) {
  const [progress, setProgress] = useState<StepProgress>();
  if (progress?.done !== done || progress.total !== total) {
    setProgress(advance(progress, { done, total }, new Date()));
  }
  return (
    <Stack gap={4}>
      <Progress
        value={total === 0 ? 0 : (done / total) * 100}
        aria-label={label}
        size="sm"
        transitionDuration={200}
      />
      <Text size="xs" c="dimmed" className="units">
        {progress ? progressInWords(progress, new Date()) : `${done} of ${total} rows`}
      </Text>
    </Stack>
  );
}
