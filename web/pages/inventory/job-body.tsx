/** What an open card shows: the schedule as a form, its next runs as the server gives them, and acts. */
import { Button, CopyButton, Divider, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconHistory } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { OperationFacts } from '../../api/operation-types.ts';
import { problemOf } from '../../api/problem.ts';
import { useAct } from '../../api/queries.ts';
import { Act, useOperation } from '../../parts/act.tsx';
import { tellDone } from '../../parts/tell.tsx';
import { commandLine } from '../../parts/command-line.ts';
import { useNow } from '../../parts/instant.tsx';
import { absolute } from '../../parts/readable-instants.ts';
import { Notice } from '../../parts/notice.tsx';
import { ProblemBox } from '../../parts/problem-box.tsx';
import { useMay } from '../../session/session.tsx';
import {
  inputOf,
  isChanged,
  keyOfJob,
  missingIn,
  ownZone,
  targetOf,
  type Draft,
  type JobFacts,
  type JobLine,
} from './draft.ts';
import { Preview } from './preview.tsx';
import { RunTimes } from './run-times.tsx';
import { ScheduleForm } from './schedule-form.tsx';

interface JobBodyProps {
  readonly job: JobFacts;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft | undefined) => void;
}

export function JobBody({ job, draft, onDraft }: JobBodyProps) {
  const now = useNow();
  const schedule = useOperation('job.schedule');
  const may = useMay('operator');
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const save = useAct('job.schedule', {
    // Also when the card was closed meanwhile.
    onSuccess: (saved) => {
      onDraft(undefined);
      setWarnings(saved.warnings);
      const [next] = saved.nextRuns;
      tellDone(
        next === undefined
          ? `${job.title}: saved`
          : `${job.title}: saved. The next run is at ${absolute(next, zoneOf(job))}.`,
      );
    },
  });
  const hasChanged = isChanged(draft, job);
  const missing = missingIn(draft);
  const target = targetOf(job);
  const submit = () => save.mutate({ input: inputOf(draft, job, Date.now()) });
  return (
    <Stack gap="sm" mt="sm">
      <Divider />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Stack gap="sm">
          <ScheduleForm job={job} draft={draft} onChange={onDraft} isReadOnly={!may} />
          {save.isError && <ProblemBox problem={problemOf(save.error)} />}
          {warnings.length > 0 && (
            <Notice tone="attention" title="These times may surprise you">
              {warnings.map((warning) => (
                <Text key={warning} size="sm">
                  {warning}
                </Text>
              ))}
            </Notice>
          )}
          <Group gap="xs">
            <Button
              onClick={submit}
              loading={save.isPending}
              disabled={!may || missing !== null || !(hasChanged || job.scheduleId === null)}
            >
              Save changes
            </Button>
            {hasChanged && (
              <Button variant="default" onClick={() => onDraft(undefined)}>
                Discard
              </Button>
            )}
            {!may ? (
              <Text size="sm" c="dimmed">
                Only operators change it.
              </Text>
            ) : (
              missing !== null && <Text size="sm">{missing}</Text>
            )}
          </Group>
        </Stack>
        <Stack gap="sm">
          <NextRuns job={job} />
          <Preview job={job} draft={draft} />
          <Group gap="xs">
            <Act
              name="job.skip"
              label="Skip once"
              input={target}
              consequence={`Exactly the next run is left out${job.nextRuns[0] === undefined ? '' : `: that of ${absolute(job.nextRuns[0], zoneOf(job))}`}. The one after it comes as usual.`}
              whyNot={
                job.paused
                  ? 'It is disabled: nothing runs anyway'
                  : job.nextRuns.length === 0
                    ? 'No run is to come'
                    : undefined
              }
              done={({ skipped }) => `Left out: the run of ${absolute(skipped, zoneOf(job))}`}
            />
            <PauseOrResume job={job} />
            <Button
              variant="default"
              leftSection={<IconHistory size={14} />}
              renderRoot={(props) => <Link {...props} to={historyPath(job)} />}
            >
              History
            </Button>
            {schedule && <CopyDetails text={detailsOf(job, schedule, inputOf(draft, job, now))} />}
          </Group>
        </Stack>
      </SimpleGrid>
    </Stack>
  );
}

/** The zone that the schedule's times are shown in: an interval has none of its own. */
export function zoneOf({ timing, timeZone }: JobLine): string {
  return timing?.cron || timing?.at ? (timeZone ?? 'UTC') : ownZone();
}

export function historyPath({ jobName, shopId }: Pick<JobLine, 'jobName' | 'shopId'>): string {
  return `/inventory/${shopId ?? 'all'}/${jobName}`;
}

export function NextRuns({ job }: { readonly job: JobLine }) {
  if (job.nextRuns.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {job.paused ? 'No run comes while it is disabled.' : 'The server has no run to come.'}
      </Text>
    );
  }
  return (
    <RunTimes
      title="Next runs"
      about="As the Temporal server gives them."
      times={job.nextRuns}
      timeZone={zoneOf(job)}
    />
  );
}

export function PauseOrResume({ job }: { readonly job: JobLine }) {
  const target = targetOf(job);
  const whyNot = job.scheduleId === null ? 'It has no schedule' : undefined;
  return job.paused ? (
    <Act
      name="job.resume"
      label="Enable"
      input={target}
      ask={['reason']}
      whyNot={whyNot}
      consequence="It runs by its schedule again. Runs that were due while it was disabled are not made up for."
      done={({ nextRuns: [next] }) =>
        next === undefined
          ? `${job.title} is enabled`
          : `${job.title} is enabled; next run at ${absolute(next)}`
      }
    />
  ) : (
    <Act
      name="job.pause"
      label="Disable"
      input={target}
      ask={['reason']}
      whyNot={whyNot}
      consequence={
        job.jobName === 'process-uploads'
          ? 'No run by schedule, and the lane is paused, too: nothing is sent to Shopify until it is enabled.'
          : 'No run by schedule until it is enabled. A run that is under way goes on. Run now still works.'
      }
      done={() => `${job.title} is disabled`}
    />
  );
}

function CopyDetails({ text }: { readonly text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        >
          {copied ? 'Copied' : 'Copy details'}
        </Button>
      )}
    </CopyButton>
  );
}

/** For a colleague, or for a script: its last line is the command. */
function detailsOf(job: JobFacts, facts: OperationFacts, input: object): string {
  return [
    `${job.title} (${keyOfJob(job)})`,
    `Schedule: ${job.frequency ?? 'none'}${job.paused ? `, disabled: ${job.note ?? ''}` : ''}`,
    `Parameters: ${JSON.stringify(job.parameters)}`,
    `Next runs: ${job.nextRuns.join(', ') || 'none'}`,
    `Last run: ${job.lastRunAt ?? 'none'}`,
    `Workflow: ${job.workflowId}`,
    commandLine(facts, input),
  ].join('\n');
}
