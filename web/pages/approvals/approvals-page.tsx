import { Skeleton, Stack, Title } from '@mantine/core';
import { useLook } from '../../api/queries.ts';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { HeldFeed } from './held-feed.tsx';
import { HeldPlan } from './held-plan.tsx';

const HELD_FEEDS_SHOWN = 100;

/** What waits for a person: plans of the guard, and feeds that gates hold. */
export function Approvals() {
  const lanes = useLook('lane.list');
  const feeds = useLook('import.list', { state: 'held', limit: HELD_FEEDS_SHOWN });
  const plans = lanes.data?.filter(({ plansHeld }) => plansHeld > 0);
  const isNothing = plans?.length === 0 && feeds.data?.imports.length === 0;
  return (
    <Page
      title="Approvals"
      about="What looks more like a fault than like the truth is held: nothing of it is sent or counted before a person has looked at it."
    >
      {isNothing && (
        <Empty title="Nothing waits for you">
          A plan is held when too many products would collapse, surge or sell out; a feed, when it says what
          its sender hardly means.
        </Empty>
      )}
      <Loaded look={lanes} lines={3}>
        {() =>
          plans && plans.length > 0 ? (
            <Stack gap="sm" component="section" aria-label="Held plans">
              <Title order={2}>Held plans</Title>
              {plans.map(({ shopId }) => (
                <HeldPlan key={shopId} shopId={shopId} />
              ))}
            </Stack>
          ) : null
        }
      </Loaded>
      {feeds.data === undefined && !feeds.isError ? (
        <Skeleton height={60} />
      ) : (
        <Loaded look={feeds} lines={3}>
          {({ imports: held }) =>
            held.length > 0 ? (
              <Stack gap="sm" component="section" aria-label="Held feeds">
                <Title order={2}>Held feeds</Title>
                {held.map((feed) => (
                  <HeldFeed key={feed.importId} feed={feed} />
                ))}
              </Stack>
            ) : null
          }
        </Loaded>
      )}
    </Page>
  );
}
