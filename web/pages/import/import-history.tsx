import { Group, Select, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { IMPORT_STATES } from '../../../src/domain/feed-import.ts';
import { useLook } from '../../api/queries.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { ImportStateBadge } from '../../parts/import-state.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { Move, Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';

const SHOWN_FIRST = 20;
/** As many as the server lists at most. */
const SHOWN_MAX = 1_000;

export function ImportHistory() {
  const [{ state, shown }, setFilters] = useFilters(['state', 'shown']);
  const navigate = useNavigate();
  const limit = Math.min(Number(shown) || SHOWN_FIRST, SHOWN_MAX);
  const chosen = IMPORT_STATES.find((known) => known === state);
  const look = useLook('import.list', { state: chosen, limit });
  return (
    <>
      <Group>
        <Select
          aria-label="State"
          placeholder="All states"
          clearable
          w={160}
          data={[...IMPORT_STATES]}
          value={chosen ?? null}
          onChange={(value) => setFilters({ state: value ?? undefined, shown: undefined })}
        />
      </Group>
      <Loaded look={look} lines={8}>
        {(imports) => (
          <DataTable
            label="Imports"
            rows={imports}
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
              imports.length >= limit && limit < SHOWN_MAX
                ? {
                    isLoading: look.isFetching,
                    onMore: () => setFilters({ shown: String(limit * 2) }),
                  }
                : undefined
            }
            csv={{ name: 'import.list', input: { state: chosen, limit: SHOWN_MAX }, fileName: 'imports.csv' }}
            columns={[
              { header: 'Import', isNumber: true, width: 70, cell: ({ importId }) => importId },
              { header: 'State', width: 110, cell: (each) => <ImportStateBadge state={each.state} /> },
              {
                header: 'File',
                cell: ({ fileName, type }) => (
                  <>
                    <Text inherit style={{ overflowWrap: 'anywhere' }}>
                      {fileName}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {type}
                    </Text>
                  </>
                ),
              },
              { header: 'Source', isExtra: true, cell: ({ source }) => source ?? '–' },
              { header: 'Came', isExtra: true, cell: ({ cameAt }) => <Instant at={cameAt} /> },
              { header: 'Rows', isNumber: true, cell: ({ rows }) => <Units value={rows} /> },
              { header: 'Refused', isNumber: true, cell: ({ refused }) => <Units value={refused} /> },
              {
                header: 'Quantities',
                isNumber: true,
                isExtra: true,
                cell: ({ effect }) => <Units value={effect?.levels} none="–" />,
              },
              {
                header: 'Units',
                isNumber: true,
                isExtra: true,
                cell: ({ effect }) =>
                  effect ? <Move value={effect.unitsAfter - effect.unitsBefore} /> : '–',
              },
              { header: 'Decided by', isExtra: true, cell: ({ decidedBy }) => decidedBy ?? '–' },
            ]}
          />
        )}
      </Loaded>
    </>
  );
}
