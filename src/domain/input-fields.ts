/**
 * The fields of an input, as plain data. A job and an operation each state their fields once; from them come the check
 * of the input, the types, the command line's arguments and help, the JSON schema and the reference pages.
 *
 * Without a library, since workflows check their inputs with this and their bundle stays free of one.
 */
import { durationText, parseDuration } from './duration.ts';
import { AtpError, type ErrorCode } from './errors.ts';
import { INPUT_TEXT_LENGTH_MAX, REFUSED_VALUE_LENGTH_MAX, UNITS_SET_MAX } from './limits.ts';
import { quote, showText } from './shown-text.ts';

declare const VALUE: unique symbol;

/** `clearable`: absent leaves the setting as it is, null clears it. */
type Presence = 'required' | 'optional' | 'clearable';

interface FieldShape {
  /** What the value means, for help texts and reference pages. */
  readonly about: string;
  readonly presence: Presence;
  /** What an option's value is called in help texts: `--reason <text>`. Absent: the kind's own word. */
  readonly placeholder?: string;
  /** The word by which the command line clears it, such as `none`. */
  readonly clearedBy?: string;
  /** The value when it is absent. */
  readonly byDefault?: number | string;
  /** It is asked for without showing it, is never an option, and is in no audit log. */
  readonly isSecret?: boolean;
  /** It names a file that the caller has: a path on the command line, and what is sent by HTTP. */
  readonly isFile?: boolean;
}

interface TextKind {
  readonly kind: 'text';
  /** A regular expression in the syntax that JSON Schema and JavaScript's `u` flag share. */
  readonly pattern: string;
  readonly lengthMax: number;
  /** What a person must give: "It must be …". */
  readonly wanted: string;
  /** The value may be a secret that was typed in the wrong place: no error repeats it. */
  readonly isHidden?: boolean;
}

export type FieldKind =
  | TextKind
  /** One or more texts. On the command line it is the last argument, which may be repeated. */
  | { readonly kind: 'list'; readonly of: TextKind; readonly countMax: number }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | {
      readonly kind: 'boolean';
      /** The words for true and false that a person types; absent: naming the option means true. */
      readonly words?: readonly [yes: string, no: string];
    }
  | {
      readonly kind: 'choice';
      readonly choices: readonly string[];
      /** In place of a list of many choices: what a person must give. */
      readonly wanted?: string;
      /** Words that a person may type in place of a choice; JSON has the choice itself. */
      readonly typedAs?: Readonly<Record<string, string>>;
      /** The code that refuses any other value, in place of INPUT_INVALID. */
      readonly refusedBy?: ErrorCode;
    }
  /** An instant: ISO 8601 with an offset. It is text in JSON, and a Date once it is accepted. */
  | { readonly kind: 'time' }
  /** A length of time: text such as `6h` in JSON, and milliseconds once it is accepted. */
  | { readonly kind: 'duration'; readonly minMs: number; readonly maxMs: number };

/** A field whose accepted value is a `Value`. */
export type Field<Value = unknown, Is extends Presence = Presence> = FieldShape &
  FieldKind & { readonly presence: Is; readonly [VALUE]?: Value };

export type Fields = Readonly<Record<string, Field>>;

type Required = 'required';
type ValueOf<F> = F extends { readonly [VALUE]?: infer Value } ? Value : never;
interface HasDefault {
  readonly byDefault: number | string;
}
type NamesOf<F extends Fields, Is extends Presence> = {
  [Name in keyof F]: F[Name] extends HasDefault
    ? never
    : F[Name] extends { readonly presence: Is }
      ? Name
      : never;
}[keyof F];
type DefaultedNamesOf<F extends Fields> = {
  [Name in keyof F]: F[Name] extends HasDefault ? Name : never;
}[keyof F];

/** An accepted input: what is required or has a default is there, the rest may be. */
export type Input<F extends Fields> = {
  readonly [Name in NamesOf<F, 'required'> | DefaultedNamesOf<F>]: ValueOf<F[Name]>;
} & {
  readonly [Name in NamesOf<F, 'optional'>]?: ValueOf<F[Name]> | undefined;
} & {
  readonly [Name in NamesOf<F, 'clearable'>]?: ValueOf<F[Name]> | null | undefined;
};

/** A field of one text. */
export type TextField = Field<string, Required> & TextKind;

/** Text by a pattern of its own. `wanted` ends the sentence "It must be …". */
export function pattern(
  about: string,
  rule: {
    readonly pattern: string;
    readonly wanted: string;
    readonly placeholder: string;
    readonly isHidden?: boolean;
  },
): TextField {
  return { kind: 'text', about, presence: 'required', lengthMax: INPUT_TEXT_LENGTH_MAX, ...rule };
}

/** An id that also names workflows, schedules and folders. */
export function id(about: string, placeholder?: string): TextField {
  return {
    ...pattern(about, {
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$',
      wanted: 'an id of 1 to 63 letters, digits, "-" and "_"',
      placeholder: 'id',
    }),
    ...(placeholder !== undefined && { placeholder }),
  };
}

/** Control characters, marks that turn the text around them, and separators of lines: no text of one line has them. */
const UNSEEN = '\\p{Cc}\\p{Bidi_Control}\\p{Zl}\\p{Zp}';

/** A name, an id or a SKU as the retailer writes it: characters that can be seen, no spaces around them. */
export function label(about: string, placeholder = 'text'): TextField {
  return pattern(about, {
    pattern: `^[^\\s${UNSEEN}]([^${UNSEEN}]*[^\\s${UNSEEN}])?$`,
    wanted: `1 to ${INPUT_TEXT_LENGTH_MAX} characters, without control characters and without spaces around them`,
    placeholder,
  });
}

/** The name of a file that the caller has. `Context.pathOf` says where it is. */
export function ownFile(about: string): TextField {
  return { ...label(about, 'file'), isFile: true };
}

/** What nobody else may see: a password. No error repeats it. */
export function secret(about: string, lengthMin: number): TextField {
  return {
    ...pattern(about, {
      pattern: `^[^\\p{Cc}]{${lengthMin},${INPUT_TEXT_LENGTH_MAX}}$`,
      wanted: `${lengthMin} to ${INPUT_TEXT_LENGTH_MAX} characters on one line`,
      placeholder: 'text',
      isHidden: true,
    }),
    isSecret: true,
  };
}

/** What a person writes for other people: one line. */
export function text(about: string, placeholder = 'text'): TextField {
  return pattern(about, {
    pattern: `^[^${UNSEEN}]*[^\\s${UNSEEN}][^${UNSEEN}]*$`,
    wanted: `one line of 1 to ${INPUT_TEXT_LENGTH_MAX} characters`,
    placeholder,
  });
}

/** A whole number. */
export function wholeNumber(about: string, min: number, max: number): Field<number, Required> {
  return { kind: 'number', about, presence: 'required', min, max };
}

/** Units of a product, 0 or more. */
export function units(about: string): Field<number, Required> {
  return wholeNumber(about, 0, UNITS_SET_MAX);
}

/** How many, 1 or more. */
export function count(about: string, max = 1_000_000): Field<number, Required> {
  return wholeNumber(about, 1, max);
}

/** Yes or no. With `words`, a person types one of the two; without, naming the option means yes. */
export function yesOrNo(about: string, words?: readonly [yes: string, no: string]): Field<boolean, Required> {
  return { kind: 'boolean', about, presence: 'required', ...(words && { words }) };
}

export function choice<const Choice extends string>(
  about: string,
  choices: readonly Choice[],
  wanted?: string,
  typedAs?: Readonly<Record<string, Choice>>,
): Field<Choice, Required> {
  return {
    ...{ kind: 'choice', about, presence: 'required', choices },
    ...(wanted !== undefined && { wanted }),
    ...(typedAs && { typedAs }),
  };
}

/** Texts of one kind, 1 to `countMax` of them. */
export function list(
  about: string,
  { kind, pattern: rule, lengthMax, wanted }: TextField,
  countMax: number,
): Field<readonly string[], Required> {
  return {
    kind: 'list',
    about,
    presence: 'required',
    of: { kind, pattern: rule, lengthMax, wanted },
    countMax,
  };
}

export function time(about: string): Field<Date, Required> {
  return { kind: 'time', about, presence: 'required' };
}

/** A length of time, as text such as `6h`; its bounds are in milliseconds. */
export function duration(about: string, minMs: number, maxMs: number): Field<number, Required> {
  return { kind: 'duration', about, presence: 'required', minMs, maxMs };
}

/** The same field, which may be absent. In JSON null means absent, too. */
export function optional<Value>(field: Field<Value, Required>): Field<Value, 'optional'> {
  return { ...field, presence: 'optional' };
}

/** A setting that may be absent (it stays) or null (it is cleared). A person types `word` to clear it. */
export function clearable<Value>(
  field: Field<Value, Required>,
  word: 'none' | 'off',
): Field<Value, 'clearable'> {
  return { ...field, presence: 'clearable', clearedBy: word };
}

/** The same field, with a value for when it is absent. */
export function byDefault<Value extends number | string>(
  field: Field<Value, Required>,
  value: Value,
): Field<Value, 'optional'> & { readonly byDefault: Value } {
  return { ...field, presence: 'optional', byDefault: value };
}

/**
 * Checks an input that anyone may have sent. An unknown field is refused, because it is most likely a misspelt one.
 *
 * @param nameOf how the sender calls a field: its name in JSON, or an option of the command line
 * @throws AtpError INPUT_INVALID, which names the first field that is wrong
 */
export function acceptInput<const F extends Fields>(
  fields: F,
  input: unknown,
  nameOf: (field: string) => string = (field) => field,
): Input<F> {
  const known = Object.keys(fields);
  const given = objectOf(fields, input);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw invalid(
      `there is no field ${quote(unknown, REFUSED_VALUE_LENGTH_MAX)}; ${known.length === 0 ? 'there are none' : `the fields are ${known.join(', ')}`}`,
    );
  }
  const accepted = Object.entries(fields).flatMap(([name, field]): [string, unknown][] => {
    const value = acceptValue(field, given[name], nameOf(name));
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(accepted) as Input<F>;
}

/** When no field is required, an absent input counts as an empty one. */
function objectOf(fields: Fields, input: unknown): Readonly<Record<string, unknown>> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return { ...input };
  const needsNone = Object.values(fields).every(({ presence }) => presence !== 'required');
  if (needsNone && (input === undefined || input === null)) return {};
  throw invalid(`it must be one JSON object with ${Object.keys(fields).join(', ') || 'no fields'}`);
}

function acceptValue(field: Field, value: unknown, name: string): unknown {
  if (value === undefined || value === null) {
    if (value === null && field.presence === 'clearable') return null;
    if (field.presence === 'required') throw invalid(`${name} is missing`);
    return field.byDefault;
  }
  if ([value].flat().some((one) => typeof one === 'string' && SECRET.test(one))) {
    throw invalid(`${name} holds a token or a secret of Shopify: give its reference, such as env:NAME`);
  }
  if (isOfKind(field, value)) return valueOf(field, value);
  if (field.kind === 'choice' && field.refusedBy && typeof value === 'string') {
    throw new AtpError(field.refusedBy, {
      given: showText(value, REFUSED_VALUE_LENGTH_MAX),
      choices: field.choices.join(', '),
    });
  }
  const isHidden = field.kind === 'text' && field.isHidden === true;
  const cleared = field.clearedBy === undefined ? '' : `, or ${field.clearedBy} on the command line`;
  const not = isHidden ? '' : `, not ${quote(value, REFUSED_VALUE_LENGTH_MAX)}`;
  throw invalid(`${name} must be ${wantedOf(field)}${cleared}${not}`);
}

/** What an operation works with, of a value that is of the field's kind. */
function valueOf({ kind }: FieldKind, value: unknown): unknown {
  if (kind === 'time') return new Date(value as string);
  return kind === 'duration' ? parseDuration(value as string) : value;
}

/** How tokens and secrets of Shopify begin. No id, SKU or name of a retailer does, so one is a slip of the hand. */
const SECRET = /\bsh(pat|pss|pca|ppa|ptka)_/;

/** Whether a field takes this value, which is there. */
export function isOfKind(field: FieldKind, value: unknown): boolean {
  switch (field.kind) {
    case 'text':
      return (
        typeof value === 'string' &&
        [...value].length <= field.lengthMax &&
        new RegExp(field.pattern, 'u').test(value)
      );
    case 'list':
      return (
        Array.isArray(value) &&
        value.length > 0 &&
        value.length <= field.countMax &&
        value.every((one) => isOfKind(field.of, one))
      );
    case 'number':
      return Number.isInteger(value) && (value as number) >= field.min && (value as number) <= field.max;
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return typeof value === 'string' && field.choices.includes(value);
    case 'time':
      return typeof value === 'string' && isInstant(value);
    case 'duration': {
      const ms = typeof value === 'string' ? parseDuration(value) : null;
      return ms !== null && ms >= field.minMs && ms <= field.maxMs;
    }
  }
}

/** What a person must give, as the end of "It must be …". */
export function wantedOf(field: FieldKind): string {
  switch (field.kind) {
    case 'text':
      return field.wanted;
    case 'list':
      return `1 to ${field.countMax} values, each of ${field.of.wanted}`;
    case 'number':
      return `a whole number from ${field.min} to ${field.max}`;
    case 'boolean':
      return field.words ? field.words.join(' or ') : 'true or false';
    case 'choice':
      return field.wanted ?? `one of ${field.choices.join(', ')}`;
    case 'time':
      return 'ISO 8601 with an offset, such as 2026-11-24T12:00:00Z';
    case 'duration':
      return `a duration from ${durationText(field.minMs)} to ${durationText(field.maxMs)}, such as 45s, 90m, 6h or 2d`;
  }
}

/** ISO 8601 with an offset: without one, a time would mean another instant on every machine. */
export const INSTANT_PATTERN =
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[Tt]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?' +
  '([Zz]|[+\\-]([01]\\d|2[0-3]):?[0-5]\\d)$';

function isInstant(value: string): boolean {
  return (
    new RegExp(INSTANT_PATTERN, 'u').test(value) &&
    !Number.isNaN(new Date(value).getTime()) &&
    existsInCalendar(value)
  );
}

/** JavaScript takes 30 February for 2 March. */
function existsInCalendar(value: string): boolean {
  const [year = 0, month = 0, day = 0] = value.slice(0, 10).split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export function invalid(reason: string): AtpError {
  return new AtpError('INPUT_INVALID', { reason });
}
