/** What a code of docs/reference/errors.md means, and what to do: from the one list that all doors read. */
import { Code, Group, Text } from '@mantine/core';
import type { ErrorDetail } from '../../src/domain/errors.ts';
import { isErrorCode } from '../../src/domain/failure.ts';
import { hintFor } from './hint-for.ts';
import { Prose } from './prose.tsx';

interface CauseProps {
  readonly code: string | null;
  /** What has happened, as it was recorded. */
  readonly message: string;
  /** Values that the hint may name, such as the shop. */
  readonly detail?: ErrorDetail;
}

export function Cause({ code, message, detail = {} }: CauseProps) {
  return (
    <>
      <Text size="sm">
        <Prose text={message} />
      </Text>
      {isErrorCode(code) && (
        <Text size="sm" mt={4}>
          <Prose text={hintFor(code, detail)} />
        </Text>
      )}
      {code !== null && (
        <Group mt={6}>
          <Code>{code}</Code>
        </Group>
      )}
    </>
  );
}

/** `CODE: message` as a lane tells what blocks it. */
export function takeApart(reason: string): { readonly code: string | null; readonly message: string } {
  const [, code, message] = /^([A-Z][A-Z0-9_]+): ([^]*)$/.exec(reason) ?? [];
  return code === undefined || message === undefined ? { code: null, message: reason } : { code, message };
}
