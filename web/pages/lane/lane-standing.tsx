/** How a lane stands: its state, its oldest change, the file under way, what stops it, and the ways out. */
import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { isWithinLimit, waitingInWords, WAITING_CAUSES } from '../../../src/domain/oldest-change.ts';
import { heldBecause } from '../../../src/domain/sync-plan.ts';
import { isUnderWay } from '../../../src/domain/upload-file.ts';
import { useLook } from '../../api/queries.ts';
import { Instant } from '../../parts/instant.tsx';
import { withReadableInstants } from '../../parts/readable-instants.ts';
import { LaneBadge } from '../../parts/lane-badges.tsx';
import { RowsProgress } from '../../parts/rows-progress.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Units } from '../../parts/units.tsx';
import type { LaneView } from './lane-view.ts';
import { LaneTrouble } from './lane-trouble.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { Figure, Figures } from '../../parts/figures.tsx';

export function LaneStanding({ lane }: { readonly lane: LaneView }) {
  const head = lane.files.find(({ sequence }) => sequence === lane.head);
  return (
    <Stack gap="sm">
      <Card>
        <Figures>
          <Figure name="Lane">
            <LaneBadge state={lane.state} />
          </Figure>
          <Figure name="Files waiting">
            <Units value={lane.filesWaiting} />
          </Figure>
          <Figure name="Rows waiting">
            {lane.files.some(isUnderWay) && 'at most '}
            <Units value={lane.productsWaiting} />
          </Figure>
          <Figure name="Oldest change not on Shopify">
            <OldestChange lane={lane} />
          </Figure>
          {lane.nextDelta && <Figure name="Next delta">{withReadableInstants(lane.nextDelta)}</Figure>}
        </Figures>
        {head?.status === 'APPLYING' && <UnderWay shopId={lane.shopId} sequence={head.sequence} />}
        {lane.run && lane.run.words !== '' && (
          <Text size="sm" c="dimmed" mt="sm">
            The run{lane.run.words}
          </Text>
        )}
      </Card>
      <LaneTrouble lane={lane} />
      {lane.plans
        .filter(({ state }) => state === 'HELD')
        .map(({ plan, counts, madeAt }) => (
          <Card key={plan}>
            <Group justify="space-between" align="flex-start">
              <Stack gap={4}>
                <Group gap="xs">
                  <StateBadge tone="attention">Held</StateBadge>
                  <Title order={2}>Plan {plan} waits for a person</Title>
                </Group>
                <Text size="sm">
                  {heldBecause(counts)}. Held <Instant at={madeAt} />.
                </Text>
              </Stack>
              <Text size="sm">
                <PageLink to="/approvals/$shopId/$plan" params={{ shopId: lane.shopId, plan: String(plan) }}>
                  Look at its products
                </PageLink>
              </Text>
            </Group>
          </Card>
        ))}
    </Stack>
  );
}

function OldestChange({ lane: { oldestChange } }: { readonly lane: LaneView }) {
  if (!oldestChange) return 'unavailable';
  if (oldestChange.waiting.length === 0)
    return <StateBadge tone="good">every change is on Shopify</StateBadge>;
  return (
    <Stack gap={4}>
      {oldestChange.waiting.map((waiting) => (
        <Group key={waiting.cause} gap={6} wrap="nowrap">
          {waiting === oldestChange.onItsWay && !isWithinLimit(oldestChange) && (
            <StateBadge tone="attention">late</StateBadge>
          )}
          {WAITING_CAUSES[waiting.cause].isSetApart && <StateBadge tone="waiting">set apart</StateBadge>}
          <span>{waitingInWords(oldestChange, waiting)}</span>
        </Group>
      ))}
    </Stack>
  );
}

const LOOK_AT_WORK_MS = 3_000;

function UnderWay({ shopId, sequence }: { readonly shopId: string; readonly sequence: number }) {
  const file = useLook('lane.file', { shopId, sequence }, { lookAgainMs: LOOK_AT_WORK_MS });
  if (!file.data) return null;
  const { rows, applied, skipped, quarantined, owed } = file.data;
  return (
    <Stack gap={4} mt="sm">
      <Text size="sm">
        <PageLink to="/files/$shopId/$sequence" params={{ shopId, sequence: String(sequence) }}>
          File {sequence}
        </PageLink>{' '}
        is being applied
      </Text>
      <RowsProgress
        label={`Rows of file ${sequence} that are done`}
        done={applied + skipped + quarantined + owed}
        total={rows}
      />
    </Stack>
  );
}
