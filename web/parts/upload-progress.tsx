/** A file on its way to the server: how much of it has gone, and then that the server works with it. */
import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import type { Sent } from '../api/upload.ts';
import { RowsProgress } from './rows-progress.tsx';

const MEGABYTE = 1_000_000;
const MEGABYTES = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

interface UploadProgressProps {
  readonly fileName: string;
  /** Null: nothing has gone yet. */
  readonly sent: Sent | null;
  readonly size: number;
  /** What the server does with it when it has it. */
  readonly then: string;
  /** Absent: it cannot be stopped here. */
  readonly onCancel?: (() => void) | undefined;
}

export function UploadProgress({ fileName, sent, size, then, onCancel }: UploadProgressProps) {
  const bytes = sent?.bytes ?? 0;
  const isSent = size > 0 && bytes >= size;
  return (
    <Stack gap="sm">
      <Group gap="xs" role="status">
        <Loader size="xs" aria-hidden />
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {isSent ? then : `Sending ${fileName} …`}
        </Text>
      </Group>
      <RowsProgress
        label={`Bytes of ${fileName} that are sent`}
        done={bytes}
        total={size}
        words={(done, total) => `${megabytes(done)} of ${megabytes(total)} MB sent`}
      />
      {onCancel && (
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** As file managers count: a million bytes. What is there is never shown as 0.0. */
function megabytes(bytes: number): string {
  return MEGABYTES.format(bytes === 0 ? 0 : Math.max(0.1, bytes / MEGABYTE));
}
