import { Code } from '@mantine/core';
import { withReadableInstants } from './readable-instants.ts';

/** A sentence of ours with its commands as such: what stands between back-ticks. */
export function Prose({ text }: { readonly text: string }) {
  return (
    <span style={{ overflowWrap: 'anywhere' }}>
      {text
        .split('`')
        .map((part, at) => (at % 2 === 1 ? <Code key={at}>{part}</Code> : withReadableInstants(part)))}
    </span>
  );
}
