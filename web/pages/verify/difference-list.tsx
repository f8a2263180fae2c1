import { Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { DifferenceCause } from '../../../src/domain/difference.ts';
import { SKUS_ASKED_MAX } from '../../../src/domain/limits/inputs.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { usePages } from '../../api/pages.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Excess, Units } from '../../parts/units.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { CauseFilter } from './cause-filter.tsx';
import { CAUSE_WORDS, FateBadge } from './difference-causes.tsx';
import { LIST_PAGE } from './list-page.ts';
import { healedInWords } from './verify-acts.tsx';

type Difference = Exclude<ResultOf<'shop.differences'>['differences'][number], readonly unknown[]>;

const COLUMNS: readonly Column<Difference>[] = [
  {
    header: 'SKU',
    cell: ({ sku, cause }) => (
      <>
        <PageLink to="/products/$sku" params={{ sku }}>
          {sku}
        </PageLink>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          {CAUSE_WORDS[cause][0]}
        </Text>
      </>
    ),
  },
  { header: 'Online ATP', isNumber: true, cell: ({ onlineAtp }) => <Units value={onlineAtp} /> },
  { header: 'Shopify shows', isNumber: true, cell: ({ shopify }) => <Units value={shopify} /> },
  {
    header: 'Difference',
    isNumber: true,
    isExtra: true,
    cell: ({ excess }) => <Excess value={excess} />,
  },
  { header: 'Cause', isExtra: true, cell: ({ cause }) => CAUSE_WORDS[cause][0] },
  {
    header: 'What becomes of it',
    isExtra: true,
    cell: ({ cause, isOwed }) =>
      isOwed ? <StateBadge tone="waiting">comes with the next file</StateBadge> : <FateBadge cause={cause} />,
  },
];

/** The rows of the last verification: filtered by cause, and healed as many as are chosen. */
export function DifferenceList({ shopId }: { readonly shopId: string }) {
  const [{ cause }, setFilters] = useFilters(['cause']);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const input = { shopId, ...(cause !== undefined && { cause: cause as DifferenceCause }) };
  const pages = usePages('shop.differences', { ...input, limit: LIST_PAGE });
  return (
    <Loaded look={pages}>
      {(data) => {
        const verification = data.pages[0]?.verification ?? null;
        const rows = data.pages.flatMap(({ differences }): readonly Difference[] => differences);
        const healable = rows.filter((row) => row.isHealedByFile && !row.isOwed).map(({ sku }) => sku);
        const skus = healable.filter((sku) => chosen.has(sku));
        const choose = (names: readonly string[], isChosen: boolean) =>
          setChosen((before) => {
            const after = new Set(before);
            for (const name of names) {
              if (isChosen) after.add(name);
              else after.delete(name);
            }
            return after;
          });
        const select: Column<Difference> = {
          header: (
            <Checkbox
              aria-label="Choose all that a file can heal"
              disabled={healable.length === 0}
              checked={healable.length > 0 && skus.length === healable.length}
              indeterminate={skus.length > 0 && skus.length < healable.length}
              onChange={({ currentTarget }) => choose(healable, currentTarget.checked)}
            />
          ),
          width: 40,
          cell: ({ sku, isHealedByFile, isOwed }) => (
            <Checkbox
              aria-label={`Heal ${sku}`}
              disabled={!isHealedByFile || isOwed}
              checked={chosen.has(sku)}
              onChange={({ currentTarget }) => choose([sku], currentTarget.checked)}
            />
          ),
        };
        return (
          <Stack gap="sm">
            <Group justify="space-between" gap="xs">
              {verification && verification.different > 0 && (
                <CauseFilter
                  causes={verification.causes}
                  value={cause}
                  onChange={(one) => setFilters({ cause: one })}
                />
              )}
              {rows.length > 0 && (
                <Act
                  name="shop.heal"
                  label={skus.length === 0 ? 'Heal selected' : `Heal ${skus.length} selected`}
                  input={{ shopId, skus }}
                  whyNot={whyNot(skus.length)}
                  consequence={`These come with the next file, as they are then: ${skus.join(', ')}.`}
                  done={healedInWords}
                  onDone={() => setChosen(new Set())}
                  button={{ ml: 'auto' }}
                />
              )}
            </Group>
            <DataTable
              label={`Products of ${shopId} that differ on Shopify`}
              rows={rows}
              columns={[select, ...COLUMNS]}
              keyOf={({ sku }) => sku}
              more={
                pages.hasNextPage
                  ? { isLoading: pages.isFetchingNextPage, onMore: () => void pages.fetchNextPage() }
                  : undefined
              }
              csv={{ name: 'shop.differences', input, fileName: `differences-${shopId}.csv` }}
              empty={<NoRows isVerified={verification !== null} isFiltered={cause !== undefined} />}
            />
          </Stack>
        );
      }}
    </Loaded>
  );
}

function whyNot(count: number): string | undefined {
  if (count === 0) return 'Choose products that a file can heal';
  return count > SKUS_ASKED_MAX
    ? `One file takes ${SKUS_ASKED_MAX} of them at most: heal all instead`
    : undefined;
}

function NoRows({ isVerified, isFiltered }: { readonly isVerified: boolean; readonly isFiltered: boolean }) {
  if (!isVerified)
    return <Empty title="Nothing was compared yet">Once it is verified, what differs stands here.</Empty>;
  return isFiltered ? (
    <Empty title="No difference of this cause" />
  ) : (
    <Empty title="No difference">
      Shopify showed exactly the Online ATP of every product that was compared.
    </Empty>
  );
}
