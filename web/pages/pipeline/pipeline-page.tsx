import { SegmentedControl, Skeleton, Stack, Switch, Tabs } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useLook } from '../../api/queries.ts';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { RunTable } from '../../parts/run-table.tsx';
import { TabRow } from '../../parts/tab-row.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { PipelineFilters } from './pipeline-filters.tsx';
import { inputOf, isFound, searchOf, type Filters } from './run-filters.ts';

// Only who looks at a day needs it.
const DayView = lazy(async () => ({ default: (await import('./day-view.tsx')).DayView }));

const TABS = {
  pending: 'Pending',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  'needs-attention': 'Needs attention',
} as const;
type Tab = keyof typeof TABS;

const RUNS_SHOWN = 50;
const RUNS_MAX = 500;

export function Pipeline() {
  const [filters, setFilters] = useFilters([
    'state',
    'job',
    'shop',
    'by',
    'q',
    'all',
    'view',
    'day',
    'limit',
  ]);
  const isDay = filters.view === 'day';
  return (
    <Page
      title="Pipeline"
      about="Every run of every job: what is to come, what works now, how it ended. What is completed is not verified yet: Verify reads Shopify."
      actions={
        <SegmentedControl
          aria-label="How runs are shown"
          data={[
            { value: 'list', label: 'List' },
            { value: 'day', label: 'Day' },
          ]}
          value={isDay ? 'day' : 'list'}
          onChange={(view) => setFilters({ view: view === 'day' ? view : undefined })}
        />
      }
    >
      <PipelineFilters filters={filters} onChange={setFilters} />
      {isDay ? (
        <Suspense fallback={<Skeleton height={300} aria-busy="true" />}>
          <DayView filters={filters} onDay={(day) => setFilters({ day })} />
        </Suspense>
      ) : (
        <Tabs
          value={filters.state ?? 'running'}
          onChange={(state) => setFilters({ state: state ?? undefined, limit: undefined })}
        >
          <TabRow tabs={Object.entries(TABS)} />
          <Tabs.Panel value={filters.state ?? 'running'} pt="sm">
            <RunList
              tab={(filters.state ?? 'running') as Tab}
              filters={filters}
              onAll={(all) => setFilters({ all: all ? 'yes' : undefined })}
              onMore={() => setFilters({ limit: String(RUNS_MAX) })}
            />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

interface RunListProps {
  readonly tab: Tab;
  readonly filters: Filters;
  readonly onAll: (all: boolean) => void;
  readonly onMore: () => void;
}

function RunList({ tab, filters, onAll, onMore }: RunListProps) {
  const hasFilters = filters.job !== undefined || filters.shop !== undefined || filters.by !== undefined;
  const limit = Number(filters.limit ?? RUNS_SHOWN);
  // Without filters, it is what the server tells by itself.
  const isLive = tab === 'running' && !hasFilters && filters.limit === undefined;
  const input = isLive ? { state: tab } : { ...inputOf(filters), state: tab, limit };
  const look = useLook('pipeline.show', input);
  return (
    <Stack gap="sm">
      {(tab === 'completed' || tab === 'failed') && (
        <Switch
          label="Also the runs that found nothing to do"
          checked={filters.all === 'yes'}
          onChange={({ currentTarget }) => onAll(currentTarget.checked)}
        />
      )}
      <Loaded look={look}>
        {({ jobs, more }) => (
          <RunTable
            runs={jobs.filter((run) => isFound(run, filters))}
            label={`${TABS[tab]} runs`}
            more={more && limit < RUNS_MAX ? { isLoading: look.isFetching, onMore } : undefined}
            csv={{
              name: 'pipeline.show',
              input: { ...input, ...searchOf(filters), limit: RUNS_MAX },
              fileName: `runs-${tab}.csv`,
            }}
            empty={<NoRuns tab={tab} isFiltered={hasFilters || filters.q !== undefined} isAll={!more} />}
          />
        )}
      </Loaded>
    </Stack>
  );
}

interface NoRunsProps {
  readonly tab: Tab;
  readonly isFiltered: boolean;
  /** Whether all runs were looked through. */
  readonly isAll: boolean;
}

function NoRuns({ tab, isFiltered, isAll }: NoRunsProps) {
  if (!isAll)
    return (
      <Empty title="None of the newest runs is like that">Older ones may be: filter by job or shop.</Empty>
    );
  if (isFiltered) return <Empty title="No run is like that">Take a filter away to see the others.</Empty>;
  const words: Readonly<Record<Tab, readonly [string, string]>> = {
    pending: ['No run is to come', 'Jobs are disabled, have no schedule, or the filters leave them out.'],
    running: ['Nothing runs now', 'What starts shows itself here.'],
    completed: ['No run has completed', 'Runs that found nothing to do are shown by the switch above.'],
    failed: ['No run has failed', 'Runs of older than Temporal’s retention are not listed any more.'],
    'needs-attention': [
      'Nothing needs you',
      'Runs that held, blocked, quarantined or failed would stand here.',
    ],
  };
  const [title, text] = words[tab];
  return <Empty title={title}>{text}</Empty>;
}
