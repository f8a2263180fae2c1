/** What a run of decideLane has to tell: each decision that came to it, and what came of it. */
import type { DecisionKind } from '../lane-decision.ts';
import type { Outcome } from './outcome.ts';

/** A decision that was carried out, or refused. */
export interface ToldDecision {
  readonly decision: DecisionKind;
  readonly by: string;
  readonly reason: string | null;
  /** Of the file that was decided about, or that the approved plan became. */
  readonly sequence: number | null;
  readonly plan: number | null;
  /** Why it was refused; absent: it was carried out. */
  readonly refused?: { readonly code: string; readonly message: string };
}

/** The result of a run of decideLane. */
export interface DecideResult {
  readonly shopId: string;
  /** Decisions that were carried out. */
  readonly decisions: number;
  /** All that came, the last DECISIONS_IN_RESULT_MAX; absent: a run of an earlier release. */
  readonly decided?: readonly ToldDecision[];
}

/** A refused decision has changed nothing, and whoever sent it knows. */
export function decideOutcome({ decided = [] }: DecideResult): Outcome {
  if (decided.length === 0) return 'NOTHING_TO_DO';
  return decided.some(({ refused }) => refused) ? 'FAILED' : 'DONE';
}

export function decidedInWords({ decided = [] }: DecideResult): string {
  if (decided.length === 0) return 'No decision came.';
  return decided.map(decisionInWords).join(' ');
}

function decisionInWords({ decision, by, reason, sequence, plan, refused }: ToldDecision): string {
  const about = [
    ...(plan === null ? [] : [`plan ${plan}`]),
    ...(sequence === null ? [] : [plan === null ? `file ${sequence}` : `as file ${sequence}`]),
  ].join(' ');
  const why = reason === null ? '' : ` (${reason})`;
  const what = `${decision}${about === '' ? '' : ` ${about}`}, by ${by}${why}`;
  return refused ? `${what}: refused, ${refused.code}: ${refused.message}` : `${what}: carried out.`;
}
