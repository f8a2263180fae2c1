/** What a plan does as a whole: before → after. */
import { Text } from '@mantine/core';
import type { ResultOf } from '../api/operation-types.ts';
import { Move, Units } from './units.tsx';
import { Figure, Figures } from './figures.tsx';

export function PlanTotals({ totals }: { readonly totals: ResultOf<'lane.plan'>['totals'] }) {
  const { products, unpublished, unitsBefore, unitsAfter, falling, rising, toZero } = totals;
  const { unitsKeptBack, keptBackWhole } = totals;
  return (
    <Figures>
      <Figure name="Products">
        <Units value={products} />
      </Figure>
      <Figure name="Units before → after">
        <Units value={unitsBefore} /> → <Units value={unitsAfter} /> (
        <Move value={unitsAfter - unitsBefore} />)
      </Figure>
      <Figure name="SKUs to zero">
        <Text component="span" inherit {...(toZero > 0 && { c: 'var(--fall-color)', fw: 600 })}>
          <Units value={toZero} />
        </Text>
      </Figure>
      <Figure name="Fall / rise">
        <Units value={falling} /> / <Units value={rising} />
      </Figure>
      {unitsKeptBack > 0 && (
        <Figure name="Of these kept back for sales without an order">
          <Units value={unitsKeptBack} />
          {keptBackWhole > 0 && (
            <>
              , of <Units value={keptBackWhole} /> SKUs all
            </>
          )}
        </Figure>
      )}
      {unpublished > 0 && (
        <Figure name="Nothing published yet">
          <Units value={unpublished} />
        </Figure>
      )}
    </Figures>
  );
}
