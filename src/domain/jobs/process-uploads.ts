import { id } from '../input-fields.ts';
import { pauseInWords, type LanePause } from '../lane-pause.ts';
import { counted } from '../words.ts';
import { defineJob } from './job.ts';
import type { Outcome } from './outcome.ts';
import { startedInWords, type StartedHardSync } from './started-hard-sync.ts';

/** How many rows of a file came to which end. */
export interface FileOutcome {
  readonly applied: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly owed: number;
}

/** What one window of a file has come to: its rows, and those that were sent to Shopify, repeats included. */
export interface WindowOutcome extends FileOutcome {
  readonly sent: number;
}

/** What one step of applying a file has come to: of all windows that it has applied. */
export interface AppliedWindows extends WindowOutcome {
  /** The window that comes next; absent in histories of an earlier release, whose steps had one window each. */
  readonly nextWindow?: number;
  /** A delta waits that may go before that one. */
  readonly deltaWaits?: boolean;
}

/** A file that a run has applied to its end. */
export interface ClosedFile extends FileOutcome {
  readonly sequence: number;
  readonly status: string;
  readonly rows: number;
}

/**
 * `idle`: nothing is left. `busy`: another run applies the files. `blocked`: a file cannot be applied. `paused`: a person
 * has paused the lane.
 */
export type LaneStateAtEnd = 'idle' | 'busy' | 'blocked' | 'paused';

/** What blocks the lane, and who gets it moving again. */
export interface BlockedLane {
  /** Null when nothing may be sent to the shop at all. */
  readonly sequence: number | null;
  /** A code and its message: the last error. */
  readonly reason: string;
  /** ISO 8601; null: not known. */
  readonly since: string | null;
  readonly movedOnBy: 'next-run' | 'person';
}

export interface ProcessResult {
  readonly shopId: string;
  /** Of the whole chain of runs, the last FILES_IN_RESULT_MAX. */
  readonly files: readonly ClosedFile[];
  readonly laneState: LaneStateAtEnd;
  /** Only of a blocked lane. */
  readonly blockedBy?: BlockedLane;
  /** Only of a lane that is blocked because the shop needs a Hard Sync: it was started by itself. */
  readonly hardSync?: StartedHardSync;
  /** Only of a paused lane. */
  readonly pause?: LanePause;
}

const NOTHING_APPLIED: Readonly<Record<LaneStateAtEnd, string>> = {
  idle: 'no file was waiting',
  busy: 'another run applies the files',
  blocked: 'nothing was applied',
  paused: 'nothing was applied',
};

/** `file 2 since 2026-11-25T21:10:00.000Z, SHOPIFY_UNREACHABLE: …`. */
export function blockedInWords({ sequence, since, reason }: BlockedLane): string {
  const what = sequence === null ? 'a restored database' : `file ${sequence}`;
  return `${what}${since === null ? '' : ` since ${since}`}, ${reason}`;
}

export function addWindows(windows: readonly WindowOutcome[]): WindowOutcome {
  return { ...addOutcomes(windows), sent: windows.reduce((total, { sent }) => total + sent, 0) };
}

function addOutcomes(files: readonly FileOutcome[]): FileOutcome {
  const sum = (name: keyof FileOutcome) => files.reduce((total, file) => total + file[name], 0);
  return {
    applied: sum('applied'),
    unchanged: sum('unchanged'),
    quarantined: sum('quarantined'),
    owed: sum('owed'),
  };
}

/** Rows of a file that was applied, and that a later file has or has brought already: nothing else has become of them. */
export function countPassedOn({
  rows,
  applied,
  unchanged,
  quarantined,
  owed,
}: FileOutcome & { readonly rows: number }): number {
  return Math.max(0, rows - applied - unchanged - quarantined - owed);
}

/** `12 rows applied, 3 unchanged, 1 quarantined`. */
export function rowsInWords({ applied, unchanged, quarantined, owed }: FileOutcome, passedOn = 0): string {
  return [
    `${counted(applied, 'row')} applied`,
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
    ...(quarantined > 0 ? [`${quarantined} quarantined`] : []),
    ...(owed > 0 ? [`${owed} owed`] : []),
    ...(passedOn > 0 ? [`${passedOn} passed on to later files`] : []),
  ].join(', ');
}

export const PROCESS_UPLOADS = defineJob({
  name: 'process-uploads',
  title: 'Process uploads to eCommerce',
  description: 'Applies the shop’s files to Shopify, one after the other.',
  workflowType: 'processUploads',
  fields: { shopId: id('the shop') },
  schedule: {
    recommended: '5m',
    usualTime: { hour: 0, minute: 0 },
    overlap: 'SKIP',
    catchupWindow: '5 minutes',
    why: 'It is only a sweep: the jobs that publish a file wake the lane themselves.',
  },
  inWords: ({ files, laneState, blockedBy, hardSync, pause }: ProcessResult) => {
    const why = blockedBy ? ` by ${blockedInWords(blockedBy)}` : '';
    const started = hardSync ? `. ${startedInWords(hardSync)}` : '';
    const stopped = laneState === 'blocked' ? `; the lane is blocked${why}${started}` : '';
    const paused = pause ? `; the lane is ${pauseInWords(pause)}` : '';
    if (files.length === 0) return `${NOTHING_APPLIED[laneState]}${stopped}${paused}`;
    const passedOn = files
      .filter(({ status }) => status !== 'SUPERSEDED')
      .reduce((sum, file) => sum + countPassedOn(file), 0);
    return `${counted(files.length, 'file')}: ${rowsInWords(addOutcomes(files), passedOn)}${stopped}${paused}`;
  },
  outcomeOf: ({ files, laneState }): Outcome => {
    if (laneState === 'blocked') return 'BLOCKED';
    if (laneState === 'paused') return 'HELD';
    if (files.some(({ quarantined }) => quarantined > 0)) return 'NEEDS_ATTENTION';
    return files.length === 0 ? 'NOTHING_TO_DO' : 'DONE';
  },
});
