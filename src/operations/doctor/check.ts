import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cause, CheckOutcome, Cost } from '../../domain/condition-states.ts';
import {
  conditionEntry,
  conditionOfError,
  type ConditionCode,
  type Severity,
} from '../../domain/conditions.ts';
import {
  CAUSES_NAMED_MAX,
  CAUSES_PER_CHECK_MAX,
  CHECK_ANSWER_MS,
  SHOWN_TEXT_LENGTH_MAX,
} from '../../domain/limits.ts';
import { showText } from '../../domain/shown-text.ts';
import { counted } from '../../domain/words.ts';
import { describeError } from '../described-error.ts';

/** One thing that must be right for the jobs to work. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly outcome: CheckOutcome;
  readonly detail: string;
  /** What mends it, or what may be worth a look; null: nothing to do. */
  readonly hint: string | null;
  /** The condition that it tells of; null: none. */
  readonly code: ConditionCode | null;
  readonly severity: Severity | null;
  /** ISO 8601; null: there is no condition, or nothing records since when. */
  readonly since: string | null;
  /** Of a condition that has several: each is told by itself. Empty: there is one. */
  readonly causes: readonly Cause[];
  /** Whose check it is; null: that of the installation. */
  readonly shopId: string | null;
  readonly cost: Cost;
}

/** What a condition's finding adds to its words. */
export interface Found {
  readonly code: ConditionCode;
  /** Since when it is so, where that is recorded. */
  readonly since?: Date | string | null;
  readonly causes?: readonly Cause[];
}

/** One of several causes; `since` absent: nothing records it. */
export interface FoundCause {
  /** What tells it from the others; it is shown, so it is in words. */
  readonly part: string;
  readonly detail: string;
  readonly hint: string;
  readonly since?: Date | string | null;
}

export interface Finding {
  readonly ok: boolean;
  readonly detail: string;
  readonly hint: string | null;
  /** Absent: there is none. */
  readonly found?: Found;
  /** Nobody knows whether it is so, because something is away that has a check of its own. No fault of what it looks at. */
  readonly isUnknown?: true;
}

export function fine(detail: string, hint: string | null = null): Finding {
  return { ok: true, detail, hint };
}

/** @param detail what is not known, and why */
export function notKnown(detail: string): Finding {
  return { ok: true, detail, hint: null, isUnknown: true };
}

export function faulty(detail: string, hint: string, found: Found = { code: 'CHECK_FAILED' }): Finding {
  return { ok: false, detail, hint, found };
}

/**
 * A condition that has several causes, in an order that stays: a second one is told while the first goes on. The check itself
 * names the first CAUSES_NAMED_MAX.
 */
export function faultyFor(code: ConditionCode, found: readonly FoundCause[]): Finding {
  const named = found.slice(0, CAUSES_NAMED_MAX);
  const more = found.length - named.length;
  const since = found.flatMap((cause) => (cause.since ? [new Date(cause.since).getTime()] : []));
  return faulty(
    `${named.map(({ detail }) => detail).join(' ')}${more > 0 ? ` And ${more} more.` : ''}`,
    [...new Set(named.map(({ hint }) => hint))].join(' '),
    {
      code,
      since: since.length === 0 ? null : new Date(Math.min(...since)),
      causes: found.slice(0, CAUSES_PER_CHECK_MAX).map((cause) => ({
        ...cause,
        detail: showText(cause.detail, SHOWN_TEXT_LENGTH_MAX),
        since: isoOf(cause.since ?? null),
      })),
    },
  );
}

/**
 * Runs a check. It never throws, and takes CHECK_ANSWER_MS at most: an error is reported as its finding, with the condition
 * that the error stands for. What the finding tells may come from outside, such as the name of a location: it is shown on
 * one line.
 */
export async function check(
  name: string,
  work: () => Promise<Finding>,
  cost: Cost = 'cheap',
): Promise<Check> {
  const of = { name, shopId: null, cost };
  const look = currentLook.getStore();
  if (look && performance.now() > look.beginsUntil) {
    look.leftOut += 1;
    return notChecked(name, { name: TIME_OF_LOOK, cost });
  }
  try {
    const finding = await withinTime(work);
    if (finding === null) return { ...of, ...FAILED, ...NO_ANSWER, ...conditionOf({ code: 'CHECK_FAILED' }) };
    const { ok, hint, found, isUnknown } = finding;
    const outcome = isUnknown ? 'not-checked' : ok ? 'well' : 'found';
    const detail = showText(finding.detail, SHOWN_TEXT_LENGTH_MAX);
    return { ...of, ok, outcome, detail, hint, ...conditionOf(found) };
  } catch (error) {
    const { code, message, hint } = describeError(error);
    const found = { code: conditionOfError(code) };
    return { ...of, ...FAILED, detail: `${code}: ${message}`, hint, ...conditionOf(found) };
  }
}

/** A look that must end. */
const currentLook = new AsyncLocalStorage<{ readonly beginsUntil: number; leftOut: number }>();

const TIME_OF_LOOK = 'Time of the look';

/**
 * Runs checks that together must not take long, with one more that tells whether all of them got their turn: none begins
 * after `ms`. So they end by then and CHECK_ANSWER_MS, however many hang.
 */
export async function checkWithin(ms: number, work: () => Promise<readonly Check[]>): Promise<Check[]> {
  const look = { beginsUntil: performance.now() + ms, leftOut: 0 };
  const checks = await currentLook.run(look, work);
  const time = await check(TIME_OF_LOOK, () => Promise.resolve(judgeTime(look.leftOut, ms)));
  return [...checks, time];
}

function judgeTime(leftOut: number, ms: number): Finding {
  if (leftOut === 0) return fine('Every check got its turn.');
  return faulty(
    `${counted(leftOut, 'check')} got no turn in ${ms / 1000} s, because others took so long. What they look at is not known.`,
    '`atp doctor` runs all of them, however long they take; what is away or slow has a check of its own.',
  );
}

const FAILED = { ok: false, outcome: 'failed' } as const;

const NO_ANSWER = {
  detail: `There was no answer in ${CHECK_ANSWER_MS / 1000} s.`,
  hint: 'Look whether Postgres, Temporal, SFTP and Shopify answer this machine; then `atp doctor` again.',
} as const;

/** Reports a check that could not run, because `first` failed. Nobody knows how it is with what it looks at. */
export function notChecked(name: string, first: Pick<Check, 'name' | 'cost'>): Check {
  return {
    name,
    ok: false,
    outcome: 'not-checked',
    detail: `Not checked: it needs "${first.name}".`,
    hint: `Mend "${first.name}" first.`,
    ...conditionOf(undefined),
    shopId: null,
    cost: first.cost,
  };
}

/** The same checks, as those of the shop. */
export function ofShop(shopId: string, checks: readonly Check[]): Check[] {
  return checks.map((one) => ({ ...one, shopId }));
}

function conditionOf(found: Found | undefined): Pick<Check, 'code' | 'severity' | 'since' | 'causes'> {
  if (!found) return { code: null, severity: null, since: null, causes: [] };
  const { code, since = null, causes = [] } = found;
  return { code, severity: conditionEntry(code).severity, since: isoOf(since), causes };
}

function isoOf(since: Date | string | null): string | null {
  return since instanceof Date ? since.toISOString() : since;
}

/** Null: it took longer than CHECK_ANSWER_MS. Work that hangs is left to itself, so that no other check waits for it. */
async function withinTime(work: () => Promise<Finding>): Promise<Finding | null> {
  const stop = new AbortController();
  try {
    const late = delay(CHECK_ANSWER_MS, null, { signal: stop.signal }).catch(() => null);
    return await Promise.race([work(), late]);
  } finally {
    stop.abort();
  }
}
