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

export interface FeedImport {
  readonly importId: number;
  readonly fileName: string;
  readonly source: string | null;
  readonly type: string;
  readonly state: ImportState;
  readonly rows: number;
  readonly refused: number;
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
