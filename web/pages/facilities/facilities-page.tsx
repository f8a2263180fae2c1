import { Group, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { FacilityState } from '../../parts/facility-state.tsx';
import { ChannelLink } from '../../parts/links.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';

export function Facilities() {
  const look = useLook('facility.list');
  const [{ find = '' }, setFilters] = useFilters(['find']);
  const navigate = useNavigate();
  const wanted = find.toLowerCase();
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
      <Group>
        <TextInput
          aria-label="Find a facility"
          placeholder="Name, id or external id"
          leftSection={<IconSearch size={14} aria-hidden />}
          w={260}
          value={find}
          onChange={({ currentTarget }) => setFilters({ find: currentTarget.value || undefined })}
        />
      </Group>
      <Loaded look={look} lines={8}>
        {(facilities) => (
          <DataTable
            label="Facilities"
            rows={facilities.filter(({ facilityId, facilityName, externalId }) =>
              [facilityId, facilityName, externalId ?? ''].some((text) =>
                text.toLowerCase().includes(wanted),
              ),
            )}
            keyOf={({ facilityId }) => facilityId}
            onOpen={({ facilityId }) =>
              void navigate({ to: '/facilities/$facilityId', params: { facilityId } })
            }
            empty={
              <Empty
                title={facilities.length === 0 ? 'There is no facility yet' : `None has “${find}” in it`}
              >
                {facilities.length === 0 &&
                  'Add one here, or import them all by a file of type IMP_FACILITY.'}
              </Empty>
            }
            csv={{ name: 'facility.list', input: {}, fileName: 'facilities.csv' }}
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
