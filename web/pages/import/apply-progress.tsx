/** A large file is posted in chunks: how far it is, which its import tells while the upload still waits for its answer. */
import { Loader, Group, Stack, Text } from '@mantine/core';
import { useLook } from '../../api/queries.ts';
import { RowsProgress } from '../../parts/rows-progress.tsx';

const LOOK_AGAIN_MS = 1_000;

export function ApplyProgress({ fileName, rows }: { readonly fileName: string; readonly rows: number }) {
  const { data } = useLook('import.list', { state: 'applying', limit: 10 }, { lookAgainMs: LOOK_AGAIN_MS });
  const mine = data?.imports.find((each) => each.fileName === fileName);
  return (
    <Stack gap="sm" aria-live="polite">
      <Group gap="xs">
        <Loader size="xs" aria-hidden />
        <Text size="sm">Applying {fileName} …</Text>
      </Group>
      <RowsProgress
        label={`Rows of ${fileName} that are applied`}
        done={mine?.done ?? 0}
        total={mine && mine.done !== null ? mine.done + (mine.pending ?? 0) : rows}
      />
    </Stack>
  );
}
