import { Card, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { heldBecause } from '../../../src/domain/sync-plan.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { usePages } from '../../api/pages.ts';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Empty, Loaded, Page } from '../../parts/page.tsx';
import { PlanActs } from '../../parts/plan-acts.tsx';
import { PlanCauseBadge } from '../../parts/plan-causes.tsx';
import { PlanTotals } from '../../parts/plan-totals.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import { Move, Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { PageLink } from '../../parts/page-link.tsx';

type PlanRow = ResultOf<'lane.plan'>['rows'][number];
type PlanState = ResultOf<'lane.plan'>['state'];

const STATES: Readonly<Record<PlanState, readonly [Tone, string]>> = {
  HELD: ['attention', 'Held'],
  APPROVED: ['good', 'Approved'],
  REJECTED: ['none', 'Rejected'],
  REPLACED: ['none', 'Replaced: none of its products is suspect any more'],
};

const SEARCH_AFTER_MS = 300;
const ROWS_PER_PAGE = 250;

const COLUMNS: readonly Column<PlanRow>[] = [
  {
    header: 'SKU',
    cell: ({ sku }) => (
      <PageLink to="/products/$sku" params={{ sku }}>
        {sku}
      </PageLink>
    ),
  },
  {
    header: 'On Shopify',
    isNumber: true,
    isExtra: true,
    cell: ({ shopify, isRead }) => (
      <>
        <Units value={shopify} />
        {!isRead && shopify !== null && (
          <Text component="span" inherit c="dimmed">
            {' '}
            (last known)
          </Text>
        )}
      </>
    ),
  },
  {
    header: 'Published',
    isNumber: true,
    cell: ({ published }) => <Units value={published} none="nothing yet" />,
  },
  {
    header: 'Will be',
    isNumber: true,
    cell: ({ willBe, keptBack, shopifyWillShow }) => (
      <>
        <Units value={willBe} />
        {keptBack > 0 && (
          <Text component="span" inherit c="dimmed">
            {' '}
            (Shopify shows <Units value={shopifyWillShow} />: <Units value={keptBack} /> kept back)
          </Text>
        )}
      </>
    ),
  },
  { header: 'Difference', isNumber: true, cell: ({ difference }) => <Move value={difference} /> },
  { header: 'Cause', isExtra: true, cell: ({ cause }) => <PlanCauseBadge cause={cause} /> },
  {
    header: 'Because of',
    isExtra: true,
    cell: ({ becauseOf, cause }) =>
      becauseOf ?? (cause === 'FIRST_HARD_SYNC' ? 'the first Hard Sync' : 'a setting, mapping or membership'),
  },
  { header: 'Since', isWide: true, cell: ({ since }) => <Instant at={since} /> },
];

/** A plan, product by product: nobody approves blind. */
export function PlanPage() {
  const params = useParams({ from: '/approvals/$shopId/$plan' });
  const { shopId } = params;
  const plan = Number(params.plan);
  const [{ search }, setFilters] = useFilters(['search']);
  const input = { shopId, plan, limit: ROWS_PER_PAGE, ...(search !== undefined && { search }) };
  const pages = usePages('lane.plan', input);
  const first = pages.data?.pages[0];
  return (
    <Page
      title={`Plan ${params.plan} of ${shopId}`}
      about={<PageLink to="/approvals">All approvals</PageLink>}
      actions={
        first && (
          <PlanActs
            shopId={shopId}
            plan={plan}
            revision={first.revision}
            products={first.totals.products}
            whyNot={
              first.state === 'HELD' ? undefined : `It is decided: ${STATES[first.state][1].toLowerCase()}`
            }
          />
        )
      }
    >
      <Loaded look={pages} lines={10}>
        {(data) => {
          const [one] = data.pages;
          if (!one) return null;
          const [tone, word] = STATES[one.state];
          const isHeld = one.state === 'HELD';
          return (
            <>
              <Group gap="xs">
                <StateBadge tone={tone}>{word}</StateBadge>
                <Text size="sm">
                  {isHeld && `because ${heldBecause(one.counts)}. `}Revision {one.revision}.
                </Text>
              </Group>
              {isHeld && (
                <Card>
                  <PlanTotals totals={one.totals} />
                </Card>
              )}
              {one.unread && (
                <Notice tone="attention" title="Shopify could not be read">
                  <Text size="sm">
                    {one.unread.message} ({one.unread.code}). What was left there at the last push is shown
                    instead.
                  </Text>
                </Notice>
              )}
              <Card>
                {isHeld && (
                  <FilterBar mb="xs">
                    <Search
                      key={shopId}
                      text={search ?? ''}
                      onSearch={(text) => setFilters({ search: text })}
                    />
                  </FilterBar>
                )}
                <DataTable
                  label={`Products of plan ${plan} of ${shopId}, the largest move first`}
                  rows={data.pages.flatMap(({ rows }) => rows)}
                  columns={COLUMNS}
                  keyOf={({ sku }) => sku}
                  more={
                    pages.hasNextPage
                      ? { isLoading: pages.isFetchingNextPage, onMore: () => void pages.fetchNextPage() }
                      : undefined
                  }
                  csv={{
                    name: 'lane.plan',
                    input: { shopId, plan, ...(search !== undefined && { search }) },
                    fileName: `plan-${plan}-${shopId}.csv`,
                  }}
                  empty={<NoRows isHeld={isHeld} isSearched={search !== undefined} shopId={shopId} />}
                />
              </Card>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface SearchProps {
  readonly text: string;
  readonly onSearch: (text: string | undefined) => void;
}

function Search({ text, onSearch }: SearchProps) {
  const [typed, setTyped] = useState(text);
  const search = useDebouncedCallback(
    (value: string) => onSearch(value.trim() || undefined),
    SEARCH_AFTER_MS,
  );
  return (
    <TextInput
      aria-label="Only SKUs with this text in them"
      placeholder="Search SKUs"
      leftSection={<IconSearch size={14} aria-hidden />}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        search(currentTarget.value);
      }}
    />
  );
}

interface NoRowsProps {
  readonly isHeld: boolean;
  readonly isSearched: boolean;
  readonly shopId: string;
}

function NoRows({ isHeld, isSearched, shopId }: NoRowsProps) {
  if (!isHeld)
    return (
      <Empty title="The products of a plan are listed while it is held">
        What came of it is in the decisions of{' '}
        <PageLink to="/files/$shopId" params={{ shopId }}>
          the lane of {shopId}
        </PageLink>
        .
      </Empty>
    );
  return isSearched ? (
    <Empty title="No product of the plan has this text in its SKU" />
  ) : (
    <Empty title="Nothing of it is left" />
  );
}
