import { Anchor, Badge, Card, Code, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { Figure } from '../../parts/figures.tsx';
import { CopyIcon } from '../../parts/copy-text.tsx';
import { Instant, WholeInstant } from '../../parts/instant.tsx';
import { Loaded, Page } from '../../parts/page.tsx';
import {
  LiveRun,
  RunProgress,
  RunDuration,
  RunState,
  shortIdOf,
  Starter,
  summaryInWords,
} from '../../parts/run-state.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { JOBS } from '../../../src/domain/jobs/jobs.ts';
import { RunNow } from '../inventory/run-now.tsx';
import { RunFiles } from './run-files.tsx';

type OneRun = ResultOf<'run.show'>;

/** A run that works changes from moment to moment. */
const LOOK_AGAIN_MS = 3_000;

const isAtWork = ({ status }: OneRun) => status === 'RUNNING';

export function RunPage() {
  const { workflowId = '', runId = '' } = useParams({ strict: false });
  const run = useLook('run.show', { workflowId, runId }, { workMs: LOOK_AGAIN_MS, isAtWork });
  const title = run.data ? `Run of ${JOBS[run.data.jobName].title}` : 'Run';
  return (
    <Page
      title={title}
      about={
        <>
          <PageLink to="/pipeline">Pipeline</PageLink> › {workflowId}
        </>
      }
      actions={run.data && <RunActs run={run.data} />}
    >
      <Loaded look={run} lines={10}>
        {(found) => <RunDetails run={found} />}
      </Loaded>
    </Page>
  );
}

function RunActs({ run }: { readonly run: OneRun }) {
  const { jobName, shopId } = run;
  return (
    <>
      {run.parameters && (
        <RunNow job={run} parameters={withoutShop(run.parameters)} label="Run again with these parameters" />
      )}
      {run.status === 'RUNNING' && (
        <Act
          name="job.cancel"
          label="Cancel"
          isDangerous
          input={{ job: jobName, ...(shopId !== null && { shopId }) }}
          ask={['reason', 'force']}
          consequence="All runs of this job that are under way end. What they have done stays, and the schedule starts the next one as usual."
          done={({ runs }) => `Ended: ${runs.length}`}
        />
      )}
    </>
  );
}

function withoutShop({ shopId: _shopId, ...parameters }: Readonly<Record<string, unknown>>) {
  return parameters;
}

function RunDetails({ run }: { readonly run: OneRun }) {
  const isOpen = run.status === 'RUNNING';
  return (
    <Stack gap="md">
      <Card>
        <Stack gap="sm">
          {isOpen ? (
            <LiveRun run={run} />
          ) : (
            <Group gap="xs" align="flex-start" wrap="nowrap">
              <RunState run={run} />
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {summaryInWords(run)}
              </Text>
            </Group>
          )}
          <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md" verticalSpacing="sm">
            <Figure name="Shop">{run.shopId ?? 'all shops'}</Figure>
            <Figure name="Started by">
              <Starter run={run} />
              {run.scheduledAt !== null && (
                <>
                  , for <Instant at={run.scheduledAt} />
                </>
              )}
            </Figure>
            <Figure name="Started">
              <WholeInstant at={run.startedAt} hasSeconds />
            </Figure>
            <Figure name={isOpen ? 'Runs for' : 'Took'}>
              <RunDuration run={run} />
            </Figure>
            <Figure name="Parameters">
              {run.parameters === null
                ? 'of another release'
                : parametersInWords(withoutShop(run.parameters))}
            </Figure>
            <Figure name="Run">
              <Group gap={2} wrap="nowrap">
                <Code>{run.runId !== null && shortIdOf(run.runId)}</Code>
                <CopyIcon text={`${run.workflowId} ${run.runId}`} label="Copy the workflow and run id" />
              </Group>
            </Figure>
            <Figure name="History">
              {run.events} events
              {run.uiUrl !== null && (
                <>
                  {' · '}
                  <Anchor inherit href={run.uiUrl} target="_blank" rel="noreferrer" className="units">
                    Temporal <IconExternalLink size={12} aria-hidden />
                  </Anchor>
                </>
              )}
            </Figure>
            {run.details !== null && <Figure name="Why">{run.details}</Figure>}
          </SimpleGrid>
        </Stack>
      </Card>
      {run.steps.length > 0 && <Steps steps={run.steps} />}
      <RunFiles run={run} />
    </Stack>
  );
}

function parametersInWords(parameters: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  return given.length === 0
    ? 'none'
    : given.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ');
}

/** Each step by itself: it changes when it ends, not when the run does. */
function Steps({ steps }: { readonly steps: OneRun['steps'] }) {
  return (
    <Card>
      <Title order={2} mb="xs">
        Works now
      </Title>
      <Stack gap="sm">
        {steps.map(({ id, attempt, attemptsMax, failure, nextTryAt, rows }) => (
          <Stack key={id} gap={4}>
            <Group gap="xs">
              <Badge variant="default" tt="none">
                step {id}
              </Badge>
              <Text size="sm">
                attempt {attempt}
                {attemptsMax === null ? '' : ` of ${attemptsMax}`}
                {nextTryAt !== null && (
                  <>
                    , next <Instant at={nextTryAt} />
                  </>
                )}
              </Text>
            </Group>
            {failure && (
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {failure.code && <b>{failure.code}: </b>}
                {failure.message}
              </Text>
            )}
            {rows && <RunProgress progress={{ rows: rows.total, done: rows.done, rate: rows.rate }} />}
          </Stack>
        ))}
      </Stack>
    </Card>
  );
}
