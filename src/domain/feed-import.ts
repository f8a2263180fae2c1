/** Imports by number: applied, held by gates, decided about, undone. */
import type { FeedEffect, HoldReason } from './feed-gates.ts';

/** `applying`: it is posted chunk by chunk. */
export const IMPORT_STATES = [
  'held',
  'approved',
  'rejected',
  'replaced',
  'applying',
  'applied',
  'undone',
] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** What a person calls its state: one whose rows were all refused is `applied` as well, and nothing of it is. */
export const IMPORT_STATE_WORDS = [...IMPORT_STATES, 'refused'] as const;
export type ImportStateWord = (typeof IMPORT_STATE_WORDS)[number];

export function stateInWords({ state, isRefused }: Pick<FeedImport, 'state' | 'isRefused'>): ImportStateWord {
  return isRefused ? 'refused' : state;
}

/** How far what it changes is so; null: it has changed it. */
export function effectStateInWords({
  state,
  isBeingUndone,
}: Pick<FeedImport, 'state' | 'isBeingUndone'>): string | null {
  if (isBeingUndone) return 'being taken back';
  return EFFECT_STATES[state];
}

const EFFECT_STATES: Readonly<Record<ImportState, string | null>> = {
  held: 'would be',
  approved: 'would be',
  rejected: 'would have been',
  replaced: 'would have been',
  applying: 'being posted',
  applied: null,
  undone: 'taken back',
};

export interface FeedImport {
  readonly importId: number;
  readonly fileName: string;
  readonly source: string | null;
  readonly type: string;
  readonly state: ImportState;
  readonly rows: number;
  readonly refused: number;
  /** Each of its rows was refused, so nothing of it was applied. */
  readonly isRefused: boolean;
  readonly cameAt: Date;
  /** Why gates hold it, or have held it. */
  readonly reasons: readonly HoldReason[];
  readonly effect: FeedEffect | null;
  /** Rows that are posted of one that is applied in chunks, and those that are still to be; null: it is none. */
  readonly done: number | null;
  readonly pending: number | null;
  /** An undo of it is made in chunks: `done` and `pending` are its postings that are taken back, and that are still to be. */
  readonly isBeingUndone: boolean;
  /** When it has got on last; null: it is none, or an earlier release has judged it. */
  readonly movedAt: Date | null;
  /** What a person has decided last; null: nobody has. */
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
}

export interface UndoneImport {
  readonly importId: number;
  readonly fileName: string;
  /** Postings that were taken back. */
  readonly postings: number;
  /** Levels that stay, because somebody has counted them since. */
  readonly countedSince: number;
  /** Levels that became others since by somebody else, who stays right: the first of them, as they are now. */
  readonly changedSince: readonly {
    readonly sku: string;
    readonly facilityId: string;
    readonly onHand: number;
  }[];
}
