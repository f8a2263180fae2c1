/** What a target is told, in data and in words. It holds no secret and nothing of a customer. */
import { conditionEntry, isConditionCode, type Severity } from './conditions.ts';
import type { Condition } from './condition-states.ts';
import { CAUSES_NAMED_MAX, GROUPS_PER_MESSAGE_MAX, SHOPS_NAMED_MAX } from './limits.ts';
import { counted } from './words.ts';

/** `began`: it is told for the first time. `still`: a reminder. `ended`: it is over. */
export type Phase = 'began' | 'still' | 'ended';

/** Conditions with the same cause; where one code has more than CAUSES_NAMED_MAX causes, all of them. */
export interface AlertGroup {
  readonly code: string;
  readonly severity: Severity;
  readonly title: string;
  /** How many shops; where it is one of the installation, how many causes. */
  readonly count: number;
  /** The first SHOPS_NAMED_MAX; none: it is one of the installation. */
  readonly shops: readonly string[];
  /** ISO 8601, of the one that began first. */
  readonly since: string;
  /** ISO 8601, of the one that ended last; null: it goes on. */
  readonly until: string | null;
  /** Of the first shop. */
  readonly detail: string;
  readonly hint: string;
}

export interface AlertMessage {
  /** A repeated delivery has the same. */
  readonly id: string;
  readonly phase: Phase | 'test';
  /** ISO 8601. */
  readonly at: string;
  readonly groups: readonly AlertGroup[];
  /** Groups that are left out. */
  readonly more: number;
  /** What there is to say beside the conditions; null: nothing. */
  readonly note: string | null;
}

/** One message for the conditions that a round has to tell a target, the critical ones first. */
export function makeMessage(
  { id, phase, at, note }: Pick<AlertMessage, 'id' | 'phase' | 'note'> & { readonly at: Date },
  conditions: readonly Condition[],
): AlertMessage {
  const groups = [...Map.groupBy(conditions, ({ code }) => code).values()]
    .flatMap(byCause)
    .map(groupOf)
    .toSorted(bySeverity);
  return {
    id,
    phase,
    at: at.toISOString(),
    groups: groups.slice(0, GROUPS_PER_MESSAGE_MAX),
    more: Math.max(0, groups.length - GROUPS_PER_MESSAGE_MAX),
    note,
  };
}

export function testMessage(id: string, at: Date): AlertMessage {
  const note = 'This is a test: whoever reads it is told of what goes wrong. Nothing has to be done.';
  return { id, phase: 'test', at: at.toISOString(), groups: [], more: 0, note };
}

/** What the condition is to a person. A code of another release has no words here. */
export function severityOf(code: string): Severity {
  return isConditionCode(code) ? conditionEntry(code).severity : 'warning';
}

/** A worker that lost all of its variables is one line, and not one for each shop. */
function byCause(ofCode: readonly Condition[]): (readonly Condition[])[] {
  const causes = [...Map.groupBy(ofCode, ({ part }) => part).values()];
  return causes.length > CAUSES_NAMED_MAX ? [ofCode] : causes;
}

function groupOf(conditions: readonly Condition[]): AlertGroup {
  const sorted = conditions.toSorted((one, other) => (one.shopId < other.shopId ? -1 : 1));
  const [first] = sorted as [Condition, ...Condition[]];
  const { code, detail, hint } = first;
  const shops = [...new Set(sorted.map(({ shopId }) => shopId))].filter((shopId) => shopId !== '');
  const title = isConditionCode(code) ? conditionEntry(code).title : code;
  const ends = sorted.flatMap(({ endedAt }) => (endedAt === null ? [] : [endedAt.getTime()]));
  return {
    code,
    severity: severityOf(code),
    title: `${title}${partsInWords(sorted)}`,
    count: shops.length === 0 ? sorted.length : shops.length,
    shops: shops.slice(0, SHOPS_NAMED_MAX),
    since: new Date(Math.min(...sorted.map(({ since }) => since.getTime()))).toISOString(),
    until: ends.length === 0 ? null : new Date(Math.max(...ends)).toISOString(),
    detail,
    hint,
  };
}

function partsInWords(conditions: readonly Condition[]): string {
  const parts = [...new Set(conditions.map(({ part }) => part))].filter((part) => part !== '');
  if (parts.length === 0) return '';
  const named = parts.slice(0, CAUSES_NAMED_MAX).map((part) => `"${part}"`);
  const more = parts.length > named.length ? ` and ${parts.length - named.length} more` : '';
  return ` (${named.join(', ')}${more})`;
}

function bySeverity(one: AlertGroup, other: AlertGroup): number {
  if (one.severity !== other.severity) return one.severity === 'critical' ? -1 : 1;
  return one.code < other.code ? -1 : 1;
}

const PHASES_IN_WORDS: Readonly<Record<Phase, string>> = { began: '', still: 'still: ', ended: 'ended: ' };

/** One line: the subject of a mail. */
export function subjectOf({ phase, groups, more, note }: AlertMessage): string {
  if (phase === 'test') return 'atp-sync: test';
  const [first] = groups;
  if (!first) return `atp-sync: ${note ?? 'nothing'}`;
  const others = groups.length - 1 + more;
  const rest = others === 0 ? '' : `, and ${counted(others, 'other condition')}`;
  return `atp-sync: ${PHASES_IN_WORDS[phase]}${first.title}${shopsInWords(first)}${rest}`;
}

/** The whole message for a person. */
export function textOf(message: AlertMessage): string {
  const { phase, groups, more, note } = message;
  const paragraphs = groups.map((group) => groupInWords(group, phase));
  if (more > 0) paragraphs.push(`And ${counted(more, 'other cause')}: \`atp doctor\` lists them.`);
  if (note !== null) paragraphs.push(note);
  return paragraphs.join('\n\n');
}

function groupInWords(group: AlertGroup, phase: AlertMessage['phase']): string {
  const { code, severity, title, since, until, detail, hint } = group;
  const head = `${title}${shopsInWords(group)}`;
  if (phase === 'ended') {
    const lasted = until === null ? '' : `, after ${lengthInWords(Date.parse(until) - Date.parse(since))}`;
    return `Ended: ${head}${lasted} (${code}, since ${minuteOf(since)}).`;
  }
  const lines = [
    `${phase === 'still' ? 'Still: ' : ''}${head} (${code}, ${severity}, since ${minuteOf(since)}).`,
    detail,
    `What to do: ${hint}`,
    `docs/guides/alerts.md#${code.toLowerCase()}`,
  ];
  return lines.filter((line) => line !== '').join('\n');
}

function shopsInWords({ count, shops }: AlertGroup): string {
  if (shops.length === 0) return '';
  if (count === 1) return `: ${shops.join('')}`;
  const rest = count > shops.length ? ` and ${count - shops.length} more` : '';
  return `: ${count} shops (${shops.join(', ')}${rest})`;
}

function minuteOf(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')}Z`;
}

/** `2 d 3 h`, `4 h 10 min`, `5 min`, `40 s`. */
export function lengthInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
