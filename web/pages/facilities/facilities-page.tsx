import { Group, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { usePages } from '../../api/pages.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { FacilityState } from '../../parts/facility-state.tsx';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { ChannelLink } from '../../parts/links.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';

const PAGE_ROWS = 100;
const SEARCH_AFTER_MS = 250;

export function Facilities() {
  const [{ find }, setFilters] = useFilters(['find']);
  const [typed, setTyped] = useState(find ?? '');
  const search = useDebouncedCallback(
    (text: string) => setFilters({ find: text || undefined }),
    SEARCH_AFTER_MS,
  );
  const look = usePages('facility.list', { search: find, limit: PAGE_ROWS });
  const navigate = useNavigate();
  return (
    <Page
      title="Facilities"
      about="Stores, warehouses and virtual places: where stock is, and where it is sold online."
      actions={
        <Act
          name="facility.add"
          label="New facility"
          ask={['facilityId', 'facilityName', 'facilityTypeId', 'externalId', 'safetyStock']}
          done={({ facilityId }) =>
            `Facility ${facilityId} is there. It sells online once it is in a channel.`
          }
          onDone={({ facilityId }) =>
            void navigate({ to: '/facilities/$facilityId', params: { facilityId } })
          }
        />
      }
    >
      <FilterBar>
        <TextInput
          aria-label="Find a facility"
          placeholder="Name, id or external id"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={typed}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            search(currentTarget.value.trim());
          }}
        />
      </FilterBar>
      <Loaded look={look} lines={8}>
        {({ pages }) => (
          <DataTable
            label="Facilities"
            rows={pages.flatMap(({ facilities }) => facilities)}
            keyOf={({ facilityId }) => facilityId}
            onOpen={({ facilityId }) =>
              void navigate({ to: '/facilities/$facilityId', params: { facilityId } })
            }
            empty={
              <Empty title={find ? `None has “${find}” in it` : 'There is no facility yet'}>
                {!find && 'Add one here, or import them all by a file of type IMP_FACILITY.'}
              </Empty>
            }
            more={
              look.hasNextPage
                ? { isLoading: look.isFetchingNextPage, onMore: () => void look.fetchNextPage() }
                : undefined
            }
            csv={{ name: 'facility.list', input: { search: find }, fileName: 'facilities.csv' }}
            columns={[
              {
                header: 'Facility',
                cell: ({ facilityId, facilityName }) => (
                  <>
                    <Text inherit fw={500}>
                      {facilityName}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {facilityId}
                    </Text>
                  </>
                ),
              },
              { header: 'Type', isExtra: true, cell: ({ facilityTypeId }) => facilityTypeId },
              { header: 'External id', isExtra: true, cell: ({ externalId }) => externalId ?? '–' },
              { header: 'State', cell: (facility) => <FacilityState facility={facility} /> },
              {
                header: 'Safety stock',
                isNumber: true,
                isExtra: true,
                cell: ({ safetyStock }) => <Units value={safetyStock} />,
              },
              {
                header: 'Sells online in',
                cell: ({ facilityGroupIds, isVirtual }) =>
                  facilityGroupIds.length === 0 ? (
                    <Text inherit c="dimmed">
                      {isVirtual ? 'never' : 'nowhere'}
                    </Text>
                  ) : (
                    <Group gap={8} onClick={(event) => event.stopPropagation()}>
                      {facilityGroupIds.map((id) => (
                        <ChannelLink key={id} id={id} />
                      ))}
                    </Group>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}
