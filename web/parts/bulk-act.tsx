/** One act for many things: asked once, its progress shown, ended when a person says so, and what failed tried again. */
import { Button, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import type { CallOptions } from '../api/client.ts';
import { problemOf, type ProblemFacts } from '../api/problem.ts';
import { AT_WORK } from '../api/told.ts';
import { RowsProgress } from './rows-progress.tsx';
import { formatUnits } from './units.tsx';

export interface BulkItem {
  /** As a person calls it; each name is there once. */
  readonly name: string;
}

/** For `call`: what the server tells of one that takes long is shown. */
type Telling = Required<Pick<CallOptions, 'onProgress'>>;

interface BulkActProps<Item extends BulkItem> {
  readonly label: string;
  readonly items: readonly Item[];
  /** What will happen to all of them. */
  readonly consequence: ReactNode;
  /** Does it to one. */
  readonly act: (item: Item, reason: string, telling: Telling) => Promise<unknown>;
  /** Takes it back, for those that it was done to. */
  readonly undo?: {
    readonly label: string;
    readonly act: (item: Item, telling: Telling) => Promise<unknown>;
  };
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
  const [atWork, setAtWork] = useState<string | null>(null);
  const isCanceled = useRef(false);

  const work = async (
    chosen: readonly Item[],
    doIt: (item: Item, telling: Telling) => Promise<unknown>,
    before: Came,
  ) => {
    isCanceled.current = false;
    setRunning(true);
    let now = before;
    setCame(now);
    for (const item of chosen) {
      if (isCanceled.current) break;
      setAtWork(item.name);
      const onProgress = (told: string | null) => setAtWork(`${item.name}: ${told ?? AT_WORK}`);
      const failure = await doIt(item, { onProgress }).then(() => null, problemOf);
      now = failure
        ? { ...now, failed: new Map([...now.failed, [item.name, failure]]) }
        : { ...now, done: [...now.done, item.name] };
      setCame(now);
    }
    setAtWork(null);
    setRunning(false);
    await client.invalidateQueries();
  };
  const start = (chosen: readonly Item[], before: Came) => {
    setTotal(before.done.length + chosen.length);
    void work(chosen, isUndone && undo ? undo.act : (item, telling) => act(item, reason, telling), before);
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
            <RowsProgress
              label={label}
              done={worked}
              total={total}
              words={(_, all) =>
                `${isUndone ? 'Taken back' : 'Done'}: ${came.done.length} of ${formatUnits(all)}${
                  came.failed.size > 0 ? `, failed: ${came.failed.size}` : ''
                }`
              }
            />
            <Text size="sm" c="dimmed" role="status" mih="1.55em" style={{ overflowWrap: 'anywhere' }}>
              {atWork}
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
