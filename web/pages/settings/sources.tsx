/** Sources of feeds: how a sender writes, where that cannot be recognised, what of it is held, and on which server its feeds lie. */
import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { durationText } from '../../../src/domain/duration.ts';
import type { InputOf, ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { Facts } from '../../parts/facts.tsx';
import { labelOf } from '../../parts/field-input.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { ServerActs, ServerOfSource } from './source-server.tsx';

const SETTINGS = [
  'type',
  'columns',
  'fixed',
  'encoding',
  'separator',
  'decimal',
  'timeZone',
  'dateOrder',
  'rows',
  'countsAsOf',
  'complete',
  'reopen',
  'statuses',
  'reasons',
  'order',
  'settle',
  'expectedEvery',
  'duplicateDays',
  'rowsFallMax',
  'toZeroMax',
  'absentMax',
  'unknownMax',
  'riseTimesMax',
  'riseUnitsMax',
] as const satisfies readonly (keyof InputOf<'source.set'>)[];

export function Sources() {
  const look = useLook('source.list');
  return (
    <Stack gap="sm">
      <Group justify="flex-end">
        <Act
          name="source.add"
          label="New source"
          ask={['source', ...SETTINGS]}
          done={({ source }) => `The source ${source} is there`}
        />
      </Group>
      <Loaded look={look} lines={4}>
        {(sources) =>
          sources.length === 0 ? (
            <Empty title="Nothing was said of any sender">
              How files are written is recognised. What cannot be, such as another name of a column, is said
              here once.
            </Empty>
          ) : (
            <Stack gap="md">
              {sources.map((each) => (
                <SourceCard key={each.source} source={each} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Stack>
  );
}

function SourceCard({ source: of }: { readonly source: ResultOf<'source.list'>[number] }) {
  const { source } = of;
  const current = currentOf(of.settings);
  const said = Object.entries(current).filter(([, value]) => value !== null);
  return (
    <Card component="section" aria-label={source}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2}>{source}</Title>
          <Group gap="xs">
            <ServerActs source={of} />
            <Act
              name="source.set"
              label="Change"
              input={{ source }}
              current={current}
              ask={SETTINGS}
              done={() => `${source} is changed`}
            />
            <Act
              name="source.remove"
              label="Remove"
              input={{ source }}
              isDangerous
              done={() => `What was said of ${source} is forgotten`}
            />
          </Group>
        </Group>
        <ServerOfSource source={of} />
        {said.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing was said of how it writes: all is recognised.
          </Text>
        ) : (
          <Facts facts={said.map(([name, value]) => ({ name: labelOf(name), value: wordsOf(value) }))} />
        )}
      </Stack>
    </Card>
  );
}

function wordsOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** The settings as a person gives them: lengths of time in words, names in pairs. */
function currentOf({
  settleMs,
  expectedEveryMs,
  columns,
  fixed,
  statuses,
  reasons,
  ...rest
}: ResultOf<'source.list'>[number]['settings']): InputOf<'source.set'> {
  const pairs = (names: Readonly<Record<string, string>>) => {
    const all = Object.entries(names).map(([theirs, ours]) => `${theirs}=${ours}`);
    return all.length === 0 ? null : all;
  };
  return {
    ...(rest as InputOf<'source.set'>),
    settle: settleMs === null ? null : durationText(settleMs),
    expectedEvery: expectedEveryMs === null ? null : durationText(expectedEveryMs),
    columns: pairs(columns),
    fixed: pairs(fixed),
    statuses: pairs(statuses),
    reasons: pairs(reasons),
  };
}
