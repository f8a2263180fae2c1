import { Select, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { IMPORT_STATE_WORDS } from '../../../src/domain/feed-import.ts';
import { usePages } from '../../api/pages.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { ChangedQuantities, ChangedUnits } from '../../parts/import-effect.tsx';
import { ImportStateBadge } from '../../parts/import-state.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';

const PAGE_ROWS = 50;

export function ImportHistory() {
  const [{ state }, setFilters] = useFilters(['state']);
  const navigate = useNavigate();
  const chosen = IMPORT_STATE_WORDS.find((known) => known === state);
  const look = usePages('import.list', { state: chosen, limit: PAGE_ROWS });
  return (
    <>
      <FilterBar>
        <Select
          aria-label="State"
          placeholder="All states"
          clearable
          data={[...IMPORT_STATE_WORDS]}
          value={chosen ?? null}
          onChange={(value) => setFilters({ state: value ?? undefined })}
        />
      </FilterBar>
      <Loaded look={look} lines={8}>
        {({ pages }) => (
          <DataTable
            label="Imports"
            rows={pages.flatMap(({ imports }) => imports)}
            keyOf={({ importId }) => importId}
            onOpen={({ importId }) =>
              void navigate({ to: '/import/$importId', params: { importId: String(importId) } })
            }
            empty={
              <Empty title={chosen ? `No import is ${chosen}` : 'Nothing was imported yet'}>
                {chosen
                  ? 'Another filter shows others.'
                  : 'What is uploaded here, or comes by SFTP, is listed with what it has changed.'}
              </Empty>
            }
            more={
              look.hasNextPage
                ? { isLoading: look.isFetchingNextPage, onMore: () => void look.fetchNextPage() }
                : undefined
            }
            csv={{ name: 'import.list', input: { state: chosen }, fileName: 'imports.csv' }}
            columns={[
              { header: 'Import', isNumber: true, width: 70, cell: ({ importId }) => importId },
              { header: 'State', width: 110, cell: (each) => <ImportStateBadge of={each} /> },
              {
                header: 'File',
                cell: ({ fileName, type }) => (
                  <>
                    <Text inherit style={{ overflowWrap: 'anywhere' }}>
                      {fileName}
                    </Text>
                    <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                      {type}
                    </Text>
                  </>
                ),
              },
              { header: 'Source', isExtra: true, cell: ({ source }) => source ?? '–' },
              { header: 'Came', isExtra: true, cell: ({ cameAt }) => <Instant at={cameAt} /> },
              { header: 'Rows', isNumber: true, isExtra: true, cell: ({ rows }) => <Units value={rows} /> },
              {
                header: 'Refused',
                isNumber: true,
                isExtra: true,
                cell: ({ refused }) => <Units value={refused} />,
              },
              {
                header: 'Quantities',
                isNumber: true,
                isExtra: true,
                cell: (each) => <ChangedQuantities of={each} />,
              },
              {
                header: 'Units',
                isNumber: true,
                isExtra: true,
                cell: (each) => <ChangedUnits of={each} />,
              },
              { header: 'Decided by', isWide: true, cell: ({ decidedBy }) => decidedBy ?? '–' },
            ]}
          />
        )}
      </Loaded>
    </>
  );
}
