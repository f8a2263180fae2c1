/** What a code of docs/reference/errors.md means, and what to do: from the one list that all doors read. */
import { Code, Group, Text } from '@mantine/core';
import { hintOf, type ErrorDetail } from '../../src/domain/errors.ts';
import { isErrorCode } from '../../src/domain/failure.ts';
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
          <Prose text={hintOf(code, knownOr(detail))} />
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

/** What is not known stands as a place-holder, as in the documents. */
function knownOr(detail: ErrorDetail): ErrorDetail {
  return new Proxy(detail, {
    get: (known, name) => (typeof name === 'string' ? (known[name] ?? `<${name}>`) : undefined),
  });
}

/** `CODE: message` as a lane tells what blocks it. */
export function takeApart(reason: string): { readonly code: string | null; readonly message: string } {
  const [, code, message] = /^([A-Z][A-Z0-9_]+): ([^]*)$/.exec(reason) ?? [];
  return code === undefined || message === undefined ? { code: null, message: reason } : { code, message };
}
