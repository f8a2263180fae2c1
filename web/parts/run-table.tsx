/** Runs as rows: the pipeline's, and the history of one job. */
import { Anchor, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { DataTable, type Column } from './data-table.tsx';
import { Instant } from './instant.tsx';
import { RunLink, runHref } from './run-link.tsx';
import {
  RunProgress,
  RunDuration,
  RunState,
  shortIdOf,
  Starter,
  summaryInWords,
  type Run,
} from './run-state.tsx';
import { JOBS } from '../../src/domain/jobs/jobs.ts';

interface RunTableProps {
  readonly runs: readonly Run[];
  readonly label: string;
  readonly empty: ReactNode;
  readonly more?: { readonly isLoading: boolean; readonly onMore: () => void } | undefined;
  readonly csv?: Parameters<typeof DataTable>[0]['csv'];
  /** All are of one job. */
  readonly isOfOneJob?: boolean;
}

export function RunTable({ runs, label, empty, more, csv, isOfOneJob = false }: RunTableProps) {
  const navigate = useNavigate();
  const columns: readonly Column<Run>[] = [
    {
      header: isOfOneJob ? 'Run' : 'Job',
      cell: (run) => (
        <>
          {run.runId === null ? (
            JOBS[run.jobName].title
          ) : (
            <RunLink run={run}>{isOfOneJob ? shortIdOf(run.runId) : JOBS[run.jobName].title}</RunLink>
          )}
          {!isOfOneJob && run.shopId !== null && (
            <Text size="xs" c="dimmed" hiddenFrom="sm">
              {run.shopId}
            </Text>
          )}
        </>
      ),
    },
    ...(isOfOneJob
      ? []
      : [{ header: 'Shop', isExtra: true, cell: (run: Run) => <Nowrap>{run.shopId ?? '–'}</Nowrap> }]),
    { header: 'State', cell: (run) => <RunState run={run} /> },
    { header: 'When', cell: (run) => <Instant at={run.startedAt ?? run.scheduledAt} /> },
    {
      header: 'Took',
      cell: (run) => (
        <Nowrap>
          <RunDuration run={run} />
        </Nowrap>
      ),
      isNumber: true,
      isExtra: true,
    },
    {
      header: 'By',
      cell: (run) => <Nowrap>{run.status === 'PENDING' ? 'schedule' : <Starter run={run} />}</Nowrap>,
      isExtra: true,
    },
    { header: 'What', isExtra: true, cell: (run) => <What run={run} /> },
    {
      header: 'Temporal',
      isExtra: true,
      cell: (run) =>
        run.uiUrl === null ? (
          '–'
        ) : (
          <Anchor
            inherit
            href={run.uiUrl}
            target="_blank"
            rel="noreferrer"
            onClick={(event) => event.stopPropagation()}
          >
            open
          </Anchor>
        ),
    },
  ];
  return (
    <DataTable
      label={label}
      rows={runs}
      columns={columns}
      keyOf={({ workflowId, runId, scheduledAt }) => runId ?? `${workflowId} ${scheduledAt}`}
      empty={empty}
      more={more}
      csv={csv}
      onOpen={(run) => {
        void navigate({
          to: run.runId === null ? `/inventory/${run.shopId ?? 'all'}/${run.jobName}` : runHref(run),
        });
      }}
    />
  );
}

/** The last error of what is tried again, the rows of what works, and what came of the rest. */
function What({ run }: { readonly run: Run }) {
  if (run.progress) return <RunProgress progress={run.progress} />;
  const text = run.retrying
    ? `${run.retrying.code === null ? '' : `${run.retrying.code}: `}${run.retrying.message}`
    : summaryInWords(run);
  return (
    <Text inherit lineClamp={2} title={text} style={{ overflowWrap: 'anywhere' }}>
      {text}
    </Text>
  );
}

function Nowrap({ children }: { readonly children: ReactNode }) {
  return <span className="units">{children}</span>;
}
