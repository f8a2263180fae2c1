/**
 * Reading an input that anyone may have sent, field by field. Without a library, since workflows check their inputs
 * themselves; an unknown field is refused, because it is most likely a misspelt one.
 */
import { AtpError } from './errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Of an id: as in a workflow's id and a folder's name. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const COUNT_MAX = 1_000_000;
const TEXT_LENGTH_MAX = 255;

/** The one JSON object, with no field but the known ones. Throws INPUT_INVALID, as all of this file. */
export function fieldsOf(input: unknown, known: readonly string[]): Fields {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid(`it must be one JSON object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw invalid(`there is no field ${JSON.stringify(unknown)}; the fields are ${known.join(', ')}`);
  }
  return input as Fields;
}

export function optional<Value>(
  fields: Fields,
  name: string,
  read: (fields: Fields, name: string) => Value,
): Value | undefined {
  return fields[name] === undefined || fields[name] === null ? undefined : read(fields, name);
}

export function id(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && ID.test(value)) return value;
  throw invalid(
    value === undefined
      ? `${name} is missing`
      : `${name} must be an id of 1 to 63 letters, digits, "-" and "_", not ${JSON.stringify(value)}`,
  );
}

export function count(fields: Fields, name: string): number {
  return wholeNumber(fields, name, COUNT_MAX);
}

/** The number of a file or a plan. */
export function numberOf(fields: Fields, name: string): number {
  return wholeNumber(fields, name, Number.MAX_SAFE_INTEGER);
}

function wholeNumber(fields: Fields, name: string, max: number): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw invalid(
    value === undefined
      ? `${name} is missing`
      : `${name} must be a whole number from 1 to ${max}, not ${JSON.stringify(value)}`,
  );
}

export function yesOrNo(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === 'boolean') return value;
  throw invalid(`${name} must be true or false, not ${JSON.stringify(value)}`);
}

/** What a person wrote: one line of characters that can be seen. */
export function text(fields: Fields, name: string): string {
  const value = fields[name];
  const isText =
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= TEXT_LENGTH_MAX &&
    !/\p{Cc}/u.test(value);
  if (isText) return value;
  throw invalid(
    value === undefined
      ? `${name} is missing`
      : `${name} must be one line of 1 to ${TEXT_LENGTH_MAX} characters, not ${JSON.stringify(value)}`,
  );
}

export function invalid(reason: string): AtpError {
  return new AtpError('INPUT_INVALID', { reason });
}
