import { Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import {
  ageMs,
  isWithinLimit,
  waitingInWords,
  type OldestChange,
} from '../../../src/domain/oldest-change.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { durationOf, Instant } from '../../parts/instant.tsx';
import { LaneBadge } from '../../parts/lane-badges.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Units } from '../../parts/units.tsx';
import { PageLink } from '../../parts/page-link.tsx';

type Lane = ResultOf<'lane.list'>[number];

const COLUMNS: readonly Column<Lane>[] = [
  {
    header: 'Shop',
    cell: ({ shopId }) => (
      <PageLink to="/files/$shopId" params={{ shopId }} fw={600}>
        {shopId}
      </PageLink>
    ),
  },
  {
    header: 'Lane',
    cell: ({ state, plansHeld }) => (
      <>
        <LaneBadge state={state} />
        {plansHeld > 0 && (
          <Text size="xs" hiddenFrom="sm">
            <PageLink to="/approvals">a plan is held</PageLink>
          </Text>
        )}
      </>
    ),
  },
  {
    header: 'What stops it',
    isExtra: true,
    cell: ({ reasonCode, head, state }) =>
      reasonCode !== null ? (
        <Text size="sm" ff="monospace">
          {reasonCode}
          {head !== null && <span> · file {head}</span>}
        </Text>
      ) : state === 'paused' ? (
        'a person'
      ) : (
        '–'
      ),
  },
  { header: 'Since', isExtra: true, cell: ({ stoppedSince }) => <Instant at={stoppedSince} /> },
  { header: 'Files', isNumber: true, cell: ({ filesWaiting }) => <Units value={filesWaiting} /> },
  {
    header: 'Rows',
    isNumber: true,
    isExtra: true,
    cell: ({ productsWaiting }) => <Units value={productsWaiting} />,
  },
  { header: 'Oldest change', cell: ({ oldestChange }) => <Oldest figure={oldestChange} /> },
  {
    header: 'Plan',
    isExtra: true,
    cell: ({ plansHeld }) => (plansHeld > 0 ? <PageLink to="/approvals">held</PageLink> : '–'),
  },
];

export function Files() {
  const lanes = useLook('lane.list');
  const navigate = useNavigate();
  return (
    <Page
      title="Files"
      about="Each shop has one lane: its numbered files are applied strictly one after the other. What blocks the first one keeps all that are behind it."
    >
      <Loaded look={lanes}>
        {(rows) => (
          <DataTable
            label="The lanes of all shops"
            rows={rows}
            columns={COLUMNS}
            keyOf={({ shopId }) => shopId}
            onOpen={({ shopId }) => void navigate({ to: '/files/$shopId', params: { shopId } })}
            empty={
              <Empty title="There is no shop yet">
                <code>atp shop add</code>, or <PageLink to="/settings">Settings</PageLink>, connects one; its
                lane is then here.
              </Empty>
            }
          />
        )}
      </Loaded>
    </Page>
  );
}

/** The figure by which a shop is in step, or not; what it waits for is told when it is pointed at. */
function Oldest({ figure }: { readonly figure: OldestChange | null }) {
  if (!figure) return 'unavailable';
  const [first] = figure.waiting;
  if (!first) return <StateBadge tone="good">nothing waits</StateBadge>;
  const shown = figure.onItsWay ?? first;
  return (
    <StateBadge tone={isWithinLimit(figure) ? 'waiting' : 'attention'} about={waitingInWords(figure, shown)}>
      {durationOf(ageMs(figure, shown))}
    </StateBadge>
  );
}
