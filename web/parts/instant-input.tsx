/** An instant that a person names by the clock of the browser; what is sent has its offset. */
import { TextInput, type TextInputProps } from '@mantine/core';

type InstantInputProps = Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  /** ISO 8601 with an offset; empty: none. */
  readonly value: string;
  readonly onChange: (value: string | undefined) => void;
};

export function InstantInput({ value, onChange, description, ...input }: InstantInputProps) {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <TextInput
      {...input}
      type="datetime-local"
      // Below it, so that the labels of a row stand on one line.
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      description={
        <>
          {description && <>{description}. </>}
          By the clock of {zone}
        </>
      }
      value={asLocal(new Date(value))}
      onChange={({ currentTarget }) =>
        onChange(currentTarget.value === '' ? undefined : new Date(currentTarget.value).toISOString())
      }
    />
  );
}

/** As the control wants it: the local time without its offset; empty, as is what is no time. */
function asLocal(at: Date): string {
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
