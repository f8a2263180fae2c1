import { Card, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import type { InputOf, ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { usePages } from '../../api/pages.ts';
import { Figure } from '../../parts/figures.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { LiveRun } from '../../parts/run-state.tsx';
import { RunTable } from '../../parts/run-table.tsx';
import { Units } from '../../parts/units.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { JOBS, type JobName } from '../../../src/domain/jobs/jobs.ts';
import { NextRuns, PauseOrResume } from '../inventory/job-body.tsx';
import { keyOfJob } from '../inventory/draft.ts';
import { ScheduleBadge, ScheduleHealth } from '../inventory/job-health.tsx';
import { RunNow } from '../inventory/run-now.tsx';
import { MissedRuns } from './missed-runs.tsx';

type Job = ResultOf<'job.show'>;
type Act = ResultOf<'audit.log'>['acts'][number];

const RUNS_SHOWN = 50;
const ACTS_READ = 200;

export function JobPage() {
  const { shopId = '', job = '' } = useParams({ strict: false });
  const of = { job: job as JobName, ...(shopId !== 'all' && { shopId }) };
  const look = useLook('job.show', of);
  const title = Object.hasOwn(JOBS, job) ? JOBS[job as JobName].title : job;
  return (
    <Page
      title={shopId === 'all' ? title : `${title}, ${shopId}`}
      about={
        <>
          <PageLink to="/inventory">Inventory</PageLink> › {look.data?.description ?? title}
        </>
      }
      actions={
        look.data && (
          <>
            <RunNow job={look.data} parameters={withoutShop(look.data.parameters)} isProminent />
            <PauseOrResume job={look.data} />
          </>
        )
      }
    >
      <Loaded look={look} lines={10}>
        {(found) => <JobDetails job={found} of={of} lookedAt={look.dataUpdatedAt} />}
      </Loaded>
    </Page>
  );
}

function withoutShop({ shopId: _shopId, ...parameters }: Readonly<Record<string, unknown>>) {
  return parameters;
}

interface JobDetailsProps {
  readonly job: Job;
  readonly of: InputOf<'job.show'> & { readonly job: JobName };
  readonly lookedAt: number;
}

function JobDetails({ job, of, lookedAt }: JobDetailsProps) {
  const running = useLook('pipeline.show', { state: 'running' });
  const live = running.data?.jobs.find((run) => run.jobName === job.jobName && run.shopId === job.shopId);
  const runs = useLook('pipeline.show', { ...of, all: true, limit: RUNS_SHOWN });
  return (
    <Stack gap="md">
      {live && (
        <Card>
          <LiveRun run={live} />
        </Card>
      )}
      <ScheduleHealth job={job} />
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <Card>
          <Stack gap="xs">
            <Group gap="xs">
              <Title order={2}>Schedule</Title>
              <ScheduleBadge job={job} />
            </Group>
            <Text size="sm">{job.frequency ?? 'It has none, and runs only when somebody starts it.'}</Text>
            <Text size="sm" c="dimmed">
              Last evaluated by the server <Instant at={new Date(lookedAt).toISOString()} />
              {job.lastRunAt !== null && (
                <>
                  ; it has started its last run <Instant at={job.lastRunAt} />
                </>
              )}
              .
            </Text>
            <Text size="sm" c="dimmed">
              {job.policies.overlap === 'SKIP'
                ? 'A run that comes due while one works is left out. '
                : 'A run that comes due while one works starts after it. '}
              After an outage, one starts at most {job.policies.catchUp} late. {job.policies.why}
            </Text>
            <Group gap="lg">
              <Figure name="Started by it">
                <Units value={job.counts.runs} />
              </Figure>
              <Figure name="Left out: one worked">
                <Units value={job.counts.droppedByOverlap} />
              </Figure>
              <Figure name="Left out: outage">
                <Units value={job.counts.droppedByOutage} />
              </Figure>
            </Group>
            <Text size="sm">
              <PageLink to="/inventory" search={{ open: keyOfJob(job) } as never}>
                Change the schedule
              </PageLink>
            </Text>
          </Stack>
        </Card>
        <Card>
          <NextRuns job={job} />
        </Card>
      </SimpleGrid>
      <Card>
        <Title order={2} mb="xs">
          Runs
        </Title>
        <Loaded look={runs}>
          {({ jobs }) => (
            <RunTable
              isOfOneJob
              label={`Runs of ${job.title}`}
              runs={jobs.filter(({ status }) => status !== 'PENDING')}
              csv={{
                name: 'pipeline.show',
                input: { ...of, all: true, limit: 500 },
                fileName: `runs-${of.job}.csv`,
              }}
              empty={<Empty title="Never run">What runs of it shows itself here.</Empty>}
            />
          )}
        </Loaded>
      </Card>
      <MissedRuns job={job} />
      <EditHistory job={job} />
    </Stack>
  );
}

/** Who changed it, when, and from what to what: the audit log of this job. */
function EditHistory({ job }: { readonly job: Job }) {
  const acts = usePages('audit.log', { act: 'job', limit: ACTS_READ });
  return (
    <Card>
      <Title order={2} mb="xs">
        Changes
      </Title>
      <Loaded look={acts} lines={3}>
        {({ pages }) => (
          <DataTable
            label={`Changes of ${job.title}`}
            rows={pages.flatMap((page) => page.acts).filter((act) => isOf(act, job))}
            keyOf={({ id }) => id}
            columns={[
              { header: 'When', cell: ({ startedAt }) => <Instant at={startedAt} /> },
              { header: 'Who', cell: ({ actor }) => actor },
              {
                header: 'What',
                cell: (act) =>
                  `${ACTS[act.act] ?? act.act}${act.outcome === 'DONE' ? '' : ` (${act.outcome ?? 'not ended'})`}`,
              },
              { header: 'Old → new', cell: (act) => <Change act={act} />, width: '50%' },
            ]}
            empty={
              acts.hasNextPage ? (
                <Empty title="Nobody has changed it of late">
                  What was done to other jobs hides older changes.
                </Empty>
              ) : (
                <Empty title="Nobody has changed it">Its schedule is as it was made.</Empty>
              )
            }
            {...(acts.hasNextPage && {
              more: { isLoading: acts.isFetchingNextPage, onMore: () => void acts.fetchNextPage() },
            })}
          />
        )}
      </Loaded>
    </Card>
  );
}

const ACTS: Readonly<Record<string, string>> = {
  'job.schedule': 'new times',
  'job.pause': 'disabled',
  'job.resume': 'enabled',
  'job.skip': 'skipped once',
  'job.run': 'run now',
  'job.cancel': 'canceled',
};

function isOf({ input }: Act, { jobName, shopId }: Job): boolean {
  const { job, shopId: of } = (input ?? {}) as { readonly job?: string; readonly shopId?: string };
  return job === jobName && (shopId === null || of === undefined || of === shopId);
}

function Change({ act }: { readonly act: Act }) {
  const [before, after] = [act.before, act.after].map(
    (state) => (state ?? {}) as Readonly<Record<string, unknown>>,
  );
  const names = Object.keys({ ...before, ...after });
  const { reason } = (act.input ?? {}) as { readonly reason?: string };
  if (names.length === 0) return <Text inherit>{reason ?? '–'}</Text>;
  return (
    <Table layout="auto" withRowBorders={false} verticalSpacing={0} horizontalSpacing={0}>
      <Table.Tbody>
        {names.map((name) => (
          <Table.Tr key={name}>
            <Table.Td pr="sm" c="dimmed">
              {name}
            </Table.Td>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>
              {shown(before?.[name])} → {shown(after?.[name])}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
