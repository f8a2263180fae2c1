/** The chain behind a run: the files that it has made or applied, their windows of calls, and what was read back. */
import { Alert, Card, Group, Stack, Text, Title } from '@mantine/core';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { DataTable, type Column } from '../../parts/data-table.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { RunLink } from '../../parts/run-link.tsx';
import { summaryInWords } from '../../parts/run-state.tsx';
import { FileBadge } from '../../parts/lane-badges.tsx';
import { FileStages } from '../../parts/file-stages.tsx';
import { FileWindows } from '../../parts/file-windows.tsx';
import { PageLink } from '../../parts/page-link.tsx';
import { Units } from '../../parts/units.tsx';

type OneRun = ResultOf<'run.show'>;

/** A page is for a person: of a run with more files, the newest. */
const FILES_SHOWN_MAX = 10;

export function RunFiles({ run }: { readonly run: OneRun }) {
  const { shopId, status } = run;
  const sequences = sequencesIn(run.result);
  return (
    <>
      {shopId !== null &&
        sequences
          .slice(-FILES_SHOWN_MAX)
          .map((sequence) => <FileOfRun key={sequence} shopId={shopId} sequence={sequence} />)}
      {run.jobName === 'import' && <ImportedFiles result={run.result} />}
      {run.jobName === 'verify' && shopId !== null && status === 'COMPLETED' && (
        <Text size="sm">
          <PageLink to="/verify" search={{ shop: shopId } as never}>
            The differences of the shop, by cause
          </PageLink>
        </Text>
      )}
      {status === 'COMPLETED' &&
        sequences.length === 0 &&
        ['hard-sync', 'recent-changes', 'process-uploads'].includes(run.jobName) && (
          <Card>
            <Empty title="No file belongs to this run">{summaryInWords(run)}</Empty>
          </Card>
        )}
    </>
  );
}

/** The numbers of the files that a result names: a producer has made one, Process uploads has applied some. */
function sequencesIn(result: unknown): readonly number[] {
  const { fileSequence, files } = (result ?? {}) as {
    readonly fileSequence?: unknown;
    readonly files?: unknown;
  };
  if (typeof fileSequence === 'number') return [fileSequence];
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: { readonly sequence?: unknown }) =>
    typeof file.sequence === 'number' ? [file.sequence] : [],
  );
}

function FileOfRun({ shopId, sequence }: { readonly shopId: string; readonly sequence: number }) {
  const file = useLook('lane.file', { shopId, sequence });
  return (
    <Card component="section" aria-label={`File ${sequence}`}>
      <Loaded look={file} lines={4}>
        {(found) => (
          <Stack gap="sm">
            <Group gap="xs">
              <Title order={2}>
                <PageLink to="/files/$shopId/$sequence" params={{ shopId, sequence: String(sequence) }}>
                  File {sequence}
                </PageLink>
              </Title>
              <FileBadge state={found.status} />
              <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {found.name}
              </Text>
            </Group>
            <FileStages file={found} />
            <Text component="div" size="sm">
              {found.madeBy && <RunLink run={found.madeBy}>the run that made it</RunLink>}
              {found.madeBy && found.appliedBy && ' · '}
              {found.appliedBy && <RunLink run={found.appliedBy}>the run that applied it</RunLink>}
            </Text>
            {found.reason !== null && (
              <Alert color="red" variant="light">
                {found.reason}
              </Alert>
            )}
            <FileWindows file={found} />
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

interface ImportedFile {
  readonly fileName: string;
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  readonly error?: { readonly code: string; readonly message: string };
}

const whatOf = ({ error }: ImportedFile) => (error ? `${error.code}: ${error.message}` : '');

const FEED_COLUMNS: readonly Column<ImportedFile>[] = [
  {
    header: 'Feed',
    cell: (feed) => (
      <Text component="div" inherit style={{ overflowWrap: 'anywhere' }}>
        {feed.fileName}
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          {whatOf(feed)}
        </Text>
      </Text>
    ),
  },
  { header: 'Rows', isNumber: true, cell: ({ rows }) => <Units value={rows} /> },
  { header: 'Applied', isNumber: true, cell: ({ applied }) => <Units value={applied} /> },
  { header: 'Refused', isNumber: true, cell: ({ failed }) => <Units value={failed} /> },
  { header: 'What', isExtra: true, cell: whatOf },
];

function ImportedFiles({ result }: { readonly result: unknown }) {
  const files = (result as { readonly files?: readonly ImportedFile[] } | null)?.files ?? [];
  if (files.length === 0) return null;
  return (
    <Card>
      <Title order={2} mb="xs">
        Feeds
      </Title>
      <DataTable
        label="Feeds of the run"
        rows={files}
        columns={FEED_COLUMNS}
        keyOf={({ fileName }) => fileName}
        empty={null}
      />
    </Card>
  );
}
