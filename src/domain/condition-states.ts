/**
 * How a condition begins and ends, from round to round of the watch:
 *
 *     (none) ──seen──▶ seen once ──seen again──▶ open ──not seen, twice──▶ ended
 *                          └──not seen──▶ (none)
 *
 * Pure: what was known, what the checks of one round say, and the time, make what is known now.
 */
import { conditionEntry, isConditionCode, mayBeAnError, type ConditionCode } from './conditions.ts';
import { ROUNDS_UNTIL_TOLD } from './limits.ts';

/**
 * `cheap`: asks Postgres and Temporal. `dear`: asks Shopify or SFTP, or reads the whole catalogue, so a watch does not run it
 * each time.
 */
export type Cost = 'cheap' | 'dear';

/**
 * `well`: nothing is wrong. `found`: it has found a condition. `failed`: an error stopped it, so what it looks at is not
 * known. `not-checked`: another check failed that it builds on, or nobody knows.
 */
export type CheckOutcome = 'well' | 'found' | 'failed' | 'not-checked';

/** One of several causes for which a check finds its condition: each begins and ends by itself. */
export interface Cause {
  /** What tells it from the others, such as a job or a feed type. */
  readonly part: string;
  readonly detail: string;
  readonly hint: string | null;
  /** ISO 8601; null: nothing records it. */
  readonly since: string | null;
}

/** What one check of a round says. */
export interface CheckSeen {
  readonly name: string;
  readonly outcome: CheckOutcome;
  readonly code: ConditionCode | null;
  readonly shopId: string | null;
  readonly cost: Cost;
  readonly detail: string;
  readonly hint: string | null;
  /** ISO 8601; null: nothing records it. */
  readonly since: string | null;
  /** Empty: there is one cause, and the check itself tells it. */
  readonly causes: readonly Cause[];
}

export interface Round {
  readonly checks: readonly CheckSeen[];
  /** Whether every check was run, those that are dear as well. */
  readonly isWhole: boolean;
  /** The shops of now; null: the database did not tell them. */
  readonly shopIds: readonly string[] | null;
  readonly at: Date;
}

/** Which condition it is: there is one open at most of each. */
interface ConditionKey {
  /** A code of this release, or one of another release whose condition is still open. */
  readonly code: string;
  /** Empty: it is one of the installation. */
  readonly shopId: string;
  /** The cause, where a check finds several; the check, where several may have the code CHECK_FAILED; else empty. */
  readonly part: string;
}

export interface Condition extends ConditionKey {
  /** Null: it is new. */
  readonly id: number | null;
  readonly checkName: string;
  readonly cost: Cost;
  readonly detail: string;
  readonly hint: string;
  readonly seenInRow: number;
  readonly missedInRow: number;
  readonly since: Date;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** Null: it was not seen often enough to be told. */
  readonly beganAt: Date | null;
  readonly endedAt: Date | null;
}

export interface Changes {
  /** New ones and changed ones, with those that have ended. */
  readonly changed: readonly Condition[];
  /** Ids of those that went before they were told. */
  readonly forgotten: readonly number[];
}

/** @param known the conditions that have not ended */
export function foldRound(known: readonly Condition[], round: Round): Changes {
  const found = new Map<string, Sight>();
  for (const sight of round.checks.flatMap(sightsOf)) {
    const key = keyText(sight);
    // What a check has found itself says more than an error that another one met.
    if (!found.has(key) || sight.check.outcome === 'found') found.set(key, sight);
  }
  const changed: Condition[] = [];
  const forgotten: number[] = [];
  for (const condition of known) {
    const sight = found.get(keyText(condition));
    found.delete(keyText(condition));
    if (sight) changed.push(seen(condition, sight, round.at));
    else if (isGone(condition, round) || isMissed(condition, round)) {
      const missed = miss(condition, round);
      if (missed) changed.push(missed);
      else if (condition.id !== null) forgotten.push(condition.id);
    }
  }
  for (const sight of found.values()) changed.push(seen(null, sight, round.at));
  return { changed, forgotten };
}

/** Whether a condition may begin or end with the next look at it: that look should come soon. */
export function isInDoubt({ beganAt, endedAt, missedInRow }: Condition): boolean {
  return endedAt === null && (beganAt === null || missedInRow > 0);
}

/** A condition, as a check of this round sees it. */
interface Sight extends ConditionKey, Pick<Cause, 'detail' | 'hint' | 'since'> {
  readonly code: ConditionCode;
  readonly check: CheckSeen;
}

function sightsOf(check: CheckSeen): Sight[] {
  const { code, name, shopId, causes } = check;
  if (code === null) return [];
  const { subject } = conditionEntry(code);
  const whose = { code, shopId: subject === 'installation' ? '' : (shopId ?? ''), check };
  if (causes.length > 0) return causes.map((cause) => ({ ...whose, ...cause }));
  const { detail, hint, since } = check;
  return [{ ...whose, part: subject === 'check' ? name : '', detail, hint, since }];
}

function keyText({ code, shopId, part }: ConditionKey): string {
  return JSON.stringify([code, shopId, part]);
}

function seen(before: Condition | null, sight: Sight, at: Date): Condition {
  const { code, shopId, part, detail, hint, since, check } = sight;
  const seenInRow = (before?.seenInRow ?? 0) + 1;
  const isTold = seenInRow >= ROUNDS_UNTIL_TOLD || conditionEntry(code).isToldAtOnce === true;
  return {
    ...{ code, shopId, part, detail },
    id: before?.id ?? null,
    checkName: check.name,
    cost: check.cost,
    hint: hint ?? '',
    seenInRow,
    missedInRow: 0,
    since: since === null ? (before?.since ?? at) : new Date(since),
    firstSeenAt: before?.firstSeenAt ?? at,
    lastSeenAt: at,
    beganAt: before?.beganAt ?? (isTold ? at : null),
    endedAt: null,
  };
}

/** Null: it was never told, so it is forgotten. */
function miss(condition: Condition, round: Round): Condition | null {
  if (condition.beganAt === null) return null;
  const missedInRow = condition.missedInRow + 1;
  const hasEnded = missedInRow >= ROUNDS_UNTIL_TOLD || isGone(condition, round);
  return { ...condition, seenInRow: 0, missedInRow, endedAt: hasEnded ? round.at : null };
}

/** Its shop was removed. */
function isGone({ shopId }: Condition, { shopIds }: Round): boolean {
  return shopId !== '' && shopIds !== null && !shopIds.includes(shopId);
}

/** Whether the check that found it last can tell that it is not so any more. */
function isMissed({ code, checkName }: Condition, { checks, isWhole, shopIds }: Round): boolean {
  const check = checks.find(({ name }) => name === checkName);
  // No check has this name any more: that of another release.
  if (!check) return isWhole && shopIds !== null;
  if (check.outcome === 'failed') return isConditionCode(code) && mayBeAnError(code);
  return check.outcome !== 'not-checked';
}
