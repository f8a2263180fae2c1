/** What a file would change, row by row problem by problem, before anything of it is applied; and then applying it. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { call } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { useAct } from '../../api/queries.ts';
import type { Sent } from '../../api/upload.ts';
import { DoneLink, tellDone } from '../../parts/tell.tsx';
import { EffectFacts } from '../../parts/import-effect.tsx';
import { ImportLink } from '../../parts/links.tsx';
import { FilterBar } from '../../parts/filter-bar.tsx';
import { Loaded } from '../../parts/page.tsx';
import { ProblemBox } from '../../parts/problem-box.tsx';
import { formatUnits } from '../../parts/units.tsx';
import { UploadProgress } from '../../parts/upload-progress.tsx';
import type { Chosen } from './choose-file.tsx';
import { Columns } from './columns.tsx';
import { ApplyProgress } from './apply-progress.tsx';
import { Judged, type Imported } from './judged.tsx';
import { ReadAsFields } from './read-as.tsx';
import { RefusedRows } from './refused-rows.tsx';

interface PreviewProps {
  readonly chosen: Chosen;
  readonly onAnew: () => void;
  readonly onChange: (chosen: Chosen) => void;
}

/** Above it, a file is not sent once more just to show its columns: they are looked at when somebody asks for them. */
const SENT_FOR_COLUMNS_BYTES_MAX = 1_000_000;

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
  const [looked, setLooked] = useState<Sent | null>(null);
  const [sent, setSent] = useState<Sent | null>(null);
  const [judging, setJudging] = useState<string | null>(null);
  const [areColumnsAsked, setColumnsAsked] = useState(file.size <= SENT_FOR_COLUMNS_BYTES_MAX);
  const sending = useRef(new AbortController());
  const dryRun = useQuery({
    queryKey: ['feed.import', 'dry run', ...key],
    queryFn: async ({ signal }): Promise<Imported> =>
      call(
        'feed.import',
        { ...input, dryRun: true },
        { file, signal, onSent: setLooked, onProgress: setJudging },
      ),
    ...ONCE,
  });
  const test = useQuery({
    queryKey: ['source.test', ...key],
    queryFn: ({ signal }) => call('source.test', input, { file, signal }),
    enabled: areColumnsAsked || dryRun.isError,
    ...ONCE,
  });
  const apply = useAct('feed.import');
  if (apply.isSuccess) return <Applied imported={apply.data} onAnew={onAnew} />;
  const isSent = sent !== null && sent.bytes >= sent.total;
  if (apply.isPending && isSent) return <ApplyProgress fileName={file.name} rows={dryRun.data?.rows ?? 0} />;
  if (apply.isPending) {
    return (
      <UploadProgress
        fileName={file.name}
        sent={sent}
        size={file.size}
        then={`Applying ${file.name} …`}
        onCancel={() => {
          // Half a file is none: nothing of it is applied.
          sending.current.abort();
          apply.reset();
        }}
      />
    );
  }
  if (dryRun.isPending) {
    return (
      <UploadProgress
        fileName={file.name}
        sent={looked}
        size={file.size}
        then={judging ?? `${file.name} is sent. The server works out what it would change …`}
        onCancel={onAnew}
      />
    );
  }

  return (
    <Stack gap="md">
      {apply.isError && <ProblemBox problem={problemOf(apply.error)} title="It was not applied" />}
      <FilterBar>
        <ReadAsFields readAs={chosen} onChange={(readAs) => onChange({ file, ...readAs })} />
      </FilterBar>
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
              onColumns={() => setColumnsAsked(true)}
              onAnew={onAnew}
              onApply={(passGates) => {
                sending.current = new AbortController();
                setSent(null);
                apply.mutate(
                  {
                    input: { ...input, ...(passGates && { passGates }) },
                    ...{ file, onSent: setSent, signal: sending.current.signal },
                  },
                  {
                    onSuccess: ({ applied, importId }) =>
                      tellDone(
                        <>
                          {file.name}: {formatUnits(applied)} {applied === 1 ? 'row' : 'rows'} applied.{' '}
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
