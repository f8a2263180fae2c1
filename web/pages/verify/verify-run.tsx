import { Card, Group, Stack, Text } from '@mantine/core';
import { useLook } from '../../api/queries.ts';
import { Instant } from '../../parts/instant.tsx';
import { RowsProgress } from '../../parts/rows-progress.tsx';
import { RunLink } from '../../parts/run-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';

const LOOK_AT_WORK_MS = 2_000;
const RUNS_SHOWN = 5;

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
