/**
 * What a person decides about a shop's lane. No run waits for it: a blocked file, a held plan and a row set apart are
 * states of the database, and the decision moves them on.
 *
 *     retry    the blocked file is tried again, where it stopped
 *     rewrite  its rows are rendered once more; what lies on SFTP in its place is set aside. New values only ever come
 *              under a new number: a recomputed old file would be overwritten by the later ones
 *     skip     the file is left out; its products are owed to the next one
 *     release  rows set apart are owed to the next file
 *     approve  a held plan is computed anew, and published if it is within what was approved
 *     reject   a held plan is dropped; the next run of the job is judged anew
 */
import type { ErrorCode } from './errors.ts';
import { isErrorCode } from './failure.ts';
import { fieldsOf, invalid, numberOf, optional, text, type Fields } from './input-fields.ts';

/** By this update of the workflow `decideLane` a decision comes. */
export const DECIDE_UPDATE = 'decide';

export const FILE_DECISIONS = ['retry', 'rewrite', 'skip'] as const;
export const PLAN_DECISIONS = ['approve', 'reject'] as const;
export const DECISIONS = [...FILE_DECISIONS, 'release', ...PLAN_DECISIONS] as const;

export type DecisionKind = (typeof DECISIONS)[number];

export interface FileDecision {
  readonly decision: (typeof FILE_DECISIONS)[number];
  readonly sequence: number;
  /** Who decides. */
  readonly by: string;
  /** Why. */
  readonly reason?: string;
  /** By what the file was blocked when the person looked: blocked by something else now, the decision is refused. */
  readonly expectedReason?: ErrorCode;
}

export interface ReleaseDecision {
  readonly decision: 'release';
  /** Absent: every product that is set apart. */
  readonly sku?: string;
  readonly by: string;
  readonly reason?: string;
}

export interface PlanDecision<Kind extends (typeof PLAN_DECISIONS)[number]> {
  readonly decision: Kind;
  readonly plan: number;
  readonly by: string;
  readonly reason: string;
}

/** Carried out by one short statement; an approval computes a file. */
export type ShortDecision = FileDecision | ReleaseDecision | PlanDecision<'reject'>;

export type LaneDecision = ShortDecision | PlanDecision<'approve'>;

/** What came of a decision; what does not belong to it is null. */
export interface DecisionOutcome {
  readonly shopId: string;
  readonly decision: DecisionKind;
  readonly by: string;
  readonly reason: string | null;
  /** Of the file that was decided about, or that came of the approved plan. */
  readonly sequence: number | null;
  readonly fileName: string | null;
  readonly rows: number | null;
  readonly toZero: number | null;
  readonly plan: number | null;
  /** Products that come with the next file. */
  readonly owed: number | null;
}

/** Throws INPUT_INVALID, which names the field. */
export function laneDecision(input: unknown): LaneDecision {
  const kind = fieldsOf(input, [...EVERY_FIELD])['decision'];
  if (isOneOf(FILE_DECISIONS, kind)) {
    const fields = fieldsOf(input, ['decision', 'sequence', 'by', 'reason', 'expectedReason']);
    const expectedReason = optional(fields, 'expectedReason', errorCode);
    return {
      decision: kind,
      sequence: numberOf(fields, 'sequence'),
      ...whoAndWhy(fields),
      ...(expectedReason !== undefined && { expectedReason }),
    };
  }
  if (isOneOf(PLAN_DECISIONS, kind)) {
    const fields = fieldsOf(input, ['decision', 'plan', 'by', 'reason']);
    const plan = numberOf(fields, 'plan');
    return { decision: kind, plan, by: text(fields, 'by'), reason: text(fields, 'reason') };
  }
  if (kind === 'release') {
    const fields = fieldsOf(input, ['decision', 'sku', 'by', 'reason']);
    const sku = optional(fields, 'sku', text);
    return { decision: kind, ...whoAndWhy(fields), ...(sku !== undefined && { sku }) };
  }
  throw invalid(`decision must be one of ${DECISIONS.join(', ')}, not ${JSON.stringify(kind)}`);
}

const EVERY_FIELD = ['decision', 'sequence', 'plan', 'sku', 'by', 'reason', 'expectedReason'] as const;

function whoAndWhy(fields: Fields): { readonly by: string; readonly reason?: string } {
  const reason = optional(fields, 'reason', text);
  return { by: text(fields, 'by'), ...(reason !== undefined && { reason }) };
}

function errorCode(fields: Fields, name: string): ErrorCode {
  const value = text(fields, name);
  if (isErrorCode(value)) return value;
  throw invalid(`${name} must be a code of docs/reference/errors.md, not ${JSON.stringify(value)}`);
}

function isOneOf<Value extends string>(values: readonly Value[], value: unknown): value is Value {
  return (values as readonly unknown[]).includes(value);
}
