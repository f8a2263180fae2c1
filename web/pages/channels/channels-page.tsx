import { Group, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useAll } from '../../api/pages.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { Units } from '../../parts/units.tsx';

export function Channels() {
  const groups = useAll('group.list');
  const shops = useLook('shop.list');
  const navigate = useNavigate();
  const shopsOf = (id: string) => (shops.data ?? []).filter(({ facilityGroupId }) => facilityGroupId === id);
  return (
    <Page
      title="Channels"
      about="Facility groups of type CHANNEL_FAC_GROUP: whose stock a shop sells, and what is kept back there."
      actions={
        <Act
          name="group.create"
          label="New channel"
          ask={['facilityGroupId', 'facilityGroupName']}
          done={({ facilityGroupName }) => `Channel ${facilityGroupName} is there. It has no members yet.`}
          onDone={({ facilityGroupId }) =>
            void navigate({ to: '/channels/$facilityGroupId', params: { facilityGroupId } })
          }
        />
      }
    >
      <Loaded look={groups} lines={5}>
        {(all) => (
          <DataTable
            label="Channels"
            rows={all}
            keyOf={({ facilityGroupId }) => facilityGroupId}
            onOpen={({ facilityGroupId }) =>
              void navigate({ to: '/channels/$facilityGroupId', params: { facilityGroupId } })
            }
            empty={<Empty title="There is no channel yet">A shop sells the stock of one channel.</Empty>}
            csv={{ name: 'group.list', input: {}, fileName: 'channels.csv' }}
            columns={[
              {
                header: 'Channel',
                cell: ({ facilityGroupId, facilityGroupName }) => (
                  <>
                    <Text inherit fw={500}>
                      {facilityGroupName}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {facilityGroupId}
                    </Text>
                  </>
                ),
              },
              {
                header: 'Sell now',
                isNumber: true,
                cell: ({ members }) => <Units value={members.filter(({ sellsNow }) => sellsNow).length} />,
              },
              {
                header: 'Threshold',
                isNumber: true,
                cell: ({ threshold }) => <Units value={threshold} />,
              },
              {
                header: 'At most',
                isNumber: true,
                isExtra: true,
                cell: ({ atMost }) => <Units value={atMost} none="no limit" />,
              },
              {
                header: 'Floor per facility',
                isExtra: true,
                cell: ({ floorPerFacility }) => (floorPerFacility ? 'on' : 'off'),
              },
              {
                header: 'Shops',
                cell: ({ facilityGroupId }) => (
                  <Group gap={8}>
                    {shopsOf(facilityGroupId).map(({ shopId }) => (
                      <Text key={shopId} inherit>
                        {shopId}
                      </Text>
                    ))}
                    {shops.data && shopsOf(facilityGroupId).length === 0 && (
                      <Text inherit c="dimmed">
                        none
                      </Text>
                    )}
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
