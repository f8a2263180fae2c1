/** When a job would run by what is typed and not saved, and what of it may surprise a person. */
import { Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { problemOf } from '../../api/problem.ts';
import { useLook } from '../../api/queries.ts';
import { Notice } from '../../parts/notice.tsx';
import { hasTimeOfDay, ownZone, previewOf, type Draft, type JobFacts } from './draft.ts';
import { RunTimes } from './run-times.tsx';

/** A cron expression is not asked about at each letter. */
const ASK_AFTER_MS = 300;

export function Preview({ job, draft }: { readonly job: JobFacts; readonly draft: Draft }) {
  // "In 5 minutes" counts from when it was typed: each look would be another question otherwise.
  const [asked, setAsked] = useState<{ readonly draft: Draft; readonly at: number }>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ draft, at: Date.now() }), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  const input = asked?.draft === draft ? previewOf(draft, job, asked.at) : null;
  const look = useLook('job.preview', input ?? {}, { isEnabled: input !== null, lookAgainMs: false });
  if (input === null) return null;
  if (look.isError) {
    return (
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {problemOf(look.error).detail}
      </Text>
    );
  }
  if (!look.data) return null;
  const { nextRuns, warnings } = look.data;
  const zone = draft.every === 'custom' || hasTimeOfDay(draft) ? draft.timeZone : ownZone();
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
        <Notice tone="attention" title="These times may surprise you">
          {warnings.map((warning) => (
            <Text key={warning} size="sm">
              {warning}
            </Text>
          ))}
        </Notice>
      )}
    </Stack>
  );
}
