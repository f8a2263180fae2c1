import { Card, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLook } from '../../api/queries.ts';
import { WholeInstant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Units } from '../../parts/units.tsx';
import { LIST_PAGE } from './list-page.ts';

/** What the last verification has found, in four numbers. */
export function LastVerification({ shopId }: { readonly shopId: string }) {
  const found = useLook('shop.differences', { shopId, limit: LIST_PAGE });
  return (
    <Card>
      <Loaded look={found} lines={2}>
        {({ verification: last }) =>
          last === null ? (
            <Empty title="It was never verified">
              What was applied is not known to be there before it was read back. “Verify everything” does.
            </Empty>
          ) : (
            <Group gap="xl" align="flex-start" style={{ rowGap: 'var(--mantine-spacing-sm)' }}>
              <Fact name="Last verification">
                {last.isSample ? (
                  <StateBadge tone="waiting">only a sample</StateBadge>
                ) : last.different === 0 ? (
                  <StateBadge tone="good">Verified: all equal</StateBadge>
                ) : (
                  <StateBadge tone="attention">Verified: some differ</StateBadge>
                )}
              </Fact>
              <Fact name="When">
                <WholeInstant at={last.verifiedAt} />
              </Fact>
              <Fact name="Compared">
                <Units value={last.checked} />
              </Fact>
              <Fact name="Equal">
                <Units value={last.checked - last.different} />
              </Fact>
              <Fact name="Different">
                <Units value={last.different} />
              </Fact>
            </Group>
          )
        }
      </Loaded>
    </Card>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="md" component="div">
        {children}
      </Text>
    </Stack>
  );
}
