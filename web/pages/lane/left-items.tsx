import { Group } from '@mantine/core';
import { leftInWords } from '../../../src/domain/left-items.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty } from '../../parts/page.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
import type { LaneView } from './lane-view.ts';

type Left = LaneView['left'][number];

const STATES: Readonly<Record<Left['state'], readonly [Tone, string, string]>> = {
  WAITING: ['waiting', 'Waits', 'The next file sends them to zero.'],
  WITHHELD: ['attention', 'Withheld', 'Too many were left at once: a person decides.'],
  DRAINING: ['busy', 'Draining', 'A file sends them to zero.'],
  ON_SALE: ['bad', 'On sale', 'They may still be sold: nothing has sent them to zero.'],
};

const COLUMNS: readonly Column<Left>[] = [
  {
    header: 'State',
    cell: ({ state }) => {
      const [tone, word, about] = STATES[state];
      return (
        <StateBadge tone={tone} about={about}>
          {word}
        </StateBadge>
      );
    },
  },
  { header: 'What', cell: (left) => leftInWords(left) },
  { header: 'Location', isExtra: true, cell: ({ locationId }) => <code>{locationId}</code> },
  { header: 'File', isNumber: true, isExtra: true, cell: ({ sequence }) => sequence ?? '–' },
  { header: 'Since', cell: ({ since }) => <Instant at={since} /> },
];

/** Items that products have left and that may be sold on. */
export function LeftItems({ lane: { shopId, left } }: { readonly lane: LaneView }) {
  const isForAPerson = left.some(({ state }) => state === 'ON_SALE' || state === 'WITHHELD');
  return (
    <>
      {isForAPerson && (
        <Group justify="flex-end" gap="xs" mb="xs">
          <Act
            name="shop.drain"
            label="Send them to zero"
            input={{ shopId }}
            consequence="A file sends to zero what products have left on sale."
            done={({ drains }) => `Files that send them to zero: ${drains.length}`}
          />
          <Act
            name="shop.drain"
            label="Leave them to somebody else"
            input={{ shopId, dismiss: true }}
            ask={['reason']}
            need={['reason']}
            isDangerous
            consequence="Nothing is sent, and nobody is told of them any more: they may be sold on."
            done={({ dismissed }) => `${dismissed} are left to somebody else`}
          />
        </Group>
      )}
      <DataTable
        label={`What products of ${shopId} have left on sale`}
        rows={left}
        columns={COLUMNS}
        keyOf={({ locationId, state }) => `${locationId} ${state}`}
        empty={
          <Empty title="Nothing is left on sale">
            An item of Shopify that a product has had and has no more would be here until it is at zero.
          </Empty>
        }
      />
    </>
  );
}
