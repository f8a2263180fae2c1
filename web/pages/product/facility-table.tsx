/** What each facility contributes, and why one does not. */
import { Card, Stack, Text, Title } from '@mantine/core';
import { Act } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { FacilityLink } from '../../parts/links.tsx';
import { Empty } from '../../parts/page.tsx';
import { SettingsPreview } from '../../parts/settings-preview.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Units } from '../../parts/units.tsx';
import type { ExplainedProduct } from './explained.tsx';

type Contribution = ExplainedProduct['explanation']['facilities'][number];

export function FacilityTable({ explained: { explanation } }: { readonly explained: ExplainedProduct }) {
  const { sku, facilities, facilityGroupId } = explanation;
  return (
    <Card component="section" aria-labelledby="by-facility">
      <Stack gap="sm">
        <Title order={2} id="by-facility">
          By facility
        </Title>
        <DataTable
          label="Facilities"
          rows={facilities}
          keyOf={({ facilityId }) => facilityId}
          empty={<Empty title={`No facility has it, and none sells in ${facilityGroupId}`} />}
          columns={[
            {
              header: 'Facility',
              cell: ({ facilityId, facilityName }) => (
                <>
                  <FacilityLink id={facilityId}>{facilityName}</FacilityLink>
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {facilityId}
                  </Text>
                </>
              ),
            },
            { header: 'Online', cell: (facility) => <Sells facility={facility} /> },
            {
              header: 'On hand',
              isNumber: true,
              cell: ({ quantityOnHand }) => <Units value={quantityOnHand} />,
            },
            {
              header: 'Reserved',
              isNumber: true,
              isExtra: true,
              cell: ({ reserved }) => <Units value={reserved} />,
            },
            {
              header: 'Safety stock',
              isNumber: true,
              isExtra: true,
              cell: ({ safetyStock }) => <Units value={safetyStock} />,
            },
            {
              header: <span className="visually-hidden">Settings</span>,
              isNumber: true,
              cell: ({ facilityId, facilityName, safetyStock, allowBrokering }) => (
                <Act
                  name="product.set"
                  label="Set"
                  input={{ sku, facilityId }}
                  current={{ safetyStock, allowBrokering }}
                  ask={['safetyStock', 'allowBrokering']}
                  consequence={`${sku} at ${facilityName}. The next delta takes what moves to Shopify.`}
                  preview={(settings) => <SettingsPreview settings={settings} skus={[sku]} />}
                  done={() => `${sku} at ${facilityName} is set`}
                />
              ),
            },
          ]}
        />
      </Stack>
    </Card>
  );
}

function Sells({ facility }: { readonly facility: Contribution }) {
  const { sellsOnline, isClosed, isMember, allowBrokering } = facility;
  if (sellsOnline) return <StateBadge tone="good">sells</StateBadge>;
  if (isClosed) return <StateBadge tone="paused">closed</StateBadge>;
  if (!isMember) return <StateBadge tone="none">no member</StateBadge>;
  return (
    <StateBadge tone="none" about="Its stock of this product is not sold online.">
      {allowBrokering ? 'excluded' : 'no brokering'}
    </StateBadge>
  );
}
