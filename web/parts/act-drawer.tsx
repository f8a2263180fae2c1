/** The form of an act: a rendering of the operation's fields. */
import { Alert, Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import type { Field } from '../../src/domain/input-fields.ts';
import type { InputOf, OperationFacts, OperationName } from '../api/operation-types.ts';
import { problemOf } from '../api/problem.ts';
import { useAct } from '../api/queries.ts';
import type { Sent } from '../api/upload.ts';
import type { ActProps } from './act-props.ts';
import { CommandOf } from './command-of.tsx';
import { FieldInput } from './field-input.tsx';
import { ProblemBox } from './problem-box.tsx';
import { tellDone, tellProblem } from './tell.tsx';
import { UploadProgress } from './upload-progress.tsx';

const PREVIEW_AFTER_MS = 400;
/** What is smaller is sent before anybody could read how far it is. */
const PROGRESS_FROM_BYTES = 1_000_000;

type DrawerProps<Name extends OperationName> = ActProps<Name> & {
  readonly facts: OperationFacts;
  readonly onClose: () => void;
};

export function ActDrawer<const Name extends OperationName>(props: DrawerProps<Name>) {
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
  const [sent, setSent] = useState<Sent | null>(null);
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  const act = useAct(name, {
    onSuccess: (result) => {
      onClose();
      tellDone(done?.(result) ?? `${label}: done`);
      onDone?.(result);
    },
    onError: (error) => {
      // A form that is gone, because what it was about has changed meanwhile, cannot show it.
      if (!isShown.current) tellProblem(error);
    },
  });
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
    if (act.isPending) return;
    setSent(null);
    act.mutate({ input: { ...whole, ...(needsYes && { yes: true }) }, file, onSent: setSent });
  };
  // What is under way is not taken back by closing its form: it stays until it is known what came of it.
  const close = () => {
    if (!act.isPending) onClose();
  };

  return (
    <Drawer opened onClose={close} title={label} onClick={(event) => event.stopPropagation()}>
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
                  onChange={(value) => {
                    setValues((now) => ({ ...now, [field]: value }));
                    // A yes is for what was told of it, and not for other values.
                    if (needsYes) act.reset();
                  }}
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
          {act.isPending && file && file.size >= PROGRESS_FROM_BYTES && (
            <UploadProgress
              {...{ fileName: file.name, sent, size: file.size }}
              then={act.told ?? `${file.name} is sent. The server works with it …`}
            />
          )}
          {act.isPending && act.told !== null && !(file && file.size >= PROGRESS_FROM_BYTES) && (
            <Text role="status" size="sm" c="dimmed">
              {act.told}
            </Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" disabled={act.isPending} onClick={close}>
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
