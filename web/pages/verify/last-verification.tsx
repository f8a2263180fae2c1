import { Card } from '@mantine/core';
import { useLook } from '../../api/queries.ts';
import { WholeInstant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { StateBadge } from '../../parts/state-badge.tsx';
import { Units } from '../../parts/units.tsx';
import { LIST_PAGE } from './list-page.ts';
import { Figure, Figures } from '../../parts/figures.tsx';

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
            <Figures>
              <Figure name="Last verification">
                {last.isSample ? (
                  <StateBadge tone="waiting">only a sample</StateBadge>
                ) : last.different === 0 ? (
                  <StateBadge tone="good">Verified: all equal</StateBadge>
                ) : (
                  <StateBadge tone="attention">Verified: some differ</StateBadge>
                )}
              </Figure>
              <Figure name="When">
                <WholeInstant at={last.verifiedAt} />
              </Figure>
              <Figure name="Compared">
                <Units value={last.checked} />
              </Figure>
              <Figure name="Equal">
                <Units value={last.checked - last.different} />
              </Figure>
              <Figure name="Different">
                <Units value={last.different} />
              </Figure>
            </Figures>
          )
        }
      </Loaded>
    </Card>
  );
}
