/**
 * Every act that a person can do is defined once, as an operation: what it is called, who may do it, what it takes, what
 * it does. The command line is a rendering of these definitions; what they have in common happens here.
 */
import { isDeepStrictEqual } from 'node:util';
import { AtpError } from '../domain/errors.ts';
import { acceptInput, invalid, text, type Field, type Fields, type Input } from '../domain/input-fields.ts';
import { ROLES, type Role } from '../domain/role.ts';
import { beginAct, endAct, type ActEnd } from '../postgres/audit-log.ts';
import type { Application } from './application.ts';
import { describeError } from './described-error.ts';

/** Who does an act, and from where. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  readonly via: 'cli' | 'api';
}

/** What an operation works with. */
export interface Context {
  readonly app: Application;
  readonly caller: Caller;
  /** Tells the caller what is being waited for. */
  readonly progress: (text: string) => void;
  /** Tells the caller that the act was done, but something beside it failed. */
  readonly warn: (text: string) => void;
  /** Asks the caller whether an act is to be done; false also when nobody is there to answer. */
  readonly ask: (consequence: string) => Promise<boolean>;
  readonly nameOf: NameOf;
  /** Where the file is that the caller has given by this name: a path of this machine, or what was sent. */
  readonly pathOf: (file: string) => string;
}

/** Who does an act, as the audit log names them. */
export const CALLER_NAME = text('who does it (default: the user of this machine)', 'name');

/** How the caller's door calls a field: `safetyStock` in JSON, `--safety-stock` on the command line. */
export type NameOf = (field: string) => string;

export interface Operation<F extends Fields = Fields, Result = unknown, Name extends string = string> {
  /** `<noun>.<verb>`: the name of the act in the audit log. */
  readonly name: Name;
  /** Who may do it. What a viewer may do changes nothing. */
  readonly role: Role;
  /** It changes nothing either, though not everybody may look. */
  readonly isRead?: boolean;
  /** One sentence for help texts, without a full stop. */
  readonly description: string;
  readonly fields: F;
  /** Fields of which at least one must be given. */
  readonly needsOneOf?: readonly (keyof F & string)[];
  /** Rules that concern several fields. Throws INPUT_INVALID. */
  readonly check?: (input: Input<F>, nameOf: NameOf) => void;
  /** False for an input that changes nothing, such as a dry run. Absent: whatever is no read is recorded. */
  readonly isRecorded?: (input: Input<F>) => boolean;
  /** The act makes the audit log's own table, so its row is written when the act is done. */
  readonly isRecordedAfterwards?: boolean;
  /** False for a result that says that nothing had to be done. Only with `isRecordedAfterwards`. */
  readonly hasDone?: (result: Result) => boolean;
  /**
   * Reads what the act may change. It is read before and after the act, and the audit log keeps what differs. Null:
   * there is nothing yet, or nothing any more. Define it only where reading is cheap, and never return a secret.
   */
  readonly stateOf?: (context: Context, input: Input<F>) => Promise<object | null>;
  /** Rows of a page of its CSV, where a page costs as much as all of them. Absent: as many as an answer may have. */
  readonly exportedAtOnce?: number;
  readonly run: (context: Context, input: Input<F>) => Promise<Result>;
}

/** How the command line does an operation: words, and fields whose values stand between them. */
export interface CommandShape {
  readonly words: readonly (string | { readonly field: string })[];
  /** The options of the other fields: `safetyStock` is `--safety-stock`. */
  readonly options: Readonly<Record<string, string>>;
}

/** An operation without the types of its input and its result. */
export type OperationFacts = Pick<
  Operation,
  'name' | 'role' | 'isRead' | 'description' | 'fields' | 'exportedAtOnce'
>;

/** Whether it only looks: nothing is recorded of it. */
export function isRead({ role, isRead: reads = false }: Pick<Operation, 'role' | 'isRead'>): boolean {
  return reads || role === 'viewer';
}

/** States an operation, and keeps the types of its name, its fields and its result. */
export function defineOperation<const F extends Fields, Result, const Name extends string>(
  operation: Operation<F, Result, Name>,
): Operation<F, Result, Name> {
  return operation;
}

export type ResultOf<O> = O extends { readonly run: (...args: never[]) => Promise<infer Result> }
  ? Result
  : never;

/**
 * Does an act: checks the caller's role and its input, runs it, and records it in the audit log. What the fields and
 * their rules refuse leaves no trace in the log, because nothing was tried.
 *
 * @throws AtpError INPUT_INVALID, ROLE_INSUFFICIENT, and what the operation throws
 */
export async function perform<F extends Fields, Result>(
  operation: Operation<F, Result>,
  given: unknown,
  context: Context,
): Promise<Result> {
  const { nameOf, caller } = context;
  // First: who may not do it learns nothing from its checks.
  requireRole(operation, caller);
  const input = acceptInput(operation.fields, given, nameOf);
  requireOneOf(operation, input, nameOf);
  operation.check?.(input, nameOf);
  const isRecorded = operation.isRecorded?.(input) ?? !isRead(operation);
  if (isRecorded) acceptInput({ by: CALLER_NAME }, { by: caller.name }, nameOf);
  return isRecorded ? record(operation, input, context) : operation.run(context, input);
}

function requireOneOf<F extends Fields>(
  { needsOneOf }: Pick<Operation<F>, 'needsOneOf'>,
  input: Input<F>,
  nameOf: NameOf,
): void {
  if (!needsOneOf || needsOneOf.some((name) => Object.hasOwn(input, name))) return;
  throw invalid(
    `give ${needsOneOf.length === 1 ? '' : 'at least one of '}${needsOneOf.map(nameOf).join(', ')}`,
  );
}

/** @throws AtpError ROLE_INSUFFICIENT */
export function requireRole({ name, role }: Pick<Operation, 'name' | 'role'>, caller: Caller): void {
  if (ROLES.indexOf(caller.role) >= ROLES.indexOf(role)) return;
  throw new AtpError('ROLE_INSUFFICIENT', { act: name, needed: role, role: caller.role });
}

async function record<F extends Fields, Result>(
  operation: Operation<F, Result>,
  input: Input<F>,
  context: Context,
): Promise<Result> {
  const { caller, app } = context;
  const database = await app.database();
  const act = { act: operation.name, actor: caller.name, via: caller.via };
  const begin = () => beginAct(database, { ...act, input: withoutSecrets(operation.fields, input) });
  const begun = operation.isRecordedAfterwards ? null : await begin();
  const end = async (outcome: ActEnd) => {
    try {
      await endAct(database, begun ?? (await begin()), outcome);
    } catch (error) {
      const { code, message } = describeError(error);
      context.warn(`The audit log could not be told how ${operation.name} ended: ${code}: ${message}`);
    }
  };
  const { before, result } = await runFrom(operation, input, context).catch(async (error: unknown) => {
    if (!operation.isRecordedAfterwards) await end({ outcome: describeError(error).code });
    throw error;
  });
  if (operation.hasDone?.(result) === false) return result;
  // The act is done, whatever happens to the look at what it has changed.
  const after = await readStateAfter(operation, input, context);
  await end({ outcome: 'DONE', ...(after !== undefined && differenceOf(before, after)) });
  return result;
}

/** The audit log is read by many, and kept for long. */
function withoutSecrets(fields: Fields, input: object): object {
  return Object.fromEntries(
    Object.entries(input)
      .filter(([name]) => fields[name]?.isSecret !== true)
      .map(([name, value]: [string, unknown]) => [name, withoutToken(fields[name], value)]),
  );
}

/** Of a URL that may be a token, such as that of a webhook, where it leads. */
function withoutToken(field: Field | undefined, value: unknown): unknown {
  const mayBeToken = field?.kind === 'text' && field.isHidden === true;
  if (!mayBeToken || typeof value !== 'string' || !/^https?:/i.test(value)) return value;
  return URL.parse(value)?.origin ?? null;
}

async function runFrom<F extends Fields, Result>(
  operation: Operation<F, Result>,
  input: Input<F>,
  context: Context,
): Promise<{ readonly before: object | null | undefined; readonly result: Result }> {
  const before = await operation.stateOf?.(context, input);
  return { before, result: await operation.run(context, input) };
}

/** Undefined: the operation has no state to tell, or it cannot be read now. */
async function readStateAfter<F extends Fields, Result>(
  operation: Operation<F, Result>,
  input: Input<F>,
  context: Context,
): Promise<object | null | undefined> {
  try {
    return await operation.stateOf?.(context, input);
  } catch (error) {
    const { code, message } = describeError(error);
    context.warn(`The act is done; what ${operation.name} has changed cannot be read: ${code}: ${message}`);
    return undefined;
  }
}

/** The parts of two states that differ. A state that is new or gone is kept whole. */
function differenceOf(
  before: object | null | undefined,
  after: object | null | undefined,
): Pick<ActEnd, 'before' | 'after'> {
  if (!before || !after) return { before, after };
  const was = new Map(Object.entries(before));
  const is = new Map(Object.entries(after));
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter(
    (name) => !isDeepStrictEqual(was.get(name), is.get(name)),
  );
  const pick = (state: ReadonlyMap<string, unknown>) =>
    Object.fromEntries(changed.map((name) => [name, state.get(name) ?? null]));
  return { before: pick(was), after: pick(is) };
}
