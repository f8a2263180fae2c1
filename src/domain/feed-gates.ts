/**
 * Gates: what a feed says that is more likely a fault of its sender than the truth. Such a feed is held: nothing of it is
 * applied until a person approves or rejects it.
 */
import { isCount, kindOf } from './feed-kind.ts';
import type { FeedType } from './feed-type.ts';
import {
  GATE_ABSENT_FEW_MAX,
  GATE_ABSENT_MAX,
  GATE_ABSENT_MIN,
  GATE_RISE_TIMES_MAX,
  GATE_RISE_UNITS_MAX,
  GATE_ROWS_FALL_MAX,
  GATE_SAMPLE_MIN,
  GATE_TO_ZERO_MAX,
  GATE_UNKNOWN_MAX,
} from './limits.ts';
import { inZone } from './wall-clock.ts';
import { counted } from './words.ts';

/** The limits of a source. Null: that of all sources, which src/domain/limits/gates.ts has. */
export interface GateLimits {
  /** Percent; 100 lets everything pass. */
  readonly rowsFallMax: number | null;
  readonly toZeroMax: number | null;
  readonly absentMax: number | null;
  readonly unknownMax: number | null;
  readonly riseTimesMax: number | null;
  readonly riseUnitsMax: number | null;
}

export function riseUnitsMaxOf({ riseUnitsMax }: GateLimits): number {
  return riseUnitsMax ?? GATE_RISE_UNITS_MAX;
}

/** What a feed makes of one level: units on hand. */
export interface Move {
  readonly sku: string;
  readonly facilityId: string;
  readonly before: number;
  readonly after: number;
}

/** What a feed changes, or would change. */
export interface FeedEffect {
  /** Products at facilities whose units on hand are others afterwards. */
  readonly levels: number;
  /** Sums over these. */
  readonly unitsBefore: number;
  readonly unitsAfter: number;
  /** Of positive ones, those that are zero or less afterwards. */
  readonly toZero: number;
  /** Of these, those that a complete source does not name any more; absent: none. */
  readonly absent?: number;
  readonly negative: number;
  /** The biggest ones. */
  readonly moves: readonly Move[];
}

export interface AbsentAt {
  readonly facilityId: string;
  readonly absent: number;
  /** Its levels with units that the feed is about. */
  readonly had: number;
}

export interface GateFacts {
  readonly type: FeedType;
  readonly rows: number;
  /** Rows of products that nobody knows. */
  readonly unknownRows: number;
  /** The fewest rows of the last feeds of its source and type; null: there were too few to compare with. */
  readonly usualRows: number | null;
  /** Levels with units that the feed counts. */
  readonly positive: number;
  readonly toZero: number;
  /**
   * Facilities that lose the greatest share of their levels with units because a complete source does not name them any more: of
   * those that lose GATE_ABSENT_MIN or more, and of the others. Those that lose none are left out.
   */
  readonly absent: readonly AbsentAt[];
  /** Of the levels that had units and rise by more than `riseUnitsMax`: the one that rises to the most times of them. */
  readonly rise: Move | null;
  /** When the same difference was imported under the same name; null: it was not. */
  readonly sentBeforeAt: Date | null;
  /** It grew since it was imported, and `rows` are those that were not applied then. */
  readonly hasGrown: boolean;
  /** The import that has applied what this other upload begins with; absent: it grew where it lies, or has not. */
  readonly beginsWith?: number | undefined;
}

const IN_WORDS = {
  SENT_BEFORE: (d) =>
    `the same name and content was imported at ${inZone(String(d.at), 'UTC')}: its differences would count twice`,
  FEED_GREW: (d) =>
    d.beginsWith === undefined
      ? `it grew after it was imported; what was applied then stays, and only ${counted(Number(d.rows), 'row')} that came behind would be applied`
      : `it begins with what import ${d.beginsWith} of the same name has applied; that stays, and approved, only ${counted(Number(d.rows), 'row')} behind that would be applied (if all of it has happened anew, reject it, and send it under another name)`,
  ROWS_FELL: (d) => `it has ${counted(Number(d.rows), 'row')}, the smallest of the last ones had ${d.usual}`,
  STOCK_TO_ZERO: (d) => `${d.toZero} of ${d.positive} quantities that it counts fall to zero`,
  ABSENT_TO_ZERO: (d) =>
    `${d.absent} of ${d.had} quantities at ${d.facilityId} fall to zero because it does not name them`,
  COMPLETE_EMPTY: () => 'it has no rows, and its source says that what it does not name is zero',
  QUANTITY_ROSE: (d) => `${d.sku} at ${d.facilityId} rises from ${d.before} to ${d.after}`,
  PRODUCTS_UNKNOWN: (d) =>
    `${d.unknown} of ${counted(Number(d.rows), 'row')} name products that nobody knows`,
  BEHIND_HELD: (d) => `import ${d.importId} is held before it, and counts what this one does not`,
} as const satisfies Readonly<Record<string, (detail: HoldDetail) => string>>;

export type HoldCode = keyof typeof IN_WORDS;
type HoldDetail = Readonly<Record<string, string | number>>;

/** Why a feed is held. */
export interface HoldReason {
  readonly code: HoldCode;
  readonly detail: HoldDetail;
}

interface SaysComplete {
  readonly complete: boolean | null;
}

/**
 * Whether what a feed does not name is zero. A count by hand is of what somebody has walked along, and an export of Shopify of what
 * somebody has chosen there.
 */
export function isComplete(type: FeedType, { complete }: SaysComplete): boolean {
  return complete === true && type === 'RESET_INVENTORY';
}

/** Why a feed is to be held; empty: nothing speaks against it. */
export function whyHeld(facts: GateFacts, limits: GateLimits & SaysComplete): readonly HoldReason[] {
  const { type, rows, unknownRows, usualRows, positive, toZero, absent, rise } = facts;
  const { sentBeforeAt, hasGrown, beginsWith } = facts;
  const reasons: HoldReason[] = [];
  if (sentBeforeAt) reasons.push({ code: 'SENT_BEFORE', detail: { at: sentBeforeAt.toISOString() } });
  if (hasGrown && rows > 0 && kindOf(type) === 'difference')
    reasons.push({ code: 'FEED_GREW', detail: { rows, ...(beginsWith !== undefined && { beginsWith }) } });
  if (isCount(type)) {
    const fallMax = limits.rowsFallMax ?? GATE_ROWS_FALL_MAX;
    if (usualRows !== null && isMore(usualRows - rows, usualRows, fallMax))
      reasons.push({ code: 'ROWS_FELL', detail: { rows, usual: usualRows } });
    if (isMore(toZero, positive, limits.toZeroMax ?? GATE_TO_ZERO_MAX))
      reasons.push({ code: 'STOCK_TO_ZERO', detail: { toZero, positive } });
    const lacking = absent.find((place) => isCutOff(place, limits));
    if (lacking) reasons.push({ code: 'ABSENT_TO_ZERO', detail: { ...lacking } });
    if (rows === 0 && isComplete(type, limits)) reasons.push({ code: 'COMPLETE_EMPTY', detail: {} });
  }
  if (rise && rise.after > rise.before * (limits.riseTimesMax ?? GATE_RISE_TIMES_MAX))
    reasons.push({ code: 'QUANTITY_ROSE', detail: { ...rise } });
  // Good rows of orders are claims on stock: held back, their units would be sold again.
  const isOfStock = isCount(type) || kindOf(type) === 'difference';
  if (isOfStock && isMore(unknownRows, rows, limits.unknownMax ?? GATE_UNKNOWN_MAX))
    reasons.push({ code: 'PRODUCTS_UNKNOWN', detail: { unknown: unknownRows, rows } });
  return reasons;
}

/** Whether what a feed leaves out looks like a file that was cut off inside a facility: it has no smallest sample. */
function isCutOff({ absent, had }: AbsentAt, { absentMax }: GateLimits): boolean {
  const byDefault = absent < GATE_ABSENT_MIN ? GATE_ABSENT_FEW_MAX : GATE_ABSENT_MAX;
  return absent * 100 > had * (absentMax ?? byDefault);
}

/** Whether a part is more than so many percent of a whole that is large enough to say something. */
function isMore(part: number, whole: number, percentMax: number): boolean {
  return whole >= GATE_SAMPLE_MIN && part * 100 > whole * percentMax;
}

export function reasonsInWords(reasons: readonly HoldReason[]): string {
  return reasons.map(({ code, detail }) => IN_WORDS[code](detail)).join('; ');
}
