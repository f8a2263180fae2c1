/** When a job would run by what is typed and not saved, and what of it may surprise a person. */
import { Alert, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { problemOf } from '../../api/problem.ts';
import { useLook } from '../../api/queries.ts';
import { hasTimeOfDay, ownZone, previewOf, type Draft, type JobFacts } from './draft.ts';
import { RunTimes } from './run-times.tsx';

/** A cron expression is not asked about at each letter. */
const ASK_AFTER_MS = 300;

export function Preview({ job, draft }: { readonly job: JobFacts; readonly draft: Draft }) {
  const [typed] = useDebouncedValue(draft, ASK_AFTER_MS);
  // "In 5 minutes" counts from when it was typed: each look would be another question otherwise.
  const input = useMemo(() => previewOf(typed, job, Date.now()), [typed, job.scheduleId, job.nextRuns[0]]);
  const look = useLook('job.preview', input ?? {}, { isEnabled: input !== null, lookAgainMs: false });
  if (input === null || typed !== draft) return null;
  if (look.isError) {
    return (
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {problemOf(look.error).detail}
      </Text>
    );
  }
  if (!look.data) return null;
  const { nextRuns, warnings } = look.data;
  const zone = typed.every === 'custom' || hasTimeOfDay(typed) ? typed.timeZone : ownZone();
  return (
    <Stack gap="xs" aria-live="polite">
      {nextRuns.length === 0 ? (
        <Text size="sm">By what is typed, it would never run.</Text>
      ) : (
        <RunTimes
          title="Once it is saved"
          about={job.paused ? 'Its runs, when it is enabled again.' : 'Its runs by what is typed.'}
          times={nextRuns}
          timeZone={zone}
        />
      )}
      {warnings.length > 0 && (
        <Alert variant="light" color="yellow" title="These times may surprise you">
          {warnings.map((warning) => (
            <Text key={warning} size="sm">
              {warning}
            </Text>
          ))}
        </Alert>
      )}
    </Stack>
  );
}
