/** What each operation takes and answers, from its definition: nothing of it is written a second time. */
import type { Field, Fields } from '../../src/domain/input-fields.ts';
import type { JobFields, JobName } from '../../src/domain/jobs/jobs.ts';
import type { DECISION_FIELDS, DecisionKind } from '../../src/domain/lane-decision.ts';
import type { CommandShape } from '../../src/operations/operation.ts';
import type { OPERATIONS } from '../../src/operations/operations.ts';
import type { Role } from '../../src/domain/role.ts';

type Defined = (typeof OPERATIONS)[number];

export type OperationName = Defined['name'];

/** Some operations are defined by one function for several names. */
type Named<Name, Each> = Each extends { readonly name: infer Names }
  ? Name extends Names
    ? Each
    : never
  : never;

type OwnFieldsOf<Name extends OperationName> =
  Named<Name, Defined> extends { readonly fields: infer F extends Fields } ? F : never;

/** Each job has parameters of its own; who orders one may name those of all. */
type ParameterFields = UnionToIntersection<
  { readonly [Job in JobName]: Omit<JobFields<Job>, 'shopId'> }[JobName]
>;

type UnionToIntersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** Those that the operation's own type leaves out, because they differ by decision or by job, are there, too. */
type FieldsOf<Name extends OperationName> = OwnFieldsOf<Name> &
  (Name extends `lane.${infer Kind extends DecisionKind}`
    ? (typeof DECISION_FIELDS)[Kind]
    : Name extends 'job.run' | 'job.schedule'
      ? ParameterFields
      : unknown);

/** A value as JSON carries it: an instant and a length of time are texts. */
type Sent<F> =
  F extends Field<infer Value>
    ? F extends { readonly kind: 'time' | 'duration' }
      ? string
      : Value extends Date
        ? string
        : Value
    : never;

/** What a request carries. The server checks it; here it only has to be the right names. */
export type InputOf<Name extends OperationName> = {
  readonly [Key in keyof FieldsOf<Name>]?: Sent<FieldsOf<Name>[Key]> | null | undefined;
};

/** What JSON leaves of a value. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Each)[]
    ? readonly Json<Each>[]
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : T;

export type ResultOf<Name extends OperationName> =
  Named<Name, Defined> extends { readonly run: (...args: never[]) => Promise<infer Result> }
    ? Json<Result>
    : never;

/** How an operation is asked for, as `/api/operations.json` tells it. */
export interface OperationFacts {
  readonly name: OperationName;
  readonly role: Role;
  readonly description: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly fields: Fields;
  readonly fileField: string | null;
  /** How the command line does it: words, and fields by their names. Null: no command of one line does. */
  readonly command: CommandShape | null;
}
