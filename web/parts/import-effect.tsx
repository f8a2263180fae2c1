/** What a feed changes, or would change: the sums before and after, and the biggest moves. */
import { Text } from '@mantine/core';
import { effectStateInWords, type FeedImport } from '../../src/domain/feed-import.ts';
import type { FeedEffect } from '../../src/domain/feed-gates.ts';
import type { Json } from '../api/operation-types.ts';
import { DataTable } from './data-table.tsx';
import { Facts, type Fact } from './facts.tsx';
import { ProductLink } from './links.tsx';
import { Empty } from './page.tsx';
import { formatMove, formatUnits, Move, Units } from './units.tsx';

type Effect = Json<FeedEffect>;

export function EffectFacts({
  effect,
  others = [],
}: {
  readonly effect: Effect;
  readonly others?: readonly Fact[];
}) {
  const { levels, unitsBefore, unitsAfter, toZero, absent, negative } = effect;
  return (
    <Facts
      facts={[
        ...others,
        { name: 'Quantities that change', value: <Units value={levels} /> },
        {
          name: 'Units on hand of these',
          value: (
            <>
              <Units value={unitsBefore} /> → <Units value={unitsAfter} /> (
              <Move value={unitsAfter - unitsBefore} />)
            </>
          ),
        },
        {
          name: 'Fall to zero or below',
          value: (
            <>
              <Units value={toZero} />
              {absent ? `, ${absent} of them not named` : ''}
            </>
          ),
        },
        { name: 'Negative afterwards', value: <Units value={negative} /> },
      ]}
    />
  );
}

type ListedImport = Pick<FeedImport, 'state' | 'isBeingUndone'> & { readonly effect: Effect | null };

/** In a list: quantities that an import has changed; of one that is not posted, or not any more, with how far that is so. */
export function ChangedQuantities({ of }: { readonly of: ListedImport }) {
  if (of.effect === null) return '–';
  const { levels } = of.effect;
  const state = effectStateInWords(of);
  return state === null ? <Units value={levels} /> : <NotPosted figure={formatUnits(levels)} state={state} />;
}

/** The same of units on hand. */
export function ChangedUnits({ of }: { readonly of: ListedImport }) {
  if (of.effect === null) return '–';
  const move = of.effect.unitsAfter - of.effect.unitsBefore;
  const state = effectStateInWords(of);
  return state === null ? <Move value={move} /> : <NotPosted figure={formatMove(move)} state={state} />;
}

function NotPosted({ figure, state }: { readonly figure: string; readonly state: string }) {
  return (
    <Text component="span" inherit c="dimmed">
      <span className="units">{figure}</span>
      <Text component="span" size="xs" display="block">
        {state}
      </Text>
    </Text>
  );
}

export function MovesTable({ effect }: { readonly effect: Effect }) {
  const { levels, moves } = effect;
  return (
    <>
      {levels > moves.length && moves.length > 0 && (
        <Text size="sm" c="dimmed">
          The {moves.length} biggest moves of <Units value={levels} />:
        </Text>
      )}
      <DataTable
        label="The biggest moves"
        rows={moves}
        keyOf={({ sku, facilityId }) => `${sku} ${facilityId}`}
        empty={<Empty title="No quantity changes" />}
        columns={[
          {
            header: 'SKU',
            cell: ({ sku, facilityId }) => (
              <>
                <ProductLink sku={sku} />
                <Text size="xs" c="dimmed" hiddenFrom="sm">
                  {facilityId}
                </Text>
              </>
            ),
          },
          { header: 'Facility', isExtra: true, cell: ({ facilityId }) => facilityId },
          { header: 'Before', isNumber: true, cell: ({ before }) => <Units value={before} /> },
          { header: 'After', isNumber: true, cell: ({ after }) => <Units value={after} /> },
          { header: 'Move', isNumber: true, cell: ({ before, after }) => <Move value={after - before} /> },
        ]}
      />
    </>
  );
}
