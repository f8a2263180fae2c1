/**
 * The inputs of the jobs, as anyone may send them: our command line, Temporal's own, or its UI. They are checked in
 * the workflow itself, so without a library; an unknown field is refused, because it is most likely a misspelt one.
 */
import { AtpError } from './errors.ts';

export interface ProduceJob {
  readonly shopId: string;
  readonly facilityGroupId?: string;
}

export interface LaneJob {
  readonly shopId: string;
}

export interface VerifyJob {
  readonly shopId: string;
  /** How many products to compare, taken by chance; absent: all. */
  readonly sample?: number;
  /** Whether the next file carries what differs again. */
  readonly heal?: boolean;
}

export interface ImportJob {
  /** Folder below incoming/ to take feeds from; absent: all of incoming/. */
  readonly source?: string;
}

/** Throws INPUT_INVALID, which names the field. */
export function produceJob(input: unknown): ProduceJob {
  const fields = fieldsOf(input, ['shopId', 'facilityGroupId']);
  const facilityGroupId = optional(fields, 'facilityGroupId', id);
  return { shopId: id(fields, 'shopId'), ...(facilityGroupId !== undefined && { facilityGroupId }) };
}

/** Throws INPUT_INVALID, which names the field. */
export function laneJob(input: unknown): LaneJob {
  return { shopId: id(fieldsOf(input, ['shopId']), 'shopId') };
}

/** Throws INPUT_INVALID, which names the field. */
export function verifyJob(input: unknown): VerifyJob {
  const fields = fieldsOf(input, ['shopId', 'sample', 'heal']);
  const sample = optional(fields, 'sample', count);
  const heal = optional(fields, 'heal', yesOrNo);
  return {
    shopId: id(fields, 'shopId'),
    ...(sample !== undefined && { sample }),
    ...(heal !== undefined && { heal }),
  };
}

/** Throws INPUT_INVALID, which names the field. */
export function importJob(input: unknown): ImportJob {
  const source = optional(fieldsOf(input ?? {}, ['source']), 'source', id);
  return source === undefined ? {} : { source };
}

type Fields = Readonly<Record<string, unknown>>;

/** Of an id: as in a workflow's id and a folder's name. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const COUNT_MAX = 1_000_000;

function fieldsOf(input: unknown, known: readonly string[]): Fields {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid(`it must be one JSON object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw invalid(`there is no field ${JSON.stringify(unknown)}; the fields are ${known.join(', ')}`);
  }
  return input as Fields;
}

function optional<Value>(
  fields: Fields,
  name: string,
  read: (fields: Fields, name: string) => Value,
): Value | undefined {
  return fields[name] === undefined || fields[name] === null ? undefined : read(fields, name);
}

function id(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && ID.test(value)) return value;
  throw invalid(
    value === undefined
      ? `${name} is missing`
      : `${name} must be an id of 1 to 63 letters, digits, "-" and "_", not ${JSON.stringify(value)}`,
  );
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= COUNT_MAX) return value;
  throw invalid(`${name} must be a whole number from 1 to ${COUNT_MAX}, not ${JSON.stringify(value)}`);
}

function yesOrNo(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === 'boolean') return value;
  throw invalid(`${name} must be true or false, not ${JSON.stringify(value)}`);
}

function invalid(reason: string): AtpError {
  return new AtpError('INPUT_INVALID', { reason });
}
