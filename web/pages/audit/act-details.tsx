import { Code, Drawer, Stack, Table, Text, Title } from '@mantine/core';
import { WholeInstant } from '../../parts/instant.tsx';
import { withReadableInstants } from '../../parts/readable-instants.ts';
import { Prose } from '../../parts/prose.tsx';
import { hintOf } from '../../../src/domain/errors.ts';
import { isErrorCode } from '../../../src/domain/failure.ts';
import type { RecordedAct } from './recorded-act.ts';

interface Change {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What an act has changed, part by part. */
export function changesIn({ before, after }: Pick<RecordedAct, 'before' | 'after'>): readonly Change[] {
  const was = partsOf(before);
  const is = partsOf(after);
  return [...new Set([...was.keys(), ...is.keys()])].map((name) => ({
    name,
    before: shown(was, name),
    after: shown(is, name),
  }));
}

function partsOf(state: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof state === 'object' && state !== null ? Object.entries(state) : []);
}

/** What is not there at all is another thing than what is empty. */
function shown(state: ReadonlyMap<string, unknown>, name: string): string {
  return state.has(name) ? asWords(state.get(name)) : 'nothing';
}

/** A value of JSON without its signs: `by root, reason stock-take`. */
function asWords(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(asWords).join('; ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, each]) => `${name} ${asWords(each)}`)
      .join(', ');
  return typeof value === 'string' ? withReadableInstants(value) : JSON.stringify(value);
}

/** `blue-shirts, plan 2`: the input on one line. */
export function inputInWords(input: unknown): string {
  const parts = [...partsOf(input)].filter(([name]) => name !== 'reason');
  return (
    parts
      .map(([name, value]) => {
        const text = asWords(value);
        if (value === true) return name;
        return /Id$|^userName$|^sku$/.test(name) ? text : `${name} ${text}`;
      })
      .join(', ') || '–'
  );
}

interface ActDetailsProps {
  readonly act: RecordedAct;
  readonly onClose: () => void;
}

/** All that is recorded of one act. */
export function ActDetails({ act, onClose }: ActDetailsProps) {
  const changes = changesIn(act);
  return (
    <Drawer opened onClose={onClose} title={act.act}>
      <Stack gap="md">
        <Text size="sm">
          {act.actor}, by {act.via}: <WholeInstant at={act.startedAt} />.{' '}
          {act.outcome === null
            ? 'It has no end.'
            : act.outcome === 'DONE'
              ? 'It was done.'
              : `${act.outcome}.`}
        </Text>
        {isErrorCode(act.outcome) && (
          <Text size="sm">
            <Prose text={hintOf(act.outcome)} />
          </Text>
        )}
        <div>
          <Title order={2} mb={4}>
            Input
          </Title>
          <Code block>{JSON.stringify(act.input, null, 2)}</Code>
        </div>
        <div>
          <Title order={2} mb={4}>
            What it changed
          </Title>
          {changes.length === 0 ? (
            <Text size="sm" c="dimmed">
              It does not tell a state before and after.
            </Text>
          ) : (
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Part</Table.Th>
                  <Table.Th>Before</Table.Th>
                  <Table.Th>After</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {changes.map(({ name, before, after }) => (
                  <Table.Tr key={name}>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>{before}</Table.Td>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>{after}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </div>
      </Stack>
    </Drawer>
  );
}
