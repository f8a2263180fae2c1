/** One facility: what it is, where it sells online, since when and until when. */
import { Card, Stack, Title } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useAll } from '../../api/pages.ts';
import { Act } from '../../parts/act.tsx';
import { FacilityState } from '../../parts/facility-state.tsx';
import { Facts } from '../../parts/facts.tsx';
import { WholeInstant } from '../../parts/instant.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { Units } from '../../parts/units.tsx';
import { WhatIf } from '../../parts/what-if.tsx';
import type { Facility } from './facility.ts';
import { Memberships } from './memberships.tsx';
import { SellOnline } from './sell-online.tsx';

export function FacilityPage() {
  const { facilityId } = useParams({ from: '/facilities/$facilityId' });
  const facilities = useAll('facility.list', { facilityId });
  const groups = useAll('group.list', { facilityId, past: true });
  const [facility] = facilities.data ?? [];
  return (
    <Page
      title={facility?.facilityName ?? facilityId}
      about={facility ? facilityId : undefined}
      actions={facility && <Acts facility={facility} />}
    >
      <Loaded look={facilities} lines={4}>
        {() =>
          facility ? (
            <Card>
              <Facts
                facts={[
                  { name: 'State', value: <FacilityState facility={facility} /> },
                  { name: 'Type', value: facility.facilityTypeId },
                  { name: 'External id', value: facility.externalId ?? '–' },
                  {
                    name: 'Safety stock of new products',
                    value: <Units value={facility.safetyStock} />,
                  },
                  {
                    name: 'Closed from',
                    value: <WholeInstant at={facility.closedDate} none="not closed" />,
                  },
                ]}
              />
            </Card>
          ) : (
            <Empty title={`There is no facility ${facilityId}`}>It may have been removed.</Empty>
          )
        }
      </Loaded>
      {facility && (
        <>
          <SellOnline facility={facility} groups={groups} />
          <Card component="section" aria-labelledby="memberships">
            <Stack gap="sm">
              <Title order={2} id="memberships">
                History
              </Title>
              <Memberships facilityId={facilityId} groups={groups} />
            </Stack>
          </Card>
        </>
      )}
    </Page>
  );
}

function Acts({ facility }: { readonly facility: Facility }) {
  const { facilityId, facilityName, externalId, safetyStock, closedDate, isVirtual } = facility;
  const navigate = useNavigate();
  return (
    <>
      <Act
        name="facility.set"
        label="Change"
        input={{ facilityId }}
        current={{ facilityName, safetyStock, externalId }}
        ask={['facilityName', 'externalId', 'safetyStock']}
        consequence="What is given is changed. The safety stock is for products that come to it from now on; those that are there keep theirs."
        done={() => `${facilityId} is changed`}
      />
      {closedDate === null ? (
        !isVirtual && (
          <Act
            name="facility.set"
            label="Close"
            input={{ facilityId }}
            initial={{ closed: new Date().toISOString() }}
            ask={['closed']}
            isDangerous
            consequence={
              <>
                From then on its stock is sold online nowhere. It stays a member of its channels, and sells
                there again when it is opened.
                {facility.facilityGroupIds.map((facilityGroupId) => (
                  <WhatIf key={facilityGroupId} change={{ facilityGroupId, facilityId, sells: false }} />
                ))}
              </>
            }
            done={() => `${facilityId} is closed`}
          />
        )
      ) : (
        <Act
          name="facility.set"
          label="Open"
          input={{ facilityId, open: true }}
          consequence="It sells again where it is a member."
          done={() => `${facilityId} is open`}
        />
      )}
      <Act
        name="facility.remove"
        label="Remove"
        input={{ facilityId }}
        isDangerous
        consequence="For a facility that was made by mistake: one without members, stock and orders."
        done={() => `${facilityId} is removed`}
        onDone={() => void navigate({ to: '/facilities' })}
      />
    </>
  );
}
