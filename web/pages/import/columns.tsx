/** Which column of the file is which of ours. What is said here becomes the setting of its source: said once, kept. */
import { Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { FeedType } from '../../../src/domain/feed-type.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { isProblem, problemOf } from '../../api/problem.ts';
import { useLook } from '../../api/queries.ts';
import { Act } from '../../parts/act.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import type { Chosen } from './choose-file.tsx';
import { readHeader } from './read-header.ts';
import { columnsOfSample } from './sample-files.ts';

interface ColumnsProps {
  readonly chosen: Chosen;
  readonly test: UseQueryResult<ResultOf<'source.test'>>;
  readonly onMapped: (chosen: Chosen) => void;
}

interface Column {
  readonly theirs: string;
  readonly ours: string | null;
}

export function Columns({ chosen, test, onMapped }: ColumnsProps) {
  const lacksColumns = isProblem(test.error, 'FEED_HEADER_INVALID');
  const { file } = chosen;
  const header = useQuery({
    queryKey: ['header', file.name, file.size, file.lastModified],
    queryFn: () => readHeader(file),
    enabled: lacksColumns,
    refetchInterval: false,
  });
  const type = test.data?.type ?? chosen.type;
  if (test.isError && (!lacksColumns || type === undefined)) {
    return (
      <Empty title="Its columns cannot be told yet">
        {lacksColumns || isProblem(test.error, 'FEED_TYPE_UNKNOWN')
          ? 'Choose the type above.'
          : problemOf(test.error).hint}
      </Empty>
    );
  }
  if (lacksColumns && type) {
    return (
      <Loaded look={header} lines={5}>
        {(names) => (
          <Mapping
            chosen={chosen}
            type={type}
            columns={names.map((theirs) => ({ theirs, ours: null }))}
            example={null}
            onMapped={onMapped}
          />
        )}
      </Loaded>
    );
  }
  return (
    <Loaded look={test} lines={5}>
      {({ columns, shown, ...found }) => (
        <Mapping
          chosen={chosen}
          type={found.type}
          columns={columns}
          example={shown[0]?.content ?? null}
          about={`Read as ${found.encoding}, separated by a ${found.separator}.`}
          onMapped={onMapped}
        />
      )}
    </Loaded>
  );
}

interface MappingProps {
  readonly chosen: Chosen;
  readonly type: FeedType;
  readonly columns: readonly Column[];
  /** The first row as it is understood. */
  readonly example: Readonly<Record<string, unknown>> | null;
  readonly about?: string;
  readonly onMapped: (chosen: Chosen) => void;
}

function Mapping({ chosen, type, columns, example, about, onMapped }: MappingProps) {
  const sources = useLook('source.list');
  const ours = useQuery({
    queryKey: ['columns', type],
    queryFn: () => columnsOfSample(type),
    staleTime: Infinity,
    refetchInterval: false,
  });
  const [changes, setChanges] = useState<Readonly<Record<string, string>>>({});
  const [source, setSource] = useState(chosen.source ?? '');
  const known = sources.data?.find((each) => each.source === source);
  const said = { ...known?.settings.columns, ...changes };
  const pairs = Object.entries(said).map(([theirs, our]) => `${theirs}=${our}`);
  const hasChanged = Object.keys(changes).length > 0;
  return (
    <Stack gap="sm">
      {about && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      <Table.ScrollContainer minWidth={420}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">In the file</Table.Th>
              <Table.Th scope="col">Is our column</Table.Th>
              <Table.Th scope="col" visibleFrom="sm">
                In the first row
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {columns.map(({ theirs, ours: recognised }, at) => {
              const now = changes[theirs] ?? recognised;
              return (
                <Table.Tr key={at}>
                  <Table.Td>{theirs}</Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={`${theirs} is our column`}
                      placeholder="not used"
                      searchable
                      w={220}
                      data={[
                        ...new Set([...(ours.data ?? []), ...(recognised === null ? [] : [recognised])]),
                      ]}
                      value={now}
                      onChange={(value) => value && setChanges((before) => ({ ...before, [theirs]: value }))}
                    />
                  </Table.Td>
                  <Table.Td visibleFrom="sm">{now === null ? '' : shownValue(example?.[now])}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {hasChanged && (
        <Stack gap="xs" align="flex-start">
          <TextInput
            label="Source"
            description="Whose files are always so: the folder that they come in. A new name makes a new source."
            required
            value={source}
            onChange={({ currentTarget }) => setSource(currentTarget.value.trim())}
          />
          <Act
            name={known ? 'source.set' : 'source.add'}
            label="Keep these columns, and look again"
            input={{ source, columns: pairs }}
            whyNot={source === '' ? 'Name the source first' : undefined}
            consequence={`From now on files of ${source} are read so: ${pairs.join(', ')}.`}
            done={() => `Columns of ${source} are kept`}
            onDone={() => onMapped({ ...chosen, type, source })}
            button={{ variant: 'filled' }}
          />
        </Stack>
      )}
    </Stack>
  );
}

function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
