import { Stack, Text } from '@mantine/core';
import type { OperationFacts } from '../api/operation-types.ts';
import { commandLine } from './command-line.ts';
import { CopyText } from './copy-text.tsx';

/** The same act for a script: it is never another one. */
export function CommandOf({ facts, input }: { readonly facts: OperationFacts; readonly input: object }) {
  return (
    <Stack gap={2} mt="xs">
      <Text size="xs" c="dimmed">
        The same by command
      </Text>
      <CopyText text={commandLine(facts, input)} />
    </Stack>
  );
}
