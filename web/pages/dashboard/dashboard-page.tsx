import { Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Instant } from '../../parts/instant.tsx';
import { withReadableInstants } from '../../parts/readable-instants.ts';
import { LaneBadge } from '../../parts/lane-badges.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { RunLink } from '../../parts/run-link.tsx';
import { summaryInWords } from '../../parts/run-state.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { Units } from '../../parts/units.tsx';
import { WhenSeen } from '../../parts/when-seen.tsx';
import { countToLookAt } from '../../../src/domain/difference.ts';
import { isWithinLimit, waitingInWords } from '../../../src/domain/oldest-change.ts';
import { Conditions } from './conditions.tsx';

// Charts are larger than everything else: they come once the figures stand.
const ShopCharts = lazy(async () => ({ default: (await import('./shop-charts.tsx')).ShopCharts }));

type Lane = ResultOf<'lane.list'>[number];

const FIGURES_HEIGHT = 290;

export function Dashboard() {
  const lanes = useLook('lane.list');
  return (
    <Page title="Dashboard" about="Whether each shop shows what can be promised, and what waits for you.">
      <Conditions />
      <Loaded look={lanes} lines={12}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="There is no shop yet">
              <PageLink to="/settings">Add one in Settings</PageLink>, or by command: atp shop add.
            </Empty>
          ) : (
            all.map((lane) => <Shop key={lane.shopId} lane={lane} />)
          )
        }
      </Loaded>
    </Page>
  );
}

function Shop({ lane }: { readonly lane: Lane }) {
  const { shopId, state, reasonCode, stoppedSince, filesWaiting, productsWaiting, plansHeld } = lane;
  return (
    <Card component="section" aria-label={`Shop ${shopId}`}>
      <Stack gap="sm">
        <Group gap="xs">
          <Title order={2}>
            <PageLink to="/files/$shopId" params={{ shopId }}>
              {shopId}
            </PageLink>
          </Title>
          <LaneBadge state={state} />
          {reasonCode !== null && <Text size="sm">{reasonCode}</Text>}
          {stoppedSince !== null && (
            <Text size="sm" c="dimmed">
              <Instant at={stoppedSince} />
            </Text>
          )}
          {plansHeld > 0 && (
            <StateBadge tone="attention">
              {plansHeld === 1 ? 'a plan is held' : `${plansHeld} plans are held`}
            </StateBadge>
          )}
        </Group>
        <WhenSeen height={FIGURES_HEIGHT}>
          <Stack gap="sm">
            <SimpleGrid cols={{ base: 2, md: 3, lg: 5 }} spacing="md" verticalSpacing="sm">
              <LastHardSync shopId={shopId} />
              <LastDelta shopId={shopId} />
              <Figure name="Waiting files" value={<Units value={filesWaiting} />}>
                {filesWaiting > 0 && (
                  <>
                    <Units value={productsWaiting} /> rows
                  </>
                )}
              </Figure>
              <OldestChange lane={lane} />
              <Drift shopId={shopId} />
            </SimpleGrid>
            <Suspense fallback={<div style={{ height: 214 }} aria-busy="true" />}>
              <ShopCharts shopId={shopId} />
            </Suspense>
          </Stack>
        </WhenSeen>
      </Stack>
    </Card>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: ReactNode;
  readonly children?: ReactNode;
}

function Figure({ name, value, children }: FigureProps) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="div" size="lg" fw={600}>
        {value}
      </Text>
      <Text component="div" size="xs" c="dimmed" mih={18} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </div>
  );
}

/** Files and runs that are looked through for one that did its work. */
const LOOKED_THROUGH = 10;

/** That there never was one is known only when all were looked through. */
function noneOf(seen: readonly unknown[] | undefined, what: string): string {
  return (seen?.length ?? 0) < LOOKED_THROUGH ? 'never' : `none of the last ${LOOKED_THROUGH} ${what}`;
}

/** It is done when its file is on Shopify: a run that is held for a person has done nothing yet. */
function LastHardSync({ shopId }: { readonly shopId: string }) {
  const name = 'Last Hard Sync on Shopify';
  const look = useLook('lane.files', { shopId, kind: 'hard-sync', limit: LOOKED_THROUGH });
  if (look.isError) return <Figure name={name} value="unavailable" />;
  const files = look.data?.files ?? [];
  const last = files.find(({ status }) => status === 'APPLIED' || status === 'PARTIAL');
  return (
    <Figure
      name={name}
      value={look.isPending ? ' ' : <Instant at={last?.closedAt} none={noneOf(files, 'files')} />}
    >
      {last && (
        <PageLink to="/files/$shopId/$sequence" params={{ shopId, sequence: String(last.sequence) }}>
          file {last.sequence}, <Units value={last.rows} /> rows
        </PageLink>
      )}
    </Figure>
  );
}

/** Nothing to do is a success; what is held, blocked or failed is none. */
function LastDelta({ shopId }: { readonly shopId: string }) {
  const name = 'Last recent changes';
  const filter = { shopId, job: 'recent-changes', state: 'completed', all: true } as const;
  const runs = useLook('pipeline.show', { ...filter, limit: LOOKED_THROUGH });
  if (runs.isError) return <Figure name={name} value="unavailable" />;
  const last = runs.data?.jobs.find(({ outcome }) => outcome === 'DONE' || outcome === 'NOTHING_TO_DO');
  return (
    <Figure
      name={name}
      value={runs.isPending ? ' ' : <Instant at={last?.closedAt} none={noneOf(runs.data?.jobs, 'runs')} />}
    >
      {last && (
        <RunLink run={last}>
          {last.outcome === 'NOTHING_TO_DO' ? 'nothing to do' : summaryInWords(last)}
        </RunLink>
      )}
    </Figure>
  );
}

function OldestChange({ lane: { oldestChange, nextDelta } }: { readonly lane: Lane }) {
  if (oldestChange === null) return <Figure name="Oldest change not on Shopify" value="unavailable" />;
  const waits = oldestChange.onItsWay ?? oldestChange.setApart;
  if (waits === null)
    return (
      <Figure name="Oldest change not on Shopify" value="none">
        all that changed is on Shopify
      </Figure>
    );
  return (
    <Figure
      name="Oldest change not on Shopify"
      value={
        <Group gap={6}>
          <Instant at={waits.since} />
          {!isWithinLimit(oldestChange) && <StateBadge tone="bad">too old</StateBadge>}
        </Group>
      }
    >
      {waitingInWords(oldestChange, waits)}
      {nextDelta !== null && `; ${withReadableInstants(nextDelta)}`}
    </Figure>
  );
}

/** What the last verification of all products has found. Applied is not verified. */
function Drift({ shopId }: { readonly shopId: string }) {
  const look = useLook('shop.differences', { shopId, limit: 1 });
  const found = look.data?.verification;
  if (look.isError) return <Figure name="Drift" value="unavailable" />;
  if (!found)
    return (
      <Figure name="Drift" value={look.isPending ? ' ' : 'not verified yet'}>
        {!look.isPending && <PageLink to="/verify">Verify reads Shopify</PageLink>}
      </Figure>
    );
  const { different, checked, causes, verifiedAt, isSample } = found;
  const toLookAt = countToLookAt(causes);
  return (
    <Figure
      name="Drift"
      value={
        <Group gap={6}>
          <span>
            <Units value={different} /> of <Units value={checked} />
          </span>
          {isSample ? (
            <StateBadge tone="waiting" about="The products that were not read may differ.">
              only a sample
            </StateBadge>
          ) : (
            different === 0 && <StateBadge tone="good">equal</StateBadge>
          )}
        </Group>
      }
    >
      <PageLink to="/verify" search={{ shop: shopId } as never}>
        verified <Instant at={verifiedAt} />
      </PageLink>
      {different > 0 && (
        <>
          {': '}
          <Units value={toLookAt} /> to look at
          {different > toLookAt && (
            <>
              , <Units value={different - toLookAt} /> that wait or end by themselves
            </>
          )}
        </>
      )}
    </Figure>
  );
}
