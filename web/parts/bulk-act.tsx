/** One act for many things: asked once, its progress shown, ended when a person says so, and what failed tried again. */
import { Button, Group, List, Modal, Progress, Stack, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { problemOf, type ProblemFacts } from '../api/problem.ts';

export interface BulkItem {
  /** As a person calls it; each name is there once. */
  readonly name: string;
}

interface BulkActProps<Item extends BulkItem> {
  readonly label: string;
  readonly items: readonly Item[];
  /** What will happen to all of them. */
  readonly consequence: ReactNode;
  /** Does it to one. */
  readonly act: (item: Item, reason: string) => Promise<unknown>;
  /** Takes it back, for those that it was done to. */
  readonly undo?: { readonly label: string; readonly act: (item: Item) => Promise<unknown> };
  readonly onClose: () => void;
}

interface Came {
  readonly done: readonly string[];
  readonly failed: ReadonlyMap<string, ProblemFacts>;
}

const NOTHING: Came = { done: [], failed: new Map() };

export function BulkAct<Item extends BulkItem>(props: BulkActProps<Item>) {
  const { label, items, consequence, act, undo, onClose } = props;
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [came, setCame] = useState<Came>(NOTHING);
  const [total, setTotal] = useState<number | null>(null);
  const [isRunning, setRunning] = useState(false);
  const [isUndone, setUndone] = useState(false);
  const isCanceled = useRef(false);

  const work = async (chosen: readonly Item[], doIt: (item: Item) => Promise<unknown>, before: Came) => {
    isCanceled.current = false;
    setRunning(true);
    let now = before;
    setCame(now);
    for (const item of chosen) {
      if (isCanceled.current) break;
      const failure = await doIt(item).then(() => null, problemOf);
      now = failure
        ? { ...now, failed: new Map([...now.failed, [item.name, failure]]) }
        : { ...now, done: [...now.done, item.name] };
      setCame(now);
    }
    setRunning(false);
    await client.invalidateQueries();
  };
  const start = (chosen: readonly Item[], before: Came) => {
    setTotal(before.done.length + chosen.length);
    void work(chosen, isUndone && undo ? undo.act : (item) => act(item, reason), before);
  };
  const failedItems = items.filter(({ name }) => came.failed.has(name));
  const doneItems = items.filter(({ name }) => came.done.includes(name));
  const worked = came.done.length + came.failed.size;

  return (
    <Modal
      opened
      onClose={onClose}
      title={label}
      // It would go on, and nobody could see or stop it.
      closeOnClickOutside={!isRunning}
      closeOnEscape={!isRunning}
      withCloseButton={!isRunning}
    >
      <Stack gap="sm">
        {total === null ? (
          <>
            <Text size="sm">{consequence}</Text>
            <List size="sm">
              {items.map(({ name }) => (
                <List.Item key={name}>{name}</List.Item>
              ))}
            </List>
            <Textarea
              label="Reason"
              description="Everybody sees it"
              autosize
              data-autofocus
              value={reason}
              onChange={({ currentTarget }) => setReason(currentTarget.value.replace(/\s*\n\s*/g, ' '))}
            />
          </>
        ) : (
          <>
            <Progress
              value={total === 0 ? 100 : (worked / total) * 100}
              {...(came.failed.size > 0 && { color: 'orange' })}
              aria-label={`${worked} of ${total}`}
            />
            <Text size="sm" role="status">
              {isUndone ? 'Taken back' : 'Done'}: {came.done.length} of {total}
              {came.failed.size > 0 && `, failed: ${came.failed.size}`}
            </Text>
            <List size="sm">
              {[...came.failed].map(([name, { code, detail }]) => (
                <List.Item key={name}>
                  {name}: {code}, {detail}
                </List.Item>
              ))}
            </List>
          </>
        )}
        <Group justify="flex-end" gap="xs">
          {isRunning ? (
            <Button variant="default" onClick={() => (isCanceled.current = true)}>
              Stop after this one
            </Button>
          ) : (
            <Button variant="default" onClick={onClose}>
              {total === null ? 'Cancel' : 'Close'}
            </Button>
          )}
          {total === null && <Button onClick={() => start(items, NOTHING)}>{label}</Button>}
          {total !== null && !isRunning && failedItems.length > 0 && (
            <Button variant="default" onClick={() => start(failedItems, { ...came, failed: new Map() })}>
              Try the failed ones again
            </Button>
          )}
          {undo && total !== null && !isRunning && !isUndone && doneItems.length > 0 && (
            <Button
              variant="default"
              onClick={() => {
                setUndone(true);
                setTotal(doneItems.length);
                void work(doneItems, undo.act, NOTHING);
              }}
            >
              {undo.label}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
