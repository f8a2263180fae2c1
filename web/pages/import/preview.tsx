/** What a file would change, row by row problem by problem, before anything of it is applied; and then applying it. */
import { Alert, Badge, Button, Checkbox, Group, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { reasonsInWords } from '../../../src/domain/feed-gates.ts';
import { warningInWords } from '../../../src/domain/import-warning.ts';
import { call } from '../../api/client.ts';
import type { ResultOf } from '../../api/operation-types.ts';
import { problemOf } from '../../api/problem.ts';
import { useAct } from '../../api/queries.ts';
import { useOperation } from '../../parts/act.tsx';
import { CommandOf } from '../../parts/command-of.tsx';
import { DoneLink, tellDone } from '../../parts/tell.tsx';
import { EffectFacts, MovesTable } from '../../parts/import-effect.tsx';
import { ImportLink } from '../../parts/links.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { ProblemBox } from '../../parts/problem-box.tsx';
import { Units, formatUnits } from '../../parts/units.tsx';
import type { Chosen } from './choose-file.tsx';
import { Columns } from './columns.tsx';
import { ApplyProgress } from './apply-progress.tsx';
import { RefusedRows } from './refused-rows.tsx';

/** What the server adds when a file was sent: the error file's first rows. */
type Imported = ResultOf<'feed.import'> & { readonly refusedRows?: string };

interface PreviewProps {
  readonly chosen: Chosen;
  readonly onAnew: () => void;
  readonly onChange: (chosen: Chosen) => void;
}

/** A file that is looked at: it does not change, so neither does what is said of it until something is applied. */
const ONCE = {
  refetchInterval: false,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  retry: false,
  staleTime: Infinity,
  gcTime: 0,
  meta: { isKept: true },
} as const;

export function Preview({ chosen, onAnew, onChange }: PreviewProps) {
  const { file, type, source } = chosen;
  const input = { file: file.name, type, source };
  const key = [file.name, file.size, file.lastModified, type, source];
  const dryRun = useQuery({
    queryKey: ['feed.import', 'dry run', ...key],
    queryFn: async ({ signal }): Promise<Imported> =>
      call('feed.import', { ...input, dryRun: true }, { file, signal }),
    ...ONCE,
  });
  const test = useQuery({
    queryKey: ['source.test', ...key],
    queryFn: ({ signal }) => call('source.test', input, { file, signal }),
    ...ONCE,
  });
  const apply = useAct('feed.import');
  if (apply.isSuccess) return <Applied imported={apply.data} onAnew={onAnew} />;
  if (apply.isPending) return <ApplyProgress fileName={file.name} rows={dryRun.data?.rows ?? 0} />;

  return (
    <Stack gap="md">
      {apply.isError && <ProblemBox problem={problemOf(apply.error)} title="It was not applied" />}
      {dryRun.isError ? (
        <>
          <ProblemBox problem={problemOf(dryRun.error)} title="Nothing of it can be imported as it is" />
          <Columns chosen={chosen} test={test} onMapped={onChange} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onAnew}>
              Choose another
            </Button>
          </Group>
        </>
      ) : (
        <Loaded look={dryRun} lines={9}>
          {(imported) => (
            <Judged
              imported={imported}
              columns={<Columns chosen={chosen} test={test} onMapped={onChange} />}
              columnCount={test.data?.columns.length}
              onAnew={onAnew}
              onApply={(passGates) => {
                apply.mutate(
                  { input: { ...input, ...(passGates && { passGates }) }, file },
                  {
                    onSuccess: ({ applied, importId }) =>
                      tellDone(
                        <>
                          {file.name}: {formatUnits(applied)} rows applied.{' '}
                          {importId !== null && (
                            <DoneLink href={`/import/${importId}`}>Import {importId}</DoneLink>
                          )}
                        </>,
                      ),
                  },
                );
              }}
              commandInput={input}
            />
          )}
        </Loaded>
      )}
    </Stack>
  );
}

interface JudgedProps {
  readonly imported: Imported;
  readonly columns: React.ReactNode;
  readonly columnCount: number | undefined;
  readonly commandInput: object;
  readonly onAnew: () => void;
  readonly onApply: (passGates: boolean) => void;
}

function Judged({ imported, columns, columnCount, commandInput, onAnew, onApply }: JudgedProps) {
  const {
    rows,
    applied,
    failed,
    effect,
    reasons,
    warnings = [],
    refusedRows,
    fileName,
    errorFile,
  } = imported;
  const [isSure, setSure] = useState(false);
  const facts = useOperation('feed.import');
  const isHeld = reasons.length > 0;
  const counts = [
    { name: 'Rows in the file', value: <Units value={rows} /> },
    { name: 'Would be applied', value: <Units value={applied} /> },
    { name: 'Refused', value: <Units value={failed} /> },
  ];
  return (
    <>
      {effect ? (
        <EffectFacts effect={effect} others={counts} />
      ) : (
        <Text size="sm">The same file was imported before: nothing would change.</Text>
      )}
      {warnings.map((warning) => (
        <Alert key={JSON.stringify(warning)} color="yellow" p="xs">
          <Text size="sm">{warningInWords(warning)}</Text>
        </Alert>
      ))}
      {isHeld && (
        <Alert color="orange" title="This looks more like a fault of its sender than the truth">
          <Stack gap="xs">
            <Text size="sm">{capitalised(reasonsInWords(reasons))}.</Text>
            <Checkbox
              label="It is right: apply it all the same"
              checked={isSure}
              onChange={({ currentTarget }) => setSure(currentTarget.checked)}
            />
          </Stack>
        </Alert>
      )}
      <Tabs defaultValue={failed > 0 ? 'refused' : 'moves'} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="refused" rightSection={<Count of={failed} color={failed > 0 ? 'red' : 'gray'} />}>
            Refused rows
          </Tabs.Tab>
          <Tabs.Tab value="moves" rightSection={<Count of={effect?.moves.length ?? 0} />}>
            Biggest moves
          </Tabs.Tab>
          <Tabs.Tab value="columns" rightSection={<Count of={columnCount} />}>
            Columns
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="refused" pt="sm">
          {refusedRows === undefined ? (
            <Empty title="No row is refused" />
          ) : (
            <RefusedRows csv={refusedRows} count={failed} fileName={errorFile ?? `${fileName}-errors.csv`} />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="moves" pt="sm">
          {effect ? <MovesTable effect={effect} /> : <Empty title="No quantity would change" />}
        </Tabs.Panel>
        <Tabs.Panel value="columns" pt="sm">
          {columns}
        </Tabs.Panel>
      </Tabs>
      {facts && <CommandOf facts={facts} input={{ ...commandInput, ...(isSure && { passGates: true }) }} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onAnew}>
          Choose another
        </Button>
        <Button disabled={applied === 0 || (isHeld && !isSure)} onClick={() => onApply(isSure)}>
          {applied === 0 ? 'Nothing to apply' : `Apply ${formatUnits(applied)} rows`}
        </Button>
      </Group>
    </>
  );
}

function Count({ of, color = 'gray' }: { readonly of: number | undefined; readonly color?: string }) {
  return of === undefined ? null : (
    <Badge size="sm" variant="light" color={color} className="state-badge">
      {formatUnits(of)}
    </Badge>
  );
}

function Applied({ imported, onAnew }: { readonly imported: Imported; readonly onAnew: () => void }) {
  const { rows, applied, failed, effect, refusedRows, fileName, errorFile, importId } = imported;
  return (
    <Stack gap="md">
      <Alert color="teal" title={`${fileName} is applied`}>
        <Text size="sm">
          {formatUnits(applied)} of {formatUnits(rows)} rows are in the ledger
          {failed > 0 ? `, ${formatUnits(failed)} were refused` : ''}. The next delta takes what changed to
          Shopify. {importId !== null && <ImportLink importId={importId} />}
        </Text>
      </Alert>
      {effect && <EffectFacts effect={effect} />}
      {refusedRows !== undefined && (
        <RefusedRows csv={refusedRows} count={failed} fileName={errorFile ?? `${fileName}-errors.csv`} />
      )}
      <Group justify="flex-end">
        <Button onClick={onAnew}>Upload another</Button>
      </Group>
    </Stack>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
