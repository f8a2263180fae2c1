/** A field of an operation as a control of a form. Its words, limits and choices are those of the definition. */
import { NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { wantedOf, type Field } from '../../src/domain/input-fields.ts';

interface FieldInputProps {
  readonly name: string;
  readonly field: Field;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly hasFocus?: boolean;
  /** In place of what the name says. */
  readonly label?: string;
}

export function FieldInput({
  name,
  field,
  value,
  onChange,
  hasFocus = false,
  label = labelOf(name),
}: FieldInputProps) {
  const common = {
    name,
    label,
    description: capitalised(field.about),
    required: field.presence === 'required',
    ...(hasFocus && { 'data-autofocus': true }),
  };
  switch (field.kind) {
    case 'choice':
      return (
        <Select
          {...common}
          data={[...field.choices]}
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
          thousandSeparator=" "
          value={typeof value === 'number' ? value : ''}
          placeholder={field.byDefault === undefined ? undefined : String(field.byDefault)}
          onChange={(typed) => onChange(typed === '' ? undefined : typed)}
        />
      );
    case 'boolean':
      return (
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
