/** What is known of one thing: names and values, as many beside each other as there is room for. */
import { Box, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

interface FactsProps {
  readonly facts: readonly Fact[];
  readonly columns?: number;
}

export function Facts({ facts, columns = 4 }: FactsProps) {
  return (
    <SimpleGrid
      component="dl"
      m={0}
      cols={{ base: 2, sm: Math.min(3, columns), lg: columns }}
      spacing="md"
      verticalSpacing="sm"
    >
      {facts.map(({ name, value }) => (
        <Box key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} size="sm" style={{ overflowWrap: 'anywhere' }}>
            {value}
          </Text>
        </Box>
      ))}
    </SimpleGrid>
  );
}
