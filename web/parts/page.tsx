import { Box, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconLock, IconRefresh } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { createContext, useEffect, type ReactNode } from 'react';
import { isLongList } from '../api/pages.ts';
import { problemOf } from '../api/problem.ts';
import type { Told } from '../api/told.ts';
import { relativeTo, useNow } from './instant.tsx';
import { ProblemBox } from './problem-box.tsx';

interface PageProps {
  readonly title: string;
  /** One sentence: what this page is for. */
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page: its heading, what can be done, its content. */
export function Page({ title, about, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · atp-sync`;
  }, [title]);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box>
          <Title order={1}>{title}</Title>
          {about && (
            <Text size="sm" c="dimmed" mt={2} maw="70ch">
              {about}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** Whether what is shown was found by the filter before. */
export const OutdatedContext = createContext(false);

interface LoadedProps<T> {
  /** What it tells while it takes long is shown, too. */
  readonly look: UseQueryResult<T>;
  /** Lines of the place-holder: as high as what comes, so that nothing jumps. */
  readonly lines?: number;
  readonly children: (value: T) => ReactNode;
}

/** What a look has brought; until then its place, and if it was refused, why. */
export function Loaded<T>({ look, lines = 6, children }: LoadedProps<T>) {
  const now = useNow();
  if (look.data !== undefined) {
    // A first try that failed says it already: until the last one has, a minute or more may pass.
    const failure = look.error ?? look.failureReason;
    return (
      <OutdatedContext value={look.isPlaceholderData}>
        <Stack gap="sm" aria-busy={look.isPlaceholderData || undefined}>
          {failure && (
            <ProblemBox
              problem={problemOf(failure)}
              title={`What is shown was read ${relativeTo(now, look.dataUpdatedAt)}: it could not be read again`}
            />
          )}
          {children(look.data)}
          {isLongList(look.data) && (
            <Group gap="xs" justify="flex-end">
              <Text size="xs" c="dimmed">
                So long a list is not read again by itself: this is as of{' '}
                {relativeTo(now, look.dataUpdatedAt)}.
              </Text>
              <Button variant="default" loading={look.isFetching} onClick={() => void look.refetch()}>
                Read again
              </Button>
            </Group>
          )}
        </Stack>
      </OutdatedContext>
    );
  }
  if (look.isError) {
    const problem = problemOf(look.error);
    if (problem.status === 403) return <Forbidden hint={problem.hint} />;
    return (
      <Stack gap="sm" align="flex-start">
        <ProblemBox problem={problem} title="This cannot be shown now" />
        <Button variant="default" leftSection={<IconRefresh size={14} />} onClick={() => void look.refetch()}>
          Try again
        </Button>
      </Stack>
    );
  }
  return <Lines lines={lines} told={toldOf(look)} />;
}

function toldOf(look: object): string | null {
  return (look as Partial<Told>).told ?? null;
}

interface LinesProps {
  readonly lines: number;
  /** How far the work is; it stands in the last line, so that nothing jumps. */
  readonly told?: string | null;
}

/** The place of what comes. */
export function Lines({ lines, told = null }: LinesProps) {
  return (
    <Stack gap={8} role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: told === null ? lines : lines - 1 }, (_, line) => (
        <Skeleton key={line} height={26} radius="sm" />
      ))}
      {told !== null && (
        <Text size="sm" c="dimmed" lh="26px">
          {told}
        </Text>
      )}
    </Stack>
  );
}

/** A list without rows: why it is empty, and what would fill it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <Stack gap={4} align="center" py="xl" px="md">
      <Text fw={600}>{title}</Text>
      {children && (
        <Text component="div" size="sm" c="dimmed" ta="center" maw="60ch">
          {children}
        </Text>
      )}
    </Stack>
  );
}

export function Forbidden({ hint }: { readonly hint?: string }) {
  return (
    <Stack gap={4} align="center" py="xl" px="md">
      <IconLock size={22} aria-hidden />
      <Text fw={600}>Your role may not see this</Text>
      <Text size="sm" c="dimmed" ta="center" maw="60ch">
        {hint ?? 'An administrator can give you another role.'}
      </Text>
    </Stack>
  );
}
