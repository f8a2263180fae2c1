/**
 * Acts: a button that opens what the operation asks for, checks it as the server would, does it, and says what came of it.
 * The form is a rendering of the operation's fields.
 */
import { Alert, Anchor, Button, Drawer, Group, Stack, Text, Tooltip, type ButtonProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement, type ReactNode, type SyntheticEvent } from 'react';
import type { Field } from '../../src/domain/input-fields.ts';
import { readOperations } from '../api/client.ts';
import type { InputOf, OperationFacts, OperationName, ResultOf } from '../api/operation-types.ts';
import { problemOf } from '../api/problem.ts';
import { useAct } from '../api/queries.ts';
import { useMay } from '../session/session.tsx';
import { CopyText } from './copy-text.tsx';
import { commandLine } from './command-line.ts';
import { FieldInput, type Choices } from './field-input.tsx';
import { ProblemBox } from './problem-box.tsx';

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

const PREVIEW_AFTER_MS = 400;

interface ActProps<Name extends OperationName> {
  readonly name: Name;
  /** On the button, and as the heading of the form. */
  readonly label: string;
  /** What the page knows already. */
  readonly input?: InputOf<Name>;
  /** What the person is asked for, in this order. None: it asks only whether to do it. */
  readonly ask?: readonly (keyof InputOf<Name> & string)[];
  /** Of these, what must be given although a script may leave it out, such as why. */
  readonly need?: readonly (keyof InputOf<Name> & string)[];
  /** What can be chosen for a field whose definition takes any name, such as the facilities that there are. */
  readonly choices?: Readonly<Partial<Record<keyof InputOf<Name> & string, Choices>>>;
  /** The content of the operation's file, where the page has it. */
  readonly file?: Blob | undefined;
  /** What the settings are now: the fields begin with it, and what stays so is not sent. */
  readonly current?: InputOf<Name>;
  /** What the fields begin with otherwise: a proposal. */
  readonly initial?: InputOf<Name>;
  /** What will happen, for the person who decides. */
  readonly consequence?: ReactNode;
  /** What the values that are typed would do, so that a person sees it before it is saved. */
  readonly preview?: (whole: InputOf<Name>) => ReactNode;
  /** What has happened, and a link to what it has made. */
  readonly done?: (result: ResultOf<Name>) => ReactNode;
  readonly onDone?: (result: ResultOf<Name>) => void;
  /** It is done at once, without asking: for acts that can be taken back by one click. */
  readonly isImmediate?: boolean;
  readonly isDangerous?: boolean;
  /** Why it cannot be done now. */
  readonly whyNot?: string | undefined;
  readonly button?: ButtonProps;
  /** In place of a button, such as a switch that stands at what is so now. It opens the form. */
  readonly trigger?: (open: () => void, isForbidden: boolean) => ReactElement;
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
  const [isOpen, setOpen] = useState(false);
  const facts = useOperation(name);
  const may = useMay(facts?.role ?? 'viewer');
  const act = useAct(name);
  const reason = facts && !may ? `For the role ${facts.role}` : whyNot;

  const doNow = () => {
    act.mutate(
      { input },
      {
        onSuccess: (result) => {
          tellDone(done?.(result) ?? `${label}: done`);
          onDone?.(result);
        },
        onError: tellProblem,
      },
    );
  };

  const trigger = ownTrigger ? (
    ownTrigger(() => reason === undefined && setOpen(true), reason !== undefined)
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
        if (reason !== undefined) return;
        if (isImmediate) doNow();
        else setOpen(true);
      }}
    >
      {label}
    </Button>
  );
  return (
    <>
      {reason === undefined ? trigger : <Tooltip label={reason}>{trigger}</Tooltip>}
      {facts && isOpen && <ActDrawer {...props} facts={facts} onClose={() => setOpen(false)} />}
    </>
  );
}

export function tellDone(message: ReactNode): void {
  notifications.show({ color: 'teal', message, autoClose: 8_000 });
}

export function tellProblem(error: unknown): void {
  const { code, detail, hint } = problemOf(error);
  notifications.show({ color: 'red', title: code, message: `${detail} ${hint}`, autoClose: false });
}

type DrawerProps<Name extends OperationName> = ActProps<Name> & {
  readonly facts: OperationFacts;
  readonly onClose: () => void;
};

function ActDrawer<const Name extends OperationName>(props: DrawerProps<Name>) {
  const {
    name,
    facts,
    label,
    input,
    ask = [],
    need = [],
    current,
    initial,
    consequence,
    preview,
    choices,
    file: givenFile,
    done,
    onDone,
    isDangerous,
    onClose,
  } = props;
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>(() => ({
    ...withoutNulls(current),
    ...initial,
  }));
  const act = useAct(name);
  const problem = act.isError ? problemOf(act.error) : null;
  const needsYes = problem?.code === 'NOT_CONFIRMED';
  const file = givenFile ?? Object.values(values).find((value) => value instanceof File);
  const wholeOf = (typed: typeof values) => ({ ...input, ...sentOf(typed, current) }) as InputOf<Name>;
  const whole = wholeOf(values);

  // Not each key that is pressed is a question to the server.
  const [settled] = useDebouncedValue(values, PREVIEW_AFTER_MS);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    event.stopPropagation();
    act.mutate(
      { input: { ...whole, ...(needsYes && { yes: true }) }, file },
      {
        onSuccess: (result) => {
          onClose();
          tellDone(done?.(result) ?? `${label}: done`);
          onDone?.(result);
        },
      },
    );
  };

  return (
    <Drawer opened onClose={onClose} title={label} onClick={(event) => event.stopPropagation()}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text component="div" size="sm">
            {consequence ?? `${facts.description.charAt(0).toUpperCase()}${facts.description.slice(1)}.`}
          </Text>
          {ask.map((field, at) => {
            const definition = facts.fields[field];
            return (
              definition && (
                <FieldInput
                  key={field}
                  name={field}
                  field={asNeeded(definition, need.includes(field))}
                  value={values[field]}
                  choices={choices?.[field]}
                  // Nothing is set of what is new, and what is not set cannot be cleared.
                  canClear={current ? (current[field] ?? null) !== null : !name.endsWith('.add')}
                  hasFocus={at === 0}
                  onChange={(value) => setValues((now) => ({ ...now, [field]: value }))}
                />
              )
            );
          })}
          {Object.keys(sentOf(settled, current)).length > 0 && preview?.(wholeOf(settled))}
          {problem && !needsYes && <ProblemBox problem={problem} />}
          {needsYes && (
            <Alert color="orange" title="Is that what you want?">
              {problem.detail}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={act.isPending}
              {...((isDangerous || needsYes) && { color: 'red' })}
            >
              {needsYes ? 'Yes, do it' : label}
            </Button>
          </Group>
          <CommandOf facts={facts} input={whole} />
        </Stack>
      </form>
    </Drawer>
  );
}

function asNeeded(field: Field, isNeeded: boolean): Field {
  return isNeeded ? { ...field, presence: 'required' } : field;
}

function withoutNulls(values: object | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== null));
}

/** What was left empty, or as it is, is not sent; a file is sent beside its name. */
function sentOf(
  values: Readonly<Record<string, unknown>>,
  current: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const isSame = (field: string, value: unknown) =>
    field in current && JSON.stringify(current[field]) === JSON.stringify(value);
  return Object.fromEntries(
    Object.entries(values)
      .filter(([field, value]) => value !== undefined && value !== '' && !isSame(field, value))
      .map(([field, value]) => [field, value instanceof File ? value.name : value]),
  );
}

/** The same act for a script: it is never another one. */
export function CommandOf({ facts, input }: { readonly facts: OperationFacts; readonly input: object }) {
  return (
    <Stack gap={2} mt="xs">
      <Text size="xs" c="dimmed">
        The same by command
      </Text>
      <CopyText text={commandLine(facts, input)} />
    </Stack>
  );
}

export function DoneLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return <Anchor href={href}>{children}</Anchor>;
}
