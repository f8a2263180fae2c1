/**
 * Acts: a button that opens what the operation asks for, checks it as the server would, does it, and says what came of it.
 */
import { Button, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { readOperations } from '../api/client.ts';
import type { OperationFacts, OperationName } from '../api/operation-types.ts';
import { useAct } from '../api/queries.ts';
import { useMay } from '../session/session.tsx';
import { ActDrawer } from './act-drawer.tsx';
import type { ActProps } from './act-props.ts';
import { tellAtWork, tellDone, tellProblem } from './tell.tsx';

/** The facts of an operation; undefined until they are there. */
export function useOperation(name: OperationName): OperationFacts | undefined {
  const { data } = useQuery({
    queryKey: ['operations'],
    queryFn: readOperations,
    staleTime: Infinity,
    refetchInterval: false,
  });
  return data?.get(name);
}

export function Act<const Name extends OperationName>(props: ActProps<Name>) {
  const {
    name,
    label,
    input = {},
    isImmediate = false,
    isDangerous = false,
    whyNot,
    button,
    done,
    onDone,
    trigger: ownTrigger,
  } = props;
  // As the page was when the person decided: what it has read since neither changes the question nor the answer.
  const [opened, setOpened] = useState<{
    readonly props: ActProps<Name>;
    readonly from: Element | null;
  } | null>(null);
  const facts = useOperation(name);
  const may = useMay(facts?.role ?? 'viewer');
  const message = useId();
  const act = useAct(name, {
    onTold: (text) => tellAtWork(message, label, text),
    onSuccess: (result) => {
      tellDone(done?.(result) ?? `${label}: done`, message);
      onDone?.(result);
    },
    onError: (error) => tellProblem(error, message),
  });
  const reason = facts && !may ? `For the role ${facts.role}` : whyNot;
  const open = () => {
    if (reason === undefined) setOpened({ props, from: document.activeElement });
  };
  const close = () => {
    setOpened(null);
    focusAgain(opened?.from ?? null);
  };

  const trigger = ownTrigger ? (
    ownTrigger(open, reason !== undefined)
  ) : (
    <Button
      variant={isDangerous ? 'light' : 'default'}
      {...(isDangerous && { color: 'red' })}
      {...button}
      loading={isImmediate && act.isPending}
      data-disabled={reason !== undefined || undefined}
      aria-disabled={reason !== undefined}
      onClick={(event) => {
        event.stopPropagation();
        if (!isImmediate) open();
        else if (reason === undefined) act.mutate({ input });
      }}
    >
      {label}
    </Button>
  );
  return (
    <>
      {reason === undefined ? trigger : <Tooltip label={reason}>{trigger}</Tooltip>}
      {facts && opened && (
        <ActDrawer {...opened.props} choices={props.choices} facts={facts} onClose={close} />
      )}
    </>
  );
}

/** Who works by keyboard goes on where the form was opened; once the drawer has let the focus go. */
function focusAgain(element: Element | null): void {
  setTimeout(() => {
    if (element instanceof HTMLElement && element.isConnected) element.focus({ preventScroll: true });
  }, 0);
}
