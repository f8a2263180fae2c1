import { Alert, Code, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ProblemFacts } from '../api/problem.ts';
import { Prose } from './prose.tsx';

/** What was refused: what happened, what to do, and the code by which documents and logs know it. */
export function ProblemBox({ problem, title }: { readonly problem: ProblemFacts; readonly title?: string }) {
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title}>
      <Text size="sm">
        <Prose text={sentence(problem.detail)} />
      </Text>
      {problem.hint && (
        <Text size="sm" mt={4}>
          <Prose text={problem.hint} />
        </Text>
      )}
      <Group gap="xs" mt={6}>
        <Code>{problem.code}</Code>
        {problem.requestId && (
          <Text size="xs" c="dimmed">
            request {problem.requestId}
          </Text>
        )}
      </Group>
    </Alert>
  );
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
