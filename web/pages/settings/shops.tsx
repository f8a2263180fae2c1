import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { durationText } from '../../../src/domain/duration.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { useAll } from '../../api/pages.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { Facts } from '../../parts/facts.tsx';
import { WholeInstant } from '../../parts/instant.tsx';
import { ChannelLink } from '../../parts/links.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { formatUnits } from '../../parts/units.tsx';

export function Shops() {
  const look = useLook('shop.list');
  const groups = useAll('group.list');
  const choices = {
    facilityGroupId: (groups.data ?? []).map(({ facilityGroupId, facilityGroupName }) => ({
      value: facilityGroupId,
      label: facilityGroupName,
    })),
  };
  return (
    <Stack gap="md">
      <Group justify="flex-end">
        <Act
          name="shop.add"
          label="New shop"
          choices={choices}
          ask={[
            'shopId',
            'domain',
            'locationId',
            'facilityGroupId',
            'token',
            'clientId',
            'clientSecret',
            'apiVersion',
            'adminUrl',
            'noCheck',
          ]}
          consequence="Shopify is asked at once whether the token, its scopes and the location are right. The shop’s jobs are scheduled, and its catalogue is mapped by the next run."
          done={({ shop }) => `Shop ${shop.shopId} is there`}
        />
      </Group>
      <Loaded look={look} lines={8}>
        {(shops) =>
          shops.length === 0 ? (
            <Empty title="There is no shop yet">
              A shop is one Shopify store at one location. It sells the stock of one channel.
            </Empty>
          ) : (
            <Stack gap="md">
              {shops.map((shop) => (
                <ShopCard key={shop.shopId} shop={shop} choices={choices} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Stack>
  );
}

interface ShopCardProps {
  readonly shop: ResultOf<'shop.list'>[number];
  readonly choices: {
    readonly facilityGroupId: readonly { readonly value: string; readonly label: string }[];
  };
}

function ShopCard({ shop, choices }: ShopCardProps) {
  const { shopId, domain, locationId, facilityGroupId, accessTokenRef, apiVersion, adminUrl } = shop;
  const { salesPolicy, orderLagMs, ageLimitMs, unmapLimitPercent, skuMatch, orderWatermark, closingSince } =
    shop;
  const { collapseLimitPercent, surgeLimitPercent, sellOutLimitPercent, guardWindowHours } = shop;
  const guard = { collapseLimitPercent, surgeLimitPercent, sellOutLimitPercent, guardWindowHours };
  return (
    <Card component="section" aria-label={shopId}>
      <Stack gap="md">
        <Group justify="space-between">
          <Group gap="sm">
            <div>
              <Title order={2}>{shopId}</Title>
              <Text size="xs" c="dimmed">
                {domain}
              </Text>
            </div>
            {closingSince !== null && <StateBadge tone="paused">being emptied</StateBadge>}
          </Group>
          <Group gap="xs">
            <Act
              name="shop.set"
              label="Settings"
              input={{ shopId }}
              current={{
                ...{ salesPolicy, ...guard, unmapLimitPercent, skuMatch, orderWatermark },
                ...{ orderLag: durationText(orderLagMs), ageLimit: durationText(ageLimitMs) },
              }}
              ask={[
                'salesPolicy',
                'orderLag',
                'orderWatermark',
                'ageLimit',
                'collapseLimitPercent',
                'surgeLimitPercent',
                'sellOutLimitPercent',
                'guardWindowHours',
                'unmapLimitPercent',
                'skuMatch',
              ]}
              done={() => `${shopId} is set`}
            />
            <Act
              name="shop.set"
              label="Connection"
              input={{ shopId }}
              current={{ domain, locationId, facilityGroupId, apiVersion, adminUrl }}
              choices={choices}
              ask={[
                'domain',
                'locationId',
                'facilityGroupId',
                'token',
                'clientId',
                'clientSecret',
                'apiVersion',
                'adminUrl',
                'noCheck',
              ]}
              consequence="Shopify is asked whether what is given is right before it counts. Another location or channel changes what the store shows: you are asked again."
              done={({ warnings }) => (warnings.length > 0 ? warnings.join(' ') : `${shopId} is connected`)}
            />
            <Act
              name="shop.map"
              label="Map"
              input={{ shopId }}
              ask={['approve']}
              done={() => `The catalogue of ${shopId} is read and matched`}
            />
            <Act
              name="shop.remove"
              label="Remove"
              input={{ shopId }}
              ask={['drain', 'reason']}
              isDangerous
              done={() => `${shopId}: removal has begun`}
            />
          </Group>
        </Group>
        <Facts
          facts={[
            { name: 'Channel', value: <ChannelLink id={facilityGroupId} /> },
            { name: 'Location', value: locationId },
            { name: 'Token is read from', value: accessTokenRef },
            { name: 'Admin API', value: adminUrl === null ? apiVersion : `${apiVersion}, at a stand-in` },
            { name: 'Sales that are not imported', value: salesPolicy },
            {
              name: 'Orders are complete',
              value:
                orderWatermark === null ? (
                  `${durationText(orderLagMs)} after the sale`
                ) : (
                  <>
                    until <WholeInstant at={orderWatermark} />
                  </>
                ),
            },
            { name: 'A change is late after', value: durationText(ageLimitMs) },
            { name: 'SKUs are compared', value: skuMatch },
            {
              name: 'Held for approval',
              value: `collapse over ${collapseLimitPercent}\u00a0%, surge over ${formatUnits(surgeLimitPercent)}\u00a0%, sell-out over ${sellOutLimitPercent}\u00a0%, within ${guardWindowHours}\u00a0h`,
            },
            { name: 'Unmapped at once', value: `${unmapLimitPercent} % at most` },
          ]}
        />
      </Stack>
    </Card>
  );
}
