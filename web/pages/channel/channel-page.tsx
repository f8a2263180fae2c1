/** One channel: its settings, the shops that sell from it, and whose stock it has, in bulk where there are many. */
import { Anchor, Card, Group } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import { useAll } from '../../api/pages.ts';
import { useLook } from '../../api/queries.ts';
import { Facts } from '../../parts/facts.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { ChannelSettings } from './channel-settings.tsx';
import { Members } from './members.tsx';

export function ChannelPage() {
  const { facilityGroupId } = useParams({ from: '/channels/$facilityGroupId' });
  const [{ past }, setFilters] = useFilters(['past']);
  const isPastShown = past === 'yes';
  const groups = useAll('group.list', { facilityGroupId, past: isPastShown });
  const shops = useLook('shop.list');
  const [channel] = groups.data ?? [];
  const sellers = shops.data?.filter((shop) => shop.facilityGroupId === facilityGroupId);
  return (
    <Page
      title={channel?.facilityGroupName ?? facilityGroupId}
      about={channel ? facilityGroupId : undefined}
      actions={channel && <ChannelSettings channel={channel} />}
    >
      <Loaded look={groups} lines={8}>
        {() =>
          channel ? (
            <>
              <Card>
                <Facts
                  facts={[
                    { name: 'Threshold', value: <Units value={channel.threshold} /> },
                    {
                      name: 'Units shown at most',
                      value: <Units value={channel.atMost} none="no limit" />,
                    },
                    { name: 'Floor per facility', value: channel.floorPerFacility ? 'on' : 'off' },
                    { name: 'Shops', value: <Shops sellers={sellers} /> },
                  ]}
                />
              </Card>
              <Members
                channel={channel}
                isPastShown={isPastShown}
                onPastShown={(isShown) => setFilters({ past: isShown ? 'yes' : undefined })}
              />
            </>
          ) : (
            <Empty title={`There is no channel ${facilityGroupId}`} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Shops({ sellers }: { readonly sellers: readonly { readonly shopId: string }[] | undefined }) {
  if (!sellers) return '…';
  if (sellers.length === 0) return 'none sells from it';
  return (
    <Group gap={8}>
      {sellers.map(({ shopId }) => (
        <Anchor
          key={shopId}
          inherit
          renderRoot={(props) => <Link {...props} to="/files/$shopId" params={{ shopId }} />}
        >
          {shopId}
        </Anchor>
      ))}
    </Group>
  );
}
