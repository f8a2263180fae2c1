/** Whoever leaves a page with something that is not saved is asked first. */
import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';

interface AskBeforeLeavingProps {
  /** What is not saved; empty: nothing. */
  readonly unsaved: readonly string[];
}

export function AskBeforeLeaving({ unsaved }: AskBeforeLeavingProps) {
  const blocker = useBlocker({
    // Filters are in the address, and changing them leaves nothing.
    shouldBlockFn: ({ current, next }) => unsaved.length > 0 && current.pathname !== next.pathname,
    enableBeforeUnload: unsaved.length > 0,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Modal opened onClose={blocker.reset} title="Leave without saving?">
      <Text size="sm">What you have changed is not saved: {unsaved.join(', ')}.</Text>
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={blocker.proceed}>
          Leave, and drop it
        </Button>
        <Button onClick={blocker.reset} data-autofocus>
          Stay
        </Button>
      </Group>
    </Modal>
  );
}
