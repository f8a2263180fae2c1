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
      {value > 0 ? '+' : value < 0 ? '−' : ''}
      {NUMBER.format(Math.abs(value))}
    </Text>
  );
}

export function formatUnits(value: number): string {
  return NUMBER.format(value);
}
