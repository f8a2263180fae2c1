import type { RowOf } from '../../api/pages.ts';
import type { UseQueryResult } from '@tanstack/react-query';
import { DataTable } from '../../parts/data-table.tsx';
import { WholeInstant } from '../../parts/instant.tsx';
import { ChannelLink } from '../../parts/links.tsx';
import { MembershipState } from '../../parts/membership-state.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';

interface MembershipsProps {
  readonly facilityId: string;
  readonly groups: UseQueryResult<readonly RowOf<'group.list'>[]>;
}

export function Memberships({ facilityId, groups }: MembershipsProps) {
  return (
    <Loaded look={groups} lines={3}>
      {(all) => (
        <DataTable
          label="Memberships"
          rows={all
            .flatMap(({ members, ...group }) =>
              members
                .filter((member) => member.facilityId === facilityId)
                .map((member) => ({ ...member, ...group })),
            )
            .toSorted((one, other) => other.fromDate.localeCompare(one.fromDate))}
          keyOf={({ facilityGroupId, fromDate }) => `${facilityGroupId} ${fromDate}`}
          empty={<Empty title="It was never a member of a channel" />}
          columns={[
            {
              header: 'Channel',
              cell: ({ facilityGroupId, facilityGroupName }) => (
                <ChannelLink id={facilityGroupId}>{facilityGroupName}</ChannelLink>
              ),
            },
            { header: 'State', cell: (member) => <MembershipState member={member} /> },
            { header: 'From', isExtra: true, cell: ({ fromDate }) => <WholeInstant at={fromDate} /> },
            { header: 'Until', cell: ({ thruDate }) => <WholeInstant at={thruDate} none="without an end" /> },
          ]}
        />
      )}
    </Loaded>
  );
}
