import { Text } from '@mantine/core';

const NUMBER = new Intl.NumberFormat('en');

/** Null is a value that cannot be read, never 0. */
export function Units({
  value,
  none = 'unavailable',
}: {
  readonly value: number | null | undefined;
  readonly none?: string;
}) {
  return value === null || value === undefined ? (
    <Text component="span" inherit c="dimmed">
      {none}
    </Text>
  ) : (
    <span className="units">{NUMBER.format(value)}</span>
  );
}

/** A move with its sign: +3, −12, 0. */
export function Move({ value }: { readonly value: number }) {
  return (
    <Text component="span" inherit className="units" {...(value < 0 && { c: 'var(--fall-color)' })}>
      {formatMove(value)}
    </Text>
  );
}

/** What Shopify shows beside what it should: more is what could be sold twice, so that is what stands out. */
export function Excess({ value }: { readonly value: number | null }) {
  if (value === null) return <Units value={null} />;
  return (
    <Text component="span" inherit className="units" {...(value > 0 && { c: 'var(--fall-color)' })}>
      {formatMove(value)}
    </Text>
  );
}

export function formatMove(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${NUMBER.format(Math.abs(value))}`;
}

export function formatUnits(value: number): string {
  return NUMBER.format(value);
}
