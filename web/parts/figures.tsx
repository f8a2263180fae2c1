/** A few figures in a row, each under its name. */
import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Figures({ children }: { readonly children: ReactNode }) {
  return (
    <Group gap="xl" align="flex-start" style={{ rowGap: 'var(--mantine-spacing-sm)' }}>
      {children}
    </Group>
  );
}

export function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Stack>
  );
}
