import { Card, Checkbox, Group, Stack, Switch, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useAll } from '../../api/pages.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { WholeInstant } from '../../parts/instant.tsx';
import { FacilityLink } from '../../parts/links.tsx';
import { MembershipState } from '../../parts/membership-state.tsx';
import { Empty } from '../../parts/page.tsx';
import { WhatIf } from '../../parts/what-if.tsx';
import type { Channel } from './channel.ts';

interface MembersProps {
  readonly channel: Channel;
  readonly isPastShown: boolean;
  readonly onPastShown: (isShown: boolean) => void;
}

export function Members({ channel, isPastShown, onPastShown }: MembersProps) {
  const { facilityGroupId, members } = channel;
  const facilities = useAll('facility.list');
  const nameOf = new Map(facilities.data?.map((each) => [each.facilityId, each.facilityName]));
  const inForce = new Set(members.filter((each) => each.inForce).map((each) => each.facilityId));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const chosen = [...selected].filter((id) => inForce.has(id));
  const toggle = (id: string, isOn: boolean) =>
    setSelected((before) => new Set(isOn ? [...before, id] : [...before].filter((each) => each !== id)));
  const rows = members.toSorted(
    (one, other) =>
      Number(other.inForce) - Number(one.inForce) || one.facilityId.localeCompare(other.facilityId),
  );
  return (
    <Card component="section" aria-labelledby="members">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} id="members">
            Members
          </Title>
          <Group gap="xs">
            {chosen.length > 0 && (
              <Act
                name="group.remove"
                label={`Remove ${chosen.length}`}
                input={{ facilityGroupId, facilityIds: chosen }}
                ask={['at']}
                isDangerous
                consequence={
                  <>
                    {chosen.map((id) => nameOf.get(id) ?? id).join(', ')}: the memberships end, their history
                    is kept.
                    <WhatIf change={{ facilityGroupId, facilityIds: chosen, sells: false }} />
                  </>
                }
                done={() => `${chosen.length} memberships have ended`}
                onDone={() => setSelected(new Set())}
              />
            )}
            <AddMembers channel={channel} inForce={inForce} />
          </Group>
        </Group>
        <Switch
          size="xs"
          w="fit-content"
          label="Also memberships that have ended"
          checked={isPastShown}
          onChange={({ currentTarget }) => onPastShown(currentTarget.checked)}
        />
        <DataTable
          label="Facilities of the channel"
          rows={rows}
          keyOf={({ facilityId, fromDate }) => `${facilityId} ${fromDate}`}
          empty={
            <Empty title="No facility sells here">
              Every product of the channel’s shops shows 0 until one does.
            </Empty>
          }
          columns={[
            {
              header: <span className="visually-hidden">Select</span>,
              width: 36,
              cell: ({ facilityId, inForce: isNow }) =>
                isNow && (
                  <Checkbox
                    aria-label={`Select ${facilityId}`}
                    checked={selected.has(facilityId)}
                    onChange={({ currentTarget }) => toggle(facilityId, currentTarget.checked)}
                  />
                ),
            },
            {
              header: 'Facility',
              cell: ({ facilityId }) => (
                <>
                  <FacilityLink id={facilityId}>{nameOf.get(facilityId) ?? facilityId}</FacilityLink>
                  <Text size="xs" c="dimmed">
                    {facilityId}
                  </Text>
                </>
              ),
            },
            { header: 'State', cell: (member) => <MembershipState member={member} /> },
            { header: 'From', isExtra: true, cell: ({ fromDate }) => <WholeInstant at={fromDate} /> },
            { header: 'Until', cell: ({ thruDate }) => <WholeInstant at={thruDate} none="without an end" /> },
          ]}
        />
      </Stack>
    </Card>
  );
}

interface AddMembersProps {
  readonly channel: Channel;
  readonly inForce: ReadonlySet<string>;
}

function AddMembers({ channel: { facilityGroupId, facilityGroupName }, inForce }: AddMembersProps) {
  const facilities = useAll('facility.list');
  const others = (facilities.data ?? []).filter(
    ({ facilityId, isVirtual }) => !isVirtual && !inForce.has(facilityId),
  );
  return (
    <Act
      name="group.add"
      label="Add members"
      input={{ facilityGroupId }}
      ask={['facilityIds', 'fromDate', 'thruDate']}
      choices={{
        facilityIds: others.map(({ facilityId, facilityName }) => ({
          value: facilityId,
          label: facilityName,
        })),
      }}
      consequence={`Their stock is for sale on ${facilityGroupName} then.`}
      preview={({ facilityIds = [] }) => {
        const joining = [facilityIds ?? []].flat();
        return joining.length === 0 ? null : (
          <WhatIf change={{ facilityGroupId, facilityIds: joining, sells: true }} />
        );
      }}
      done={() => `Members of ${facilityGroupName} are added`}
    />
  );
}
