/**
 * The age of the oldest change that is not on Shopify, of one shop: the figure by which everybody sees whether the shop is
 * in step, and what keeps it if not.
 *
 * A change counts from the beginning of its transaction until the file that carries it is applied, or until a delta has
 * found that it changes nothing. What is *on its way* gets to Shopify by itself, so it must be young: the shop has a limit
 * for it. What is *set apart* waits for somebody or something else, and is a figure of its own.
 *
 * A file counts as a whole, from the oldest change that it carries, until the lane is done with it. So the figure is never
 * younger than the truth. No decision makes it younger either: whatever takes over a change takes over since when it waits.
 */
import { counted } from './words.ts';

/** What a change waits for. In the order in which they are told when they are equally old. */
export const WAITING_CAUSES = {
  LANE_PAUSED: { isSetApart: false, words: 'the lane is paused' },
  LANE_BLOCKED: { isSetApart: false, words: 'the lane is blocked' },
  HARD_SYNC_NEEDED: { isSetApart: false, words: 'nothing is sent before a Hard Sync' },
  IN_LANE: { isSetApart: false, words: 'in the lane' },
  BEING_PUBLISHED: { isSetApart: false, words: 'being published' },
  OWED: { isSetApart: false, words: 'owed to the next file' },
  WAITS_FOR_DELTA: { isSetApart: false, words: 'waits for the next delta' },
  PLAN_HELD: { isSetApart: true, words: 'withheld until a person decides' },
  QUARANTINED: { isSetApart: true, words: 'quarantined' },
  UNSEEN_SALES: { isSetApart: true, words: 'kept back as unseen sales for longer than the order lag' },
} as const satisfies Readonly<Record<string, { readonly isSetApart: boolean; readonly words: string }>>;

export type WaitingCause = keyof typeof WAITING_CAUSES;

/** Changes that wait for one cause. */
export interface Waiting {
  readonly cause: WaitingCause;
  /** ISO 8601: when the oldest of them was made. */
  readonly since: string;
  /** False: none of them is older, and it may be that there is none at all; a look at the log ended before it could tell. */
  readonly isExact: boolean;
  /** How many; null: nobody knows before the next delta has looked. Of a file, its rows count. */
  readonly products: number | null;
  /** The file or the plan that the oldest of them is in; null: in none. */
  readonly number: number | null;
  /** More about the cause, such as what blocks the lane; null: nothing. */
  readonly detail: string | null;
}

/** The figure of one shop. */
export interface OldestChange {
  readonly shopId: string;
  /** ISO 8601, by the database's clock: when it was looked at. Ages are up to then. */
  readonly at: string;
  /** How old a change on its way may be. */
  readonly limitMs: number;
  /** The oldest change on its way; null: none is. */
  readonly onItsWay: Waiting | null;
  /** The oldest change that is set apart; null: none is. */
  readonly setApart: Waiting | null;
  /** All causes, each with its oldest change, the oldest first. */
  readonly waiting: readonly Waiting[];
}

/** An instant of a kind of changes, and how many products they are of. */
export interface Waits {
  readonly since: string;
  readonly products: number;
}

/** What the database knows of a shop's changes. Null: there is none of the kind. */
export interface WaitingFacts {
  readonly shopId: string;
  readonly at: string;
  readonly limitMs: number;
  /** No file is made for the shop any more: only what it still sends to zero counts. */
  readonly isClosing: boolean;
  readonly logged: { readonly since: string; readonly isExact: boolean } | null;
  /** Of a membership or a closure that has begun by the clock, and of a plan that was rejected. */
  readonly due: string | null;
  readonly owed: Waits | null;
  /** Its next file must have every product. */
  readonly hardSync: { readonly since: string; readonly why: string } | null;
  readonly isPaused: boolean;
  /** The first file of the lane. */
  readonly head: {
    readonly sequence: number;
    readonly isBlocked: boolean;
    readonly reasonCode: string | null;
  } | null;
  /** Files that are not on SFTP yet, and those that are. `sequence`: the one with the oldest change. */
  readonly writing: (Waits & { readonly sequence: number }) | null;
  readonly published: (Waits & { readonly sequence: number }) | null;
  readonly plan: (Waits & { readonly plan: number; readonly isWholeFile: boolean }) | null;
  readonly quarantined: Waits | null;
  readonly unseenSales: Waits | null;
}

export function judgeWaiting(facts: WaitingFacts): OldestChange {
  const { shopId, at, limitMs } = facts;
  const waiting = [...inLane(facts), ...(facts.isClosing ? [] : [...beforeLane(facts), ...setApart(facts)])];
  const ordered = oldestFirst(waiting);
  return {
    shopId,
    at,
    limitMs,
    onItsWay: ordered.find(({ cause }) => !WAITING_CAUSES[cause].isSetApart) ?? null,
    setApart: ordered.find(({ cause }) => WAITING_CAUSES[cause].isSetApart) ?? null,
    waiting: ordered,
  };
}

/** What is in a file. Whatever stops the lane stops all of its files. */
function inLane({ isPaused, isClosing, hardSync, head, writing, published }: WaitingFacts): Waiting[] {
  const files = [
    ...(writing ? [{ ...writing, cause: 'BEING_PUBLISHED' as const }] : []),
    ...(published ? [{ ...published, cause: 'IN_LANE' as const }] : []),
  ];
  return files.map(({ cause, since, products, sequence }) => {
    const waits = { since, isExact: true, products, number: sequence };
    if (isPaused) return { ...waits, cause: 'LANE_PAUSED', detail: null };
    if (head?.isBlocked) return { ...waits, cause: 'LANE_BLOCKED', detail: blockedBy(head) };
    if (hardSync && !isClosing) return { ...waits, cause: 'HARD_SYNC_NEEDED', detail: hardSync.why };
    const isBehind = cause === 'IN_LANE' && head !== null && head.sequence < sequence;
    return { ...waits, cause, detail: isBehind ? `behind file ${head.sequence}` : null };
  });
}

function blockedBy({ sequence, reasonCode }: NonNullable<WaitingFacts['head']>): string {
  return `file ${sequence}${reasonCode === null ? '' : `, ${reasonCode}`}`;
}

/** What no file has yet. */
function beforeLane({ logged, due, owed, hardSync, plan }: WaitingFacts): Waiting[] {
  const none = { isExact: true, products: null, number: null, detail: null };
  const found: Waiting[] = [
    ...(logged ? [{ ...none, cause: 'WAITS_FOR_DELTA' as const, ...logged }] : []),
    ...(due === null ? [] : [{ ...none, cause: 'WAITS_FOR_DELTA' as const, since: due }]),
    ...(owed ? [{ ...none, cause: 'OWED' as const, ...owed }] : []),
    ...(hardSync ? [{ ...none, cause: 'HARD_SYNC_NEEDED' as const, since: hardSync.since }] : []),
  ];
  if (!hardSync) return found;
  // No delta is made: all of it comes with the Hard Sync, which a person may have to approve first.
  const cause = plan?.isWholeFile ? 'PLAN_HELD' : 'HARD_SYNC_NEEDED';
  const number = plan?.isWholeFile ? plan.plan : null;
  return found.map((waits) => ({ ...waits, cause, number, detail: hardSync.why }));
}

function setApart({ plan, quarantined, unseenSales }: WaitingFacts): Waiting[] {
  const none = { isExact: true, number: null, detail: null };
  return [
    ...(plan
      ? [
          {
            ...none,
            cause: 'PLAN_HELD' as const,
            since: plan.since,
            products: plan.products,
            number: plan.plan,
          },
        ]
      : []),
    ...(quarantined ? [{ ...none, cause: 'QUARANTINED' as const, ...quarantined }] : []),
    ...(unseenSales ? [{ ...none, cause: 'UNSEEN_SALES' as const, ...unseenSales }] : []),
  ];
}

/** One of each cause: its oldest change, with the products of all. */
function oldestFirst(waiting: readonly Waiting[]): readonly Waiting[] {
  const causes = Object.keys(WAITING_CAUSES) as readonly WaitingCause[];
  const oldest = causes.flatMap((cause) => {
    const alike = waiting.filter((each) => each.cause === cause);
    if (alike.length === 0) return [];
    const first = alike.reduce((one, other) => (isOlder(other, one) ? other : one));
    const known = alike.flatMap(({ products }) => (products === null ? [] : [products]));
    const products = known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
    return [{ ...first, products }];
  });
  return oldest.toSorted((one, other) => Date.parse(one.since) - Date.parse(other.since));
}

function isOlder(one: Waiting, other: Waiting): boolean {
  return Date.parse(one.since) < Date.parse(other.since);
}

/** How old a change was when it was looked at, in milliseconds. */
export function ageMs({ at }: OldestChange, { since }: Waiting): number {
  return Math.max(0, Date.parse(at) - Date.parse(since));
}

/** Whether what is on its way is young enough. */
export function isWithinLimit(figure: OldestChange): boolean {
  return figure.onItsWay === null || ageMs(figure, figure.onItsWay) <= figure.limitMs;
}

/** `12 min, in the lane: behind file 17 (file 18, 240 products)`. */
export function waitingInWords(figure: OldestChange, waiting: Waiting): string {
  const { cause, products, number, detail, isExact } = waiting;
  const { words } = WAITING_CAUSES[cause];
  const where = number === null ? null : `${cause === 'PLAN_HELD' ? 'plan' : 'file'} ${number}`;
  const many = products === null ? null : counted(products, 'product');
  const what = [where, many].filter((part) => part !== null).join(', ');
  const bound = isExact ? '' : 'at most ';
  const more = detail === null ? '' : `: ${detail}`;
  return `${bound}${ageInWords(ageMs(figure, waiting))}, ${words}${more}${what === '' ? '' : ` (${what})`}`;
}

/** What is on its way and what is set apart, a line each. */
export function figureInWords(figure: OldestChange): string {
  const { onItsWay, setApart } = figure;
  const lines = [
    ...(onItsWay ? [waitingInWords(figure, onItsWay)] : []),
    ...(setApart ? [`set apart: ${waitingInWords(figure, setApart)}`] : []),
  ];
  return lines.length === 0 ? 'none' : lines.join('\n');
}

/** `less than a minute`, `12 min`, `3 h 20 min`, `2 d 4 h`. */
export function ageInWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
