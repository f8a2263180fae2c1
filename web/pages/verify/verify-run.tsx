import { Card, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Instant } from '../../parts/instant.tsx';
import { RowsProgress } from '../../parts/rows-progress.tsx';
import { RunLink } from '../../parts/run-link.tsx';
import { RunState, summaryInWords } from '../../parts/run-state.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';

const LOOK_AT_WORK_MS = 2_000;
const RUNS_SHOWN = 5;

export interface StartedRun {
  readonly workflowId: string;
  readonly runId: string;
}

const isAtWork = ({ status }: Pick<ResultOf<'run.show'>, 'status'>) => status === 'RUNNING';

/** The verification that was begun here: what it has found is shown as soon as it ends, and if it fails, that. */
export function BegunVerification({ run: { workflowId, runId } }: { readonly run: StartedRun }) {
  const run = { workflowId, runId };
  const client = useQueryClient();
  const look = useLook('run.show', run, { workMs: LOOK_AT_WORK_MS, isAtWork });
  const hasEnded = look.data !== undefined && !isAtWork(look.data);
  useEffect(() => {
    if (hasEnded)
      void client.invalidateQueries({ predicate: ({ queryKey }) => /^shop\./.test(String(queryKey[0])) });
  }, [client, hasEnded]);
  if (!hasEnded) return null;
  return (
    <Group gap="xs" role="status">
      <RunState run={look.data} />
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        <RunLink run={run}>The verification</RunLink> that was begun here: {summaryInWords(look.data)}
      </Text>
    </Group>
  );
}

/** The verification that is under way: how far it is, and how long it takes yet. Nothing while none is. */
export function VerifyRun({ shopId }: { readonly shopId: string }) {
  const running = useLook(
    'pipeline.show',
    { state: 'running', job: 'verify', shopId, limit: RUNS_SHOWN },
    { lookAgainMs: LOOK_AT_WORK_MS },
  );
  return running.data?.jobs.map(
    ({ workflowId, runId, startedAt, progress, retrying, summary }) =>
      runId !== null && (
        <Card key={runId} aria-live="polite">
          <Stack gap="xs">
            <Group gap="xs">
              <StateBadge tone={retrying ? 'attention' : 'busy'}>
                {retrying ? 'Retrying' : 'Running'}
              </StateBadge>
              <Text size="sm">
                <RunLink run={{ workflowId, runId }}>A verification</RunLink> is under way, begun{' '}
                <Instant at={startedAt} />
                {progress === null && summary !== '' && `; ${summary}`}
              </Text>
            </Group>
            {progress && (
              <RowsProgress
                label="Products that are compared"
                done={progress.done}
                total={progress.rows}
                rate={progress.rate}
              />
            )}
          </Stack>
        </Card>
      ),
  );
}
