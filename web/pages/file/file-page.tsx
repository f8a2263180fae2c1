import { Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { isDone, makerInWords } from '../../../src/domain/upload-file.ts';
import { useLook } from '../../api/queries.ts';
import { Cause } from '../../parts/cause.tsx';
import { Facts } from '../../parts/facts.tsx';
import { CopyIcon } from '../../parts/copy-text.tsx';
import { durationOf, WholeInstant } from '../../parts/instant.tsx';
import { FILE_KIND_NAMES, FileBadge } from '../../parts/lane-badges.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Loaded, Page } from '../../parts/page.tsx';
import { RowsProgress } from '../../parts/rows-progress.tsx';
import { RunLink } from '../../parts/run-link.tsx';
import { FileStages } from '../../parts/file-stages.tsx';
import type { FileView } from '../../parts/file-view.ts';
import { FileWindows } from '../../parts/file-windows.tsx';
import { PageLink } from '../../parts/page-link.tsx';

const LOOK_AT_WORK_MS = 3_000;

/** One file, from its rows to what Shopify shows of them. */
export function FilePage() {
  const params = useParams({ from: '/files/$shopId/$sequence' });
  const sequence = Number(params.sequence);
  const { shopId } = params;
  const lanes = useLook('lane.list');
  const isAtWork = lanes.data?.some((lane) => lane.shopId === shopId && lane.state === 'applying');
  const file = useLook(
    'lane.file',
    { shopId, sequence },
    { ...(isAtWork && { lookAgainMs: LOOK_AT_WORK_MS }) },
  );
  return (
    <Page
      title={`File ${params.sequence} of ${shopId}`}
      about={
        <PageLink to="/files/$shopId" params={{ shopId }}>
          All files of {shopId}
        </PageLink>
      }
    >
      <Loaded look={file}>{(view) => <FileDetails file={view} />}</Loaded>
    </Page>
  );
}

function FileDetails({ file }: { readonly file: FileView }) {
  const { applied, skipped, quarantined, owed } = file;
  return (
    <Stack gap="sm">
      {file.status === 'BLOCKED' && file.reason !== null && (
        <Notice tone="bad" title="It blocks the lane">
          <Cause
            code={file.reasonCode}
            message={file.reason}
            detail={{ shopId: file.shopId, sequence: file.sequence }}
          />
          <Text size="sm">
            <PageLink to="/files/$shopId" params={{ shopId: file.shopId }}>
              Decide about it at the lane
            </PageLink>
          </Text>
        </Notice>
      )}
      <FileStages file={file} />
      {file.status === 'APPLYING' && (
        <Card>
          <RowsProgress
            label="Rows that are done"
            done={applied + skipped + quarantined + owed}
            total={file.rows}
          />
        </Card>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
        <Card>
          <Title order={2} mb="xs">
            The file
          </Title>
          <Facts
            columns={1}
            facts={[
              {
                name: 'State',
                value: <FileBadge state={file.status} />,
              },
              { name: 'Kind', value: FILE_KIND_NAMES[file.kind] },
              {
                name: 'Name',
                value: (
                  <Group gap={2} wrap="nowrap" component="span">
                    <Text component="code" size="sm" style={{ overflowWrap: 'anywhere' }}>
                      {file.name}
                    </Text>
                    <CopyIcon text={file.name} label="Copy the name" />
                  </Group>
                ),
              },
              {
                name: 'SHA-256',
                value:
                  file.sha256 === null ? (
                    'not written yet'
                  ) : (
                    <Group gap={2} wrap="nowrap" component="span">
                      <Text component="code" size="xs" style={{ overflowWrap: 'anywhere' }}>
                        {file.sha256}
                      </Text>
                      <CopyIcon text={file.sha256} label="Copy the hash" />
                    </Group>
                  ),
              },
              {
                name: 'Location',
                value: (
                  <Text component="code" size="xs" style={{ overflowWrap: 'anywhere' }}>
                    {file.locationId}
                  </Text>
                ),
              },
              ...(file.reason !== null && file.status !== 'BLOCKED'
                ? [
                    {
                      name: 'Stopped for',
                      value: (
                        <>
                          {file.reasonCode}: {file.reason}
                        </>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        </Card>
        <Card>
          <Title order={2} mb="xs">
            When
          </Title>
          <Facts
            columns={1}
            facts={[
              {
                name: 'Oldest change in it',
                value: <WholeInstant at={file.oldestChangeAt} hasSeconds none="nothing had changed" />,
              },
              {
                name: 'Rows read',
                value: <WholeInstant at={file.createdAt} hasSeconds />,
              },
              {
                name: 'On SFTP',
                value: <WholeInstant at={file.readyAt} hasSeconds />,
              },
              {
                name: 'Begun',
                value: <WholeInstant at={file.startedAt} hasSeconds />,
              },
              {
                name: isDone(file.status) ? 'Done' : 'Done with',
                value: (
                  <>
                    <WholeInstant at={file.closedAt} hasSeconds />
                    {file.startedAt !== null && file.closedAt !== null && (
                      <Text component="span" inherit c="dimmed">
                        {' '}
                        in {durationOf(Date.parse(file.closedAt) - Date.parse(file.startedAt))}
                      </Text>
                    )}
                  </>
                ),
              },
              { name: 'Made by', value: <Maker file={file} /> },
              { name: 'Applied by', value: file.appliedBy ? <RunLink run={file.appliedBy} /> : '–' },
            ]}
          />
        </Card>
      </SimpleGrid>
      <Card>
        <Title order={2} mb="xs">
          Windows of calls
        </Title>
        <FileWindows file={file} />
      </Card>
    </Stack>
  );
}

function Maker({ file }: { readonly file: FileView }) {
  const { shopId, madeBy, approvedPlan } = file;
  if (madeBy) return <RunLink run={madeBy} />;
  if (approvedPlan === null) return makerInWords(file);
  return (
    <PageLink to="/approvals/$shopId/$plan" params={{ shopId, plan: String(approvedPlan) }}>
      {makerInWords(file)}
    </PageLink>
  );
}
