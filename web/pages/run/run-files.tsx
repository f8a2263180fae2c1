/** The chain behind a run: the files that it has made or applied, their windows of calls, and what was read back. */
import { Alert, Card, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ResultOf } from '../../api/operation-types.ts';
import { useLook } from '../../api/queries.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Instant } from '../../parts/instant.tsx';
import { Empty, Loaded } from '../../parts/page.tsx';
import { RunLink } from '../../parts/run-state.tsx';
import { StateBadge, type Tone } from '../../parts/state-badge.tsx';
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
            <Empty title="No file belongs to this run">{run.summary}</Empty>
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

const FILE_TONES: Readonly<Record<string, Tone>> = {
  APPLIED: 'good',
  PARTIAL: 'attention',
  BLOCKED: 'bad',
  APPLYING: 'busy',
};

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
              <StateBadge tone={FILE_TONES[found.status] ?? 'waiting'}>
                {found.status.toLowerCase()}
              </StateBadge>
              <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {found.name}
              </Text>
            </Group>
            <SimpleGrid cols={{ base: 2, sm: 5 }} spacing="sm">
              <Stage name="In the file" value={found.stages.inFile} />
              <Stage name="Sent" value={found.stages.sent} none="not kept any more" />
              <Stage name="Applied" value={found.stages.applied}>
                {[
                  found.skipped > 0 ? `${found.skipped} unchanged` : '',
                  found.quarantined > 0 ? `${found.quarantined} quarantined` : '',
                  found.owed > 0 ? `${found.owed} owed` : '',
                ]
                  .filter((part) => part !== '')
                  .join(', ')}
              </Stage>
              <Stage name="Read back" value={found.stages.readBack?.rows ?? null} none="not verified yet">
                {found.stages.readBack && (
                  <>
                    {found.stages.readBack.equal} equal, <Instant at={found.stages.readBack.verifiedAt} />
                  </>
                )}
              </Stage>
              <div>
                <Text size="xs" c="dimmed">
                  Runs
                </Text>
                <Text component="div" size="sm">
                  {found.madeBy && <RunLink run={found.madeBy}>made it</RunLink>}
                  {found.madeBy && found.appliedBy && ' · '}
                  {found.appliedBy && <RunLink run={found.appliedBy}>applied it</RunLink>}
                </Text>
              </div>
            </SimpleGrid>
            {found.reason !== null && (
              <Alert color="red" variant="light">
                {found.reason}
              </Alert>
            )}
            <DataTable
              label={`Windows of file ${sequence}`}
              rows={found.windows}
              keyOf={({ window }) => window}
              columns={[
                { header: 'Window', cell: ({ window }) => window + 1 },
                { header: 'Rows', cell: ({ rows }) => <Units value={rows} />, isNumber: true },
                { header: 'Calls', cell: ({ calls }) => <Units value={calls} />, isNumber: true },
                { header: 'Taken', cell: ({ taken }) => <Units value={taken} />, isNumber: true },
                {
                  header: 'Rows taken',
                  cell: ({ takenRows }) => <Units value={takenRows} />,
                  isNumber: true,
                },
                { header: 'Refused', cell: ({ refused }) => <Units value={refused} />, isNumber: true },
                {
                  header: 'Not answered',
                  cell: ({ unanswered }) => <Units value={unanswered} />,
                  isNumber: true,
                  isExtra: true,
                },
                { header: 'Sent', cell: ({ firstSentAt }) => <Instant at={firstSentAt} />, isExtra: true },
                {
                  header: 'Answered',
                  cell: ({ lastAnsweredAt }) => <Instant at={lastAnsweredAt} none="not yet" />,
                  isExtra: true,
                },
              ]}
              empty={
                <Text size="sm" c="dimmed">
                  {found.rowsPurgedAt === null
                    ? 'Nothing of it was sent to Shopify yet, or nothing had to be.'
                    : 'Its calls are not kept any more.'}
                </Text>
              }
            />
          </Stack>
        )}
      </Loaded>
    </Card>
  );
}

interface StageProps {
  readonly name: string;
  readonly value: number | null;
  readonly none?: string;
  readonly children?: ReactNode;
}

/** One number for one thing: what is in the file is not what was sent, and that not what Shopify shows. */
function Stage({ name, value, none, children }: StageProps) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="lg" fw={600} {...(value === null && { size: 'sm' })}>
        <Units value={value} {...(none !== undefined && { none })} />
      </Text>
      <Text component="div" size="xs" c="dimmed">
        {children}
      </Text>
    </div>
  );
}

interface ImportedFile {
  readonly fileName: string;
  readonly rows: number;
  readonly applied: number;
  readonly failed: number;
  readonly error?: { readonly code: string; readonly message: string };
}

function ImportedFiles({ result }: { readonly result: unknown }) {
  const files = (result as { readonly files?: readonly ImportedFile[] } | null)?.files ?? [];
  if (files.length === 0) return null;
  return (
    <Card>
      <Title order={2} mb="xs">
        Feeds
      </Title>
      <Table.ScrollContainer minWidth={480}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Feed</Table.Th>
              <Table.Th data-align="right">Rows</Table.Th>
              <Table.Th data-align="right">Applied</Table.Th>
              <Table.Th data-align="right">Refused</Table.Th>
              <Table.Th>What</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map(({ fileName, rows, applied, failed, error }) => (
              <Table.Tr key={fileName}>
                <Table.Td>{fileName}</Table.Td>
                <Table.Td data-align="right">
                  <Units value={rows} />
                </Table.Td>
                <Table.Td data-align="right">
                  <Units value={applied} />
                </Table.Td>
                <Table.Td data-align="right">
                  <Units value={failed} />
                </Table.Td>
                <Table.Td>{error ? `${error.code}: ${error.message}` : ''}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
