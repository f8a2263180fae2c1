/** A field of an operation as a control of a form. Its words, limits and choices are those of the definition. */
import {
  Checkbox,
  FileInput,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { wantedOf, type Field } from '../../src/domain/input-fields.ts';
import { InstantInput } from './instant-input.tsx';

/** Numbers up to it are read without separators. */
const UNSEPARATED_MAX = 99_999;

export type Choices = readonly (string | { readonly value: string; readonly label: string })[];

interface FieldInputProps {
  readonly name: string;
  readonly field: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly hasFocus?: boolean;
  /** What can be chosen, where the definition takes any name. */
  readonly choices?: Choices | undefined;
  /** Whether there is something that could be cleared. */
  readonly canClear?: boolean;
  /** In place of what the name says. */
  readonly label?: string;
}

export function FieldInput(props: FieldInputProps) {
  const { name, field, value, onChange, canClear = true, label = labelOf(name) } = props;
  if (field.presence !== 'clearable' || !canClear)
    return <Control {...props} label={label} isDisabled={false} />;
  return (
    <Stack gap={4}>
      <Control {...props} label={label} isDisabled={value === null} />
      <Checkbox
        label={`${label}: ${field.clearedBy ?? 'none'}`}
        checked={value === null}
        onChange={({ currentTarget }) => onChange(currentTarget.checked ? null : undefined)}
      />
    </Stack>
  );
}

type ControlProps = FieldInputProps & { readonly label: string; readonly isDisabled: boolean };

function Control({
  name,
  field,
  value,
  onChange,
  choices,
  hasFocus = false,
  label,
  isDisabled,
}: ControlProps) {
  const common = {
    name,
    label,
    description: capitalised(field.about),
    required: field.presence === 'required',
    disabled: isDisabled,
    ...(hasFocus && { 'data-autofocus': true }),
  };
  if (field.isFile) {
    return (
      <FileInput
        {...common}
        size="xs"
        clearable={field.presence !== 'required'}
        placeholder="Choose a CSV file"
        value={value instanceof File ? value : null}
        onChange={(file) => onChange(file ?? undefined)}
      />
    );
  }
  if (field.isSecret) {
    return (
      <PasswordInput
        {...common}
        size="xs"
        autoComplete="new-password"
        value={asText(value)}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    );
  }
  if (choices && field.kind === 'list') {
    return (
      <MultiSelect
        {...common}
        size="xs"
        data={[...choices]}
        onKeyDown={keepInList}
        value={Array.isArray(value) ? value.map(String) : []}
        maxValues={field.countMax}
        searchable
        nothingFoundMessage="There is no other"
        onChange={(texts) => onChange(texts.length === 0 ? undefined : texts)}
      />
    );
  }
  if (choices) {
    return (
      <Select
        {...common}
        data={[...choices]}
        onKeyDown={keepInList}
        value={asText(value) || null}
        searchable
        clearable={field.presence !== 'required'}
        onChange={(chosen) => onChange(chosen ?? undefined)}
      />
    );
  }
  switch (field.kind) {
    case 'choice':
      return (
        <Select
          {...common}
          data={[...field.choices]}
          onKeyDown={keepInList}
          value={asText(value) || null}
          searchable={field.choices.length > 8}
          clearable={field.presence !== 'required'}
          onChange={(chosen) => onChange(chosen ?? undefined)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          min={field.min}
          max={field.max}
          allowDecimal={false}
          // A port or a percentage is read as it is.
          thousandSeparator={field.max > UNSEPARATED_MAX ? ' ' : ''}
          value={typeof value === 'number' ? value : ''}
          placeholder={field.byDefault === undefined ? undefined : String(field.byDefault)}
          onChange={(typed) => onChange(typed === '' ? undefined : typed)}
        />
      );
    case 'boolean':
      // Left out, it stays as it is: a switch could not say that.
      return field.words && field.presence !== 'required' ? (
        <Select
          {...common}
          data={field.words.map((word, at) => ({ value: String(at === 0), label: word }))}
          onKeyDown={keepInList}
          value={typeof value === 'boolean' ? String(value) : null}
          placeholder="as it is"
          clearable
          onChange={(chosen) => onChange(chosen === null ? undefined : chosen === 'true')}
        />
      ) : (
        <Switch
          name={name}
          label={label}
          description={common.description}
          checked={value === true}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
      );
    case 'list':
      return (
        <TagsInput
          {...common}
          value={Array.isArray(value) ? value.map(String) : []}
          maxTags={field.countMax}
          splitChars={[',', ';', ' ', '\n']}
          onChange={(texts) => onChange(texts.length === 0 ? undefined : texts)}
        />
      );
    case 'text':
      return name === 'reason' ? (
        <Textarea
          {...common}
          autosize
          minRows={2}
          maxLength={field.lengthMax}
          value={asText(value)}
          // It is one line of a log.
          onChange={({ currentTarget }) => onChange(currentTarget.value.replace(/\s*\n\s*/g, ' '))}
        />
      ) : (
        <TextInput
          {...common}
          maxLength={field.lengthMax}
          placeholder={field.byDefault === undefined ? undefined : String(field.byDefault)}
          value={asText(value)}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
    case 'time':
      return <InstantInput {...common} value={asText(value)} onChange={onChange} />;
    case 'duration':
      return (
        <TextInput
          {...common}
          placeholder={wantedOf(field)}
          value={asText(value)}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
  }
}

/** Enter in a list that is open is meant for the list: without an option to take, it would send the form without it. */
function keepInList(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === 'Enter' && event.currentTarget.ariaExpanded === 'true') event.preventDefault();
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** `safetyStock` → "Safety stock" */
export function labelOf(name: string): string {
  return capitalised(
    name
      .replace(/Id(s?)$/, '$1')
      .replace(/([A-Z])/g, ' $1')
      .toLowerCase(),
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
