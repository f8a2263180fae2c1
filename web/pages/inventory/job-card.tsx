/** A job on its card: what it does now, when it runs next, and everything that a person changes about it. */
import {
  ActionIcon,
  Box,
  Button,
  Card,
  Checkbox,
  Collapse,
  Group,
  Stack,
  Text,
  Title,
  Tooltip,
} from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconPin, IconPinnedFilled } from '@tabler/icons-react';
import { useLook } from '../../api/queries.ts';
import { Instant, relativeTo, useNow } from '../../parts/instant.tsx';
import { Loaded } from '../../parts/page.tsx';
import { RunLink } from '../../parts/run-link.tsx';
import { LiveRun, RunState, summaryInWords, type Run } from '../../parts/run-state.tsx';
import { useSeen, WhenSeen } from '../../parts/when-seen.tsx';
import { JOBS } from '../../../src/domain/jobs/jobs.ts';
import { draftOf, isChanged, targetOf, type Draft, type JobLine } from './draft.ts';
import { JobBody } from './job-body.tsx';
import { ScheduleBadge, ScheduleHealth } from './job-health.tsx';
import { RunNow } from './run-now.tsx';

interface JobCardProps {
  readonly job: JobLine;
  readonly live: Run | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly draft: Draft | undefined;
  readonly onDraft: (draft: Draft | undefined) => void;
  readonly isPinned: boolean;
  readonly onPin: () => void;
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
}

export function JobCard(props: JobCardProps) {
  const { job: line, live, isOpen, onToggle, draft, onDraft, isPinned, onPin, isChosen, onChoose } = props;
  const { title, shopId, jobName } = line;
  const { ref, entry } = useSeen<HTMLDivElement>();
  const look = useLook('job.show', targetOf(line), { isEnabled: entry?.isIntersecting === true });
  const found = look.data;
  const job = found ?? line;
  const name = shopId === null ? title : `${title}, ${shopId}`;
  return (
    <Card component="article" aria-label={name} padding="sm" ref={ref}>
      <Group justify="space-between" align="flex-start" gap="sm" wrap="wrap">
        <Group align="flex-start" gap="xs" wrap="nowrap" flex="1 1 320px" miw={0}>
          <Checkbox
            mt={4}
            aria-label={`Choose ${name}`}
            checked={isChosen}
            onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
          />
          <Box miw={0}>
            <Group gap="xs">
              <Title order={2}>{title}</Title>
              {shopId !== null && (
                <Text size="sm" c="dimmed">
                  {shopId}
                </Text>
              )}
              <ScheduleBadge job={job} />
            </Group>
            <Text size="sm" c="dimmed">
              {JOBS[jobName].description}
            </Text>
            <Text size="sm" mt={4}>
              <NextRun job={job} />
              {job.frequency !== null && ` · ${job.frequency}`}
            </Text>
            {job.live && <LiveLine live={job.live} />}
          </Box>
        </Group>
        <Group gap={6} wrap="nowrap">
          <RunNow
            job={line}
            parameters={(draft ?? (found && draftOf(found)))?.parameters ?? {}}
            isDraft={draft !== undefined}
            live={live}
            whyNot={found ? undefined : 'Its parameters are not read yet'}
          />
          <Tooltip label={isPinned ? 'No longer at the top' : 'Keep it at the top'}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Pin ${name}`}
              aria-pressed={isPinned}
              onClick={onPin}
            >
              {isPinned ? <IconPinnedFilled size={16} /> : <IconPin size={16} />}
            </ActionIcon>
          </Tooltip>
          <Button
            variant="subtle"
            color="gray"
            aria-expanded={isOpen}
            onClick={onToggle}
            leftSection={isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
          >
            Schedule
          </Button>
        </Group>
      </Group>
      <Stack gap="xs" mt="xs" pl={{ base: 0, sm: 30 }}>
        <WhenSeen height={22}>
          <LastRun job={job} live={live} />
        </WhenSeen>
        {found && <ScheduleHealth job={found} />}
        {draft !== undefined && !isOpen && (
          <Text size="sm" c="var(--mantine-color-anchor)">
            Changes that are not saved are kept here until you leave the page.
          </Text>
        )}
      </Stack>
      <Collapse expanded={isOpen}>
        {isOpen && (
          <Loaded look={look} lines={8}>
            {(shown) => (
              <JobBody
                job={shown}
                draft={draft ?? draftOf(shown)}
                onDraft={(typed) =>
                  onDraft(typed !== undefined && isChanged(typed, shown) ? typed : undefined)
                }
              />
            )}
          </Loaded>
        )}
      </Collapse>
    </Card>
  );
}

/** A job that runs as soon as there is something to do, beside its schedule. */
function LiveLine({ live }: { readonly live: NonNullable<JobLine['live']> }) {
  return (
    <Text size="sm" mt={2}>
      <b>{live.isPaused ? 'live, disabled with the job' : 'live'}</b> since <Instant at={live.since} />
      {live.lastFoundAt === null ? (
        ' · no change found yet'
      ) : (
        <>
          {' '}
          · last change found <Instant at={live.lastFoundAt} />
        </>
      )}
    </Text>
  );
}

/** A run starts, and the page looks again, within so long after it came due. */
const MOMENT_MS = 60_000;

/** "running in 4 min", as people know it. */
function NextRun({ job }: { readonly job: JobLine }) {
  const now = useNow();
  const [next] = job.nextRuns;
  if (job.scheduleId === null) return 'runs only when somebody starts it';
  if (job.paused) return `disabled: ${job.note ?? 'no reason given'}`;
  if (next === undefined) return 'no run to come';
  const at = Date.parse(next);
  return <b>{at < now - MOMENT_MS ? `was due ${relativeTo(now, at)}` : `running ${relativeTo(now, at)}`}</b>;
}

/** The run that works, or how the last one ended. */
function LastRun({ job, live }: { readonly job: JobLine; readonly live: Run | undefined }) {
  const { jobName, shopId } = job;
  const filter = { job: jobName, ...(shopId !== null && { shopId }), all: true };
  const ended = useLook('pipeline.show', { ...filter, limit: 3 });
  if (live) {
    return (
      <Group gap="sm" justify="space-between">
        <LiveRun run={live} />
        <RunLink run={live}>Run</RunLink>
      </Group>
    );
  }
  const last = ended.data?.jobs.find(({ closedAt }) => closedAt !== null);
  if (!last) {
    return (
      <Text size="sm" c="dimmed" mih={22} aria-busy={ended.isPending || undefined}>
        {ended.isPending ? ' ' : ended.isError ? 'How it ran last cannot be read now.' : 'Never run.'}
      </Text>
    );
  }
  return (
    <Group gap="xs" mih={22} wrap="nowrap" align="flex-start">
      <RunState run={last} />
      <Text size="sm" lineClamp={2} title={last.summary}>
        <RunLink run={last}>last run</RunLink> <Instant at={last.closedAt} />: {summaryInWords(last)}
      </Text>
    </Group>
  );
}
