/**
 * What a person decides about a shop's lane. No run waits for it: a blocked file, a held plan and a quarantined row are
 * states in the database, and the decision changes them.
 *
 *     hold     a file that is not done is blocked, whatever a run does with it now; then the other decisions work
 *     retry    the blocked file is tried again, from where it stopped
 *     rewrite  the file's rows are rendered again; what lies on SFTP under its name is set aside. The rows stay the
 *              same: new values always get a new number, because later files would overwrite a recomputed old one
 *     skip     the file is left out; its products are owed to the next one
 *     release  quarantined rows are owed to the next file
 *     approve  the products of a held plan, up to a revision of it, are computed anew and published
 *     reject   a held plan is dropped; the next run judges its products anew
 */
import { ERRORS, type ErrorCode } from './errors.ts';
import {
  acceptInput,
  choice,
  id,
  invalid,
  optional,
  text,
  wholeNumber,
  type Fields,
  type Input,
} from './input-fields.ts';
import { REFUSED_VALUE_LENGTH_MAX } from './limits.ts';
import { quote } from './shown-text.ts';
import type { PlanCounts } from './sync-plan.ts';

/** The workflow that carries decisions out. */
export const DECIDE_WORKFLOW_TYPE = 'decideLane';

/** The update by which that workflow gets a decision. */
export const DECIDE_UPDATE = 'decide';

/** The input of the workflow `decideLane`. */
export const DECIDE_FIELDS = { shopId: id('the shop') };

const by = text('who decides', 'name');
const reason = text('why; it is kept');
const sequence = wholeNumber('the number of the blocked file', 1, Number.MAX_SAFE_INTEGER);
const heldSequence = optional(
  wholeNumber('the number of the file; absent: the first one that waits', 1, Number.MAX_SAFE_INTEGER),
);
const plan = wholeNumber('the number of the held plan', 1, Number.MAX_SAFE_INTEGER);
const expectedReason = optional({
  ...choice(
    'decide only if this error code is what blocks the file now',
    Object.keys(ERRORS) as readonly ErrorCode[],
    'a code of docs/reference/errors.md',
  ),
  placeholder: 'code',
});

const FILE_FIELDS = { sequence, reason: optional(reason), expectedReason };
const PLAN_FIELDS = { plan, reason };
const revision = optional(
  wholeNumber('the plan’s revision that was looked at; absent: the one of now', 1, Number.MAX_SAFE_INTEGER),
);

/** The fields of each decision, beside who decides (`by`). */
export const DECISION_FIELDS = {
  retry: FILE_FIELDS,
  rewrite: FILE_FIELDS,
  skip: FILE_FIELDS,
  release: {
    sku: optional(text('the product’s SKU; absent: every quarantined product', 'sku')),
    reason: optional(reason),
  },
  approve: { plan, revision, reason },
  reject: PLAN_FIELDS,
  hold: { sequence: heldSequence, reason },
} satisfies Record<string, Fields>;

export type DecisionKind = keyof typeof DECISION_FIELDS;

/** The field that says what each decision is about. */
export const DECISION_TARGETS = {
  retry: 'sequence',
  rewrite: 'sequence',
  skip: 'sequence',
  release: 'sku',
  approve: 'plan',
  reject: 'plan',
  hold: 'sequence',
} as const satisfies { readonly [Kind in DecisionKind]: keyof (typeof DECISION_FIELDS)[Kind] };

export const DECISIONS = Object.keys(DECISION_FIELDS) as readonly DecisionKind[];

/** One decision, as the workflow takes it. */
export type LaneDecision<Kind extends DecisionKind = DecisionKind> = {
  [Each in Kind]: { readonly decision: Each; readonly by: string } & Input<(typeof DECISION_FIELDS)[Each]>;
}[Kind];

/** Decisions about a file that is blocked. */
export type FileDecision = LaneDecision<'retry' | 'rewrite' | 'skip'>;

/** Decisions that one short transaction carries out. An approval is none of them: it computes a file. */
export type ShortDecision = LaneDecision<Exclude<DecisionKind, 'approve'>>;

/** The result of a decision; fields that do not apply to it are null. */
export interface DecisionOutcome {
  readonly shopId: string;
  readonly decision: DecisionKind;
  readonly by: string;
  readonly reason: string | null;
  /** Of the file that was decided about, or that the approved plan became. */
  readonly sequence: number | null;
  readonly fileName: string | null;
  readonly rows: number | null;
  readonly toZero: number | null;
  readonly plan: number | null;
  /** Of an approval: the plan's revision up to which its products were approved, and their number by cause. */
  readonly revision: number | null;
  readonly counts: PlanCounts | null;
  /** Products that come with the next file. */
  readonly owed: number | null;
}

/** Everything that a decision says, beyond its kind. */
export function decisionFields(kind: DecisionKind): Fields {
  return { ...DECISION_FIELDS[kind], by };
}

/** @throws AtpError INPUT_INVALID, which names the field */
export function acceptLaneDecision(input: unknown): LaneDecision {
  const { decision, ...rest } = objectOf(input);
  const kind = DECISIONS.find((known) => known === decision);
  if (kind === undefined) {
    throw invalid(
      `decision must be one of ${DECISIONS.join(', ')}, not ${quote(decision, REFUSED_VALUE_LENGTH_MAX)}`,
    );
  }
  return { decision: kind, ...acceptInput(decisionFields(kind), rest) } as LaneDecision;
}

function objectOf(input: unknown): Readonly<Record<string, unknown>> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return { ...input };
  throw invalid('it must be one JSON object with decision');
}
