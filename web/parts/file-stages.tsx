/** A file's rows by stage: four numbers that are never one. */
import { Card, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { countPassedOn } from '../../src/domain/jobs/process-uploads.ts';
import { Instant } from './instant.tsx';
import { formatUnits, Units } from './units.tsx';
import type { FileView } from './file-view.ts';
import { PageLink } from './page-link.tsx';

export function FileStages({ file }: { readonly file: FileView }) {
  const { stages, toZero, skipped, quarantined, owed } = file;
  const isDone = file.status === 'APPLIED' || file.status === 'PARTIAL';
  const passedOn = isDone ? countPassedOn({ ...file, unchanged: skipped }) : 0;
  const { readBack } = stages;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      <Stage name="In the file" value={stages.inFile}>
        {toZero === 0 ? 'none to zero' : `${formatUnits(toZero)} to zero`}
      </Stage>
      <Stage name="Sent" value={stages.sent} none="not kept">
        {stages.sent === null
          ? 'its calls were removed'
          : skipped > 0
            ? `${formatUnits(skipped)} needed no write`
            : 'rows of calls that have left'}
      </Stage>
      <Stage name="Applied" value={stages.applied}>
        {[
          ...(quarantined > 0 ? [`${formatUnits(quarantined)} quarantined`] : []),
          ...(owed > 0 ? [`${formatUnits(owed)} owed`] : []),
          ...(passedOn > 0 ? [`${formatUnits(passedOn)} passed on to later files`] : []),
        ].join(', ') || 'taken by Shopify'}
      </Stage>
      <Stage name="Read back" value={readBack?.equal ?? null} none="not verified">
        {readBack === null ? (
          <>
            No verification since. <PageLink to="/verify">Verify</PageLink>
          </>
        ) : (
          <>
            of {formatUnits(readBack.rows)} still of this file,{' '}
            {readBack.different === 0 ? 'none differs' : `${formatUnits(readBack.different)} differ`};{' '}
            <Instant at={readBack.verifiedAt} />
          </>
        )}
      </Stage>
    </SimpleGrid>
  );
}

interface StageProps {
  readonly name: string;
  readonly value: number | null;
  readonly none?: string;
  readonly children: ReactNode;
}

function Stage({ name, value, none, children }: StageProps) {
  return (
    <Card padding="sm">
      <Stack gap={2}>
        <Text size="xs" c="dimmed">
          {name}
        </Text>
        <Text size="xl" fw={600} component="div">
          <Units value={value} {...(none !== undefined && { none })} />
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {children}
        </Text>
      </Stack>
    </Card>
  );
}
