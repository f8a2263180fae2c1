/** Sources of feeds: how a sender writes, where that cannot be recognised, what of it is held, and on which server its feeds lie. */
import { Group, Stack, Text } from '@mantine/core';
import { durationText } from '../../../src/domain/duration.ts';
import type { InputOf, ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
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
        {(sources) => (
          <DataTable
            label="Sources"
            rows={sources}
            keyOf={({ source }) => source}
            empty={
              <Empty title="Nothing was said of any sender">
                How files are written is recognised. What cannot be, such as another name of a column, is said
                here once.
              </Empty>
            }
            columns={[
              { header: 'Source', width: 180, cell: ({ source }) => source },
              { header: 'SFTP server', cell: (source) => <ServerOfSource source={source} /> },
              {
                header: 'What was said of it',
                cell: ({ settings }) => (
                  <Text inherit style={{ overflowWrap: 'anywhere' }}>
                    {Object.entries(currentOf(settings))
                      .filter(([, value]) => value !== null)
                      .map(([name, value]) => `${labelOf(name)}: ${String(value)}`)
                      .join(' · ') || 'nothing'}
                  </Text>
                ),
              },
              {
                header: <span className="visually-hidden">Acts</span>,
                isNumber: true,
                cell: (each) => (
                  <Group gap="xs" justify="flex-end">
                    <ServerActs source={each} />
                    <Act
                      name="source.set"
                      label="Change"
                      input={{ source: each.source }}
                      current={currentOf(each.settings)}
                      ask={SETTINGS}
                      done={() => `${each.source} is changed`}
                    />
                    <Act
                      name="source.remove"
                      label="Remove"
                      input={{ source: each.source }}
                      isDangerous
                      done={() => `What was said of ${each.source} is forgotten`}
                    />
                  </Group>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Stack>
  );
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
