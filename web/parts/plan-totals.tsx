/** What a plan does as a whole: before → after. */
import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ResultOf } from '../api/operation-types.ts';
import { Move, Units } from './units.tsx';

export function PlanTotals({ totals }: { readonly totals: ResultOf<'lane.plan'>['totals'] }) {
  const { products, unpublished, unitsBefore, unitsAfter, falling, rising, toZero } = totals;
  return (
    <Group gap="xl" align="flex-start" style={{ rowGap: 'var(--mantine-spacing-sm)' }}>
      <Total name="Products">
        <Units value={products} />
      </Total>
      <Total name="Units before → after">
        <Units value={unitsBefore} /> → <Units value={unitsAfter} /> (
        <Move value={unitsAfter - unitsBefore} />)
      </Total>
      <Total name="SKUs to zero">
        <Text component="span" inherit {...(toZero > 0 && { c: 'var(--fall-color)', fw: 600 })}>
          <Units value={toZero} />
        </Text>
      </Total>
      <Total name="Fall / rise">
        <Units value={falling} /> / <Units value={rising} />
      </Total>
      {unpublished > 0 && (
        <Total name="Nothing published yet">
          <Units value={unpublished} />
        </Total>
      )}
    </Group>
  );
}

function Total({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="md" component="div">
        {children}
      </Text>
    </Stack>
  );
}
