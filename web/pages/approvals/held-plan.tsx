import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { heldBecause } from '../../../src/domain/sync-plan.ts';
import { useLook } from '../../api/queries.ts';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import type { ResultOf } from '../../api/operation-types.ts';
import { Instant } from '../../parts/instant.tsx';
import { Loaded } from '../../parts/page.tsx';
import { PlanActs } from '../../parts/plan-acts.tsx';
import { PlanCauseBadge } from '../../parts/plan-causes.tsx';
import { PlanTotals } from '../../parts/plan-totals.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Move, Units } from '../../parts/units.tsx';
import { PageLink } from '../../parts/page-link.tsx';

type PlanRow = ResultOf<'lane.plan'>['rows'][number];

/** The largest moves stand on the card; all of them on the plan's page. */
const MOVES_SHOWN = 3;

const COLUMNS: readonly Column<PlanRow>[] = [
  { header: 'SKU', cell: ({ sku }) => sku },
  { header: 'Cause', isExtra: true, cell: ({ cause }) => <PlanCauseBadge cause={cause} /> },
  {
    header: 'Published',
    isNumber: true,
    cell: ({ published }) => <Units value={published} none="nothing yet" />,
  },
  { header: 'Will be', isNumber: true, cell: ({ willBe }) => <Units value={willBe} /> },
  { header: 'Difference', isNumber: true, cell: ({ difference }) => <Move value={difference} /> },
];

/** The plan of a shop that waits: what it would do, the largest moves, and the decision. */
export function HeldPlan({ shopId }: { readonly shopId: string }) {
  const lane = useLook('lane.show', { shopId });
  return (
    <Card>
      <Loaded look={lane} lines={4}>
        {({ plans }) => {
          const held = plans.find(({ state }) => state === 'HELD');
          return held ? <Held shopId={shopId} {...held} /> : <Text size="sm">It was decided just now.</Text>;
        }}
      </Loaded>
    </Card>
  );
}

interface HeldProps {
  readonly shopId: string;
  readonly plan: number;
  readonly madeAt: string;
}

function Held({ shopId, plan, madeAt }: HeldProps) {
  const look = useLook('lane.plan', { shopId, plan, limit: MOVES_SHOWN });
  return (
    <Loaded look={look} lines={4}>
      {({ revision, counts, totals, rows }) => (
        <Stack gap="sm">
          <Group justify="space-between" align="flex-start">
            <Stack gap={2}>
              <Group gap="xs">
                <StateBadge tone="attention">Held</StateBadge>
                <Title order={3} size="h2">
                  {shopId}: plan {plan}
                </Title>
              </Group>
              <Text size="sm">
                {heldBecause(counts)}. Revision {revision}, held <Instant at={madeAt} />.
              </Text>
            </Stack>
            <PlanActs shopId={shopId} plan={plan} revision={revision} products={totals.products} />
          </Group>
          <PlanTotals totals={totals} />
          <DataTable
            label={`The largest moves of plan ${plan} of ${shopId}`}
            rows={rows}
            columns={COLUMNS}
            keyOf={({ sku }) => sku}
            empty={<Text size="sm">Nothing of it is left.</Text>}
          />
          <Text size="sm">
            <PageLink to="/approvals/$shopId/$plan" params={{ shopId, plan: String(plan) }}>
              Look at {totals.products === 1 ? 'its product' : `all ${totals.products} products`}
            </PageLink>
          </Text>
        </Stack>
      )}
    </Loaded>
  );
}
