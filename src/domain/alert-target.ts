/** Who is told of conditions, and when. */
import type { Condition } from './condition-states.ts';
import { severityOf, type Phase } from './alert-message.ts';
import { SEVERITIES, type Severity } from './conditions.ts';
import { MESSAGES_PER_HOUR_MAX } from './limits.ts';

export const TARGET_KINDS = ['webhook', 'slack', 'mail'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface AlertTarget {
  readonly name: string;
  readonly kind: TargetKind;
  /** The URL of a webhook, or the address of a mail; null: for Slack, where the URL is the secret. */
  readonly address: string | null;
  /** From whom a mail comes; null: from the user of the SMTP server. */
  readonly sender: string | null;
  /** `env:NAME` or `file:PATH`: the key of the signature, Slack's URL, or the URL of the SMTP server with its password. */
  readonly secretRef: string;
  readonly minSeverity: Severity;
  readonly remindEveryMs: number;
  /** Since when it gets nothing, because it got MESSAGES_PER_HOUR_MAX within an hour; null: it gets messages. */
  readonly silentSince: Date | null;
}

/** A condition, and when the target was told last that it goes on; null: it was not told. */
export interface TellableCondition {
  readonly condition: Condition & { readonly id: number };
  readonly toldAt: Date | null;
}

export interface ToTell {
  /** Null: the target has had as many messages as it gets in an hour, and something waits to be told. */
  readonly messages:
    | readonly { readonly phase: Phase; readonly conditions: readonly TellableCondition['condition'][] }[]
    | null;
  /** Whether they are the last ones for this hour. */
  readonly areTheLast: boolean;
}

/**
 * What a target is to be told now: at most one message for each phase, with all conditions in it. What it is not told now,
 * because it got too many messages, it is told when the hour is over, if it still is so.
 *
 * @param sentInLastHour messages for it
 */
export function planMessages(
  { minSeverity, remindEveryMs }: Pick<AlertTarget, 'minSeverity' | 'remindEveryMs'>,
  conditions: readonly TellableCondition[],
  sentInLastHour: number,
  now: Date,
): ToTell {
  const phaseOf = ({ condition, toldAt }: TellableCondition): Phase | null => {
    if (condition.endedAt !== null) return toldAt === null ? null : 'ended';
    if (condition.beganAt === null || !isFor(minSeverity, condition.code)) return null;
    if (toldAt === null) return 'began';
    // What lies ahead was told before the clock was set back: waiting for that time might take years.
    const isDue = toldAt > now || toldAt.getTime() + remindEveryMs <= now.getTime();
    return isDue ? 'still' : null;
  };
  const phases = (['began', 'still', 'ended'] as const).flatMap((phase) => {
    const told = conditions.filter((each) => phaseOf(each) === phase).map(({ condition }) => condition);
    return told.length === 0 ? [] : [{ phase, conditions: told }];
  });
  const left = MESSAGES_PER_HOUR_MAX - sentInLastHour;
  if (phases.length > left) return { messages: null, areTheLast: false };
  return { messages: phases, areTheLast: phases.length > 0 && phases.length === left };
}

function isFor(minSeverity: Severity, code: string): boolean {
  return SEVERITIES.indexOf(severityOf(code)) >= SEVERITIES.indexOf(minSeverity);
}
