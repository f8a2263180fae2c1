/** What files have done with the product, the newest first. */
import { Anchor, Card, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { usePages } from '../../api/pages.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { FILE_KIND_NAMES } from '../../parts/lane-badges.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import { Units } from '../../parts/units.tsx';

type Outcome = ResultOf<'product.pushes'>['pushes'][number]['outcome'];

const OUTCOMES: Readonly<Record<Outcome, readonly [Tone, string, string]>> = {
  APPLIED: ['good', 'applied', 'Shopify has taken it.'],
  UNCHANGED: ['good', 'unchanged', 'Shopify showed it already.'],
  QUARANTINED: ['bad', 'quarantined', 'Shopify cannot take it.'],
  OWED: ['attention', 'owed', 'It comes with the next file.'],
  UNANSWERED: ['attention', 'unanswered', 'It was sent, and whether Shopify has taken it is not known.'],
  WAITING: ['waiting', 'waiting', 'Its file is not done.'],
  NOT_SENT: ['none', 'not sent', 'Its file was left out, or a later one came in its place.'],
  NO_WRITE: ['none', 'no write', 'No call had it: a later file has the product, too, and stands for it.'],
};

export function Pushes({ sku, shopId }: { readonly sku: string; readonly shopId: string }) {
  const look = usePages('product.pushes', { sku, shopId, limit: 20 });
  return (
    <Card component="section" aria-labelledby="pushes">
      <Stack gap="sm">
        <Title order={2} id="pushes">
          Push history
        </Title>
        <Loaded look={look} lines={4}>
          {({ pages }) => (
            <DataTable
              label="Pushes"
              rows={pages.flatMap(({ pushes }) => pushes)}
              keyOf={({ sequence, inventoryItemId }) => `${sequence} ${inventoryItemId}`}
              empty={<Empty title="No file has had it">A Hard Sync publishes every mapped product.</Empty>}
              more={
                look.hasNextPage
                  ? { isLoading: look.isFetchingNextPage, onMore: () => void look.fetchNextPage() }
                  : undefined
              }
              csv={{ name: 'product.pushes', input: { sku, shopId }, fileName: `pushes-of-${sku}.csv` }}
              columns={[
                {
                  header: 'File',
                  isNumber: true,
                  width: 60,
                  cell: ({ sequence }) => (
                    <Anchor
                      inherit
                      renderRoot={(props) => (
                        <Link
                          {...props}
                          to="/files/$shopId/$sequence"
                          params={{ shopId, sequence: String(sequence) }}
                        />
                      )}
                    >
                      {sequence}
                    </Anchor>
                  ),
                },
                {
                  header: 'Kind',
                  isExtra: true,
                  cell: ({ kind }) => FILE_KIND_NAMES[kind],
                },
                {
                  header: 'Outcome',
                  cell: ({ outcome, code }) => {
                    const [tone, word, about] = OUTCOMES[outcome];
                    return (
                      <StateBadge tone={tone} about={code === null ? about : `${about} ${code}`}>
                        {word}
                      </StateBadge>
                    );
                  },
                },
                {
                  header: 'In the file',
                  isNumber: true,
                  cell: ({ quantity }) => <Units value={quantity} />,
                },
                {
                  header: 'Before it',
                  isNumber: true,
                  isExtra: true,
                  cell: ({ quantityBefore }) => <Units value={quantityBefore} none="–" />,
                },
                {
                  header: 'Shopify showed',
                  isNumber: true,
                  isExtra: true,
                  cell: ({ shopifyBefore }) => <Units value={shopifyBefore} />,
                },
                {
                  header: 'Sent',
                  isNumber: true,
                  isExtra: true,
                  cell: ({ sent }) => <Units value={sent} none="–" />,
                },
                { header: 'When', cell: ({ at }) => <Instant at={at} none="not yet" /> },
              ]}
            />
          )}
        </Loaded>
      </Stack>
    </Card>
  );
}
