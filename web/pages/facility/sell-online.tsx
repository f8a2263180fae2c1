/** In which channels a facility's stock is for sale: a switch each. Off ends the membership; its history is kept. */
import type { RowOf } from '../../api/pages.ts';
import { Card, Group, Stack, Switch, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { Act } from '../../parts/act.tsx';
import { ChannelLink } from '../../parts/links.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { WhatIf } from '../../parts/what-if.tsx';
import type { Facility } from './facility.ts';

type Groups = readonly RowOf<'group.list'>[];

interface SellOnlineProps {
  readonly facility: Facility;
  readonly groups: UseQueryResult<Groups>;
}

export function SellOnline({ facility, groups }: SellOnlineProps) {
  return (
    <Card component="section" aria-labelledby="sell-online">
      <Stack gap="sm">
        <div>
          <Title order={2} id="sell-online">
            Sell inventory online
          </Title>
          <Text size="sm" c="dimmed">
            Where the stock of {facility.facilityName} may be promised.
          </Text>
        </div>
        {facility.isVirtual ? (
          <Empty title="A virtual place has no stock to sell" />
        ) : (
          <Loaded look={groups} lines={2}>
            {(all) =>
              all.length === 0 ? (
                <Empty title="There is no channel yet">
                  A channel is a facility group that a shop sells from.
                </Empty>
              ) : (
                <Stack gap="xs">
                  {all.map((group) => (
                    <ChannelSwitch key={group.facilityGroupId} facility={facility} group={group} />
                  ))}
                </Stack>
              )
            }
          </Loaded>
        )}
      </Stack>
    </Card>
  );
}

function ChannelSwitch({ facility, group }: { readonly facility: Facility; readonly group: Groups[number] }) {
  const { facilityGroupId, facilityGroupName, members } = group;
  const { facilityId, facilityName } = facility;
  const membership = members.find((member) => member.facilityId === facilityId && member.inForce);
  const isMember = membership !== undefined;
  const selling = membership?.sellsNow
    ? `is now selling on ${facilityGroupName}`
    : `is a member of ${facilityGroupName}, and does not sell: it is closed`;
  const input = { facilityGroupId, facilityIds: [facilityId] };
  const trigger = (open: () => void, isForbidden: boolean) => (
    <Switch
      w="fit-content"
      label={isMember ? selling : `does not sell on ${facilityGroupName}`}
      checked={isMember}
      aria-disabled={isForbidden}
      // It stands at what is so, and moves when that has changed.
      onChange={open}
    />
  );
  const act = isMember ? (
    <Act
      name="group.remove"
      label={`Stop selling on ${facilityGroupName}`}
      input={input}
      isDangerous
      trigger={trigger}
      consequence={
        <>
          The membership of {facilityName} ends now; its history is kept. The next delta takes its stock off{' '}
          {facilityGroupName}.
          <WhatIf change={{ facilityGroupId, facilityId, sells: false }} />
        </>
      }
      done={() => `${facilityName} does not sell on ${facilityGroupName} any more`}
    />
  ) : (
    <Act
      name="group.add"
      label={`Sell on ${facilityGroupName}`}
      input={input}
      trigger={trigger}
      consequence={
        <>
          The stock of {facilityName} is for sale on {facilityGroupName} from now on. The next delta takes it
          there.
          <WhatIf change={{ facilityGroupId, facilityId, sells: true }} />
        </>
      }
      done={() => `${facilityName} is now selling on ${facilityGroupName}`}
    />
  );
  return (
    <Group gap="md">
      {act}
      <Text size="xs">
        <ChannelLink id={facilityGroupId} />
      </Text>
    </Group>
  );
}
