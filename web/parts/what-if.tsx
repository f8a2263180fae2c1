/** What a change would do to Online ATP over the whole catalogue, told before it is made. */
import { Card, Stack, Text } from '@mantine/core';
import type { InputOf } from '../api/operation-types.ts';
import { usePages } from '../api/pages.ts';
import { DataTable } from './data-table.tsx';
import { Facts } from './facts.tsx';
import { ProductLink } from './links.tsx';
import { Loaded } from './page.tsx';
import { Move, Units } from './units.tsx';

const PAGE_ROWS = 20;

export function WhatIf({ change }: { readonly change: InputOf<'whatif.show'> }) {
  const input = { ...change, limit: PAGE_ROWS };
  const look = usePages('whatif.show', input);
  return (
    <Card
      component="section"
      aria-label={`What it does to ${change.facilityGroupId ?? 'the channel'}`}
      mt="xs"
    >
      <Loaded look={look} lines={7}>
        {({ pages }) => {
          const [first] = pages;
          if (!first) return null;
          const { compared, moved, toZero, becomeSellable, unitsLost, unitsGained } = first.totals;
          return (
            <Stack gap="sm">
              <Text size="sm" fw={600}>
                What it does to Online ATP in {first.facilityGroupId}
              </Text>
              <Facts
                columns={3}
                facts={[
                  {
                    name: 'SKUs that move',
                    value: (
                      <>
                        <Units value={moved} /> of <Units value={compared} />
                      </>
                    ),
                  },
                  { name: 'Go to zero', value: <Units value={toZero} /> },
                  { name: 'Come from zero', value: <Units value={becomeSellable} /> },
                  { name: 'Units lost', value: <Move value={-unitsLost} /> },
                  { name: 'Units gained', value: <Move value={unitsGained} /> },
                ]}
              />
              <DataTable
                label="SKUs that move"
                rows={pages.flatMap(({ products }) => products)}
                keyOf={({ sku }) => sku}
                empty={
                  <Text size="sm" c="dimmed">
                    No SKU moves.
                  </Text>
                }
                more={
                  look.hasNextPage
                    ? { isLoading: look.isFetchingNextPage, onMore: () => void look.fetchNextPage() }
                    : undefined
                }
                csv={{ name: 'whatif.show', input: change, fileName: 'what-if.csv' }}
                columns={[
                  { header: 'SKU', cell: ({ sku }) => <ProductLink sku={sku} /> },
                  { header: 'Now', isNumber: true, cell: ({ before }) => <Units value={before} /> },
                  { header: 'Then', isNumber: true, cell: ({ after }) => <Units value={after} /> },
                  { header: 'Move', isNumber: true, cell: ({ change: move }) => <Move value={move} /> },
                ]}
              />
            </Stack>
          );
        }}
      </Loaded>
    </Card>
  );
}
