/** What a channel keeps back of every product. The move is shown for what is typed, before it is saved. */
import { Act } from '../../parts/act.tsx';
import { WhatIf } from '../../parts/what-if.tsx';
import type { Channel } from './channel.ts';

export function ChannelSettings({ channel }: { readonly channel: Channel }) {
  const { facilityGroupId, threshold, floorPerFacility, atMost } = channel;
  return (
    <Act
      name="group.set"
      label="Change settings"
      input={{ facilityGroupId }}
      current={{ threshold, floorPerFacility, atMost }}
      ask={['threshold', 'floorPerFacility', 'atMost']}
      consequence="The next delta looks at every product of the channel’s shops."
      preview={(typed) => <WhatIf change={typed} />}
      done={() => `${facilityGroupId} is changed`}
    />
  );
}
