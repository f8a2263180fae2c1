/** What Shopify shows of the product, beside what it should show. What cannot be read is unavailable, and never 0. */
import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useLook } from '../../api/queries.ts';
import { Facts } from '../../parts/facts.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Loaded } from '../../parts/page.tsx';
import { Excess, Units } from '../../parts/units.tsx';
import type { ExplainedProduct } from './explained.tsx';

interface ShopValueProps {
  readonly sku: string;
  readonly shopId: string;
  readonly explained: ExplainedProduct;
}

type LastPush = NonNullable<ExplainedProduct['explanation']['lastPush']>;

/** Why the last file has written nothing. */
function noWriteInWords({ outcome, errorCode }: LastPush): string {
  if (errorCode !== null) return `not written: ${errorCode}`;
  return outcome === 'OWED' ? 'not written: the next file has it' : 'nothing to write';
}

export function ShopValue({ sku, shopId, explained: { explanation } }: ShopValueProps) {
  const look = useLook('product.pushes', { sku, shopId, readNow: true, limit: 1 }, { lookAgainMs: false });
  const { onlineAtp, lastPush } = explanation;
  return (
    <Card component="section" aria-labelledby="shopify" h="100%">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="shopify">
          On Shopify, {shopId}
        </Title>
        <Button
          variant="default"
          leftSection={<IconRefresh size={14} />}
          loading={look.isFetching}
          onClick={() => void look.refetch()}
        >
          Read again
        </Button>
      </Group>
      <Loaded look={look} lines={4}>
        {({ shownNow, pushes: [newest] }) => (
          <Stack gap="md">
            <div>
              <Text size="xs" c="dimmed">
                Shows now
              </Text>
              <Text fz={28} fw={700} lh={1.2}>
                <Units value={shownNow?.units} />
              </Text>
              <Text size="xs" c="dimmed">
                {shownNow?.unread ? (
                  shownNow.unread.message
                ) : (
                  <>
                    read <Instant at={shownNow?.readAt} />
                  </>
                )}
              </Text>
            </div>
            <Facts
              columns={2}
              facts={[
                { name: 'Online ATP', value: <Units value={onlineAtp} /> },
                {
                  name: 'Difference',
                  value: (
                    <Excess value={typeof shownNow?.units === 'number' ? shownNow.units - onlineAtp : null} />
                  ),
                },
                {
                  name: 'Last file',
                  value: <Units value={newest?.quantity} none="none that is kept" />,
                },
                {
                  name: 'Last push',
                  value: lastPush ? (
                    <>
                      <Units value={lastPush.quantity} none={noWriteInWords(lastPush)} />,{' '}
                      <Instant at={lastPush.at} />
                    </>
                  ) : (
                    'never'
                  ),
                },
                ...(lastPush && lastPush.keptBack > 0
                  ? [{ name: 'Kept back', value: <Units value={lastPush.keptBack} /> }]
                  : []),
              ]}
            />
            {lastPush && lastPush.keptBack > 0 && (
              <Text size="sm">
                So many units were seen to be gone from Shopify
                {lastPush.keptBackSince !== null && (
                  <>
                    , the first <Instant at={lastPush.keptBackSince} />
                  </>
                )}
                , and no imported order explains them yet: they are sold, it seems. What no order explains is
                put on sale again once the orders of that time are imported.
              </Text>
            )}
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}
