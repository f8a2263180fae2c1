/** What Hard Sync and Upload recent inventory changes share: their input, their result and its words. */
import { id, optional } from '../input-fields.ts';
import { counted } from '../words.ts';
import type { Outcome } from './outcome.ts';
import { startedInWords, type StartedHardSync } from './started-hard-sync.ts';

export const PRODUCING_FIELDS = {
  shopId: id('the shop'),
  facilityGroupId: optional(id('the shop’s facility group, as a check')),
};

/** What a plan withholds. */
export interface HeldRows {
  readonly rows: number;
  readonly toZero: number;
  /** Why, in words: the end of "It is held: …". */
  readonly because: string;
}

/**
 * What a producing job returns. `fileSequence` null: nothing differed, or all of it is withheld, so there is no file.
 * What is not suspect goes out: then there may be a file and a plan.
 */
export interface SyncResult {
  readonly shopId: string;
  readonly facilityGroupId: string | null;
  readonly fileSequence: number | null;
  readonly fileName: string | null;
  readonly rows: number;
  readonly toZero: number;
  readonly sha256: string | null;
  /** The plan that is held until a person decides (`atp lane <shop>`). */
  readonly plan: number | null;
  readonly heldForApproval: boolean;
  /** What the plan that is held would send, and why it is held. Absent: none is, or the run was one of an earlier release. */
  readonly held?: HeldRows;
  /** Only of a delta that could not be made, because the shop needs a Hard Sync first: it was started by itself. */
  readonly hardSync?: StartedHardSync;
}

export function syncInWords(result: SyncResult): string {
  if (result.hardSync) return `No file. ${startedInWords(result.hardSync)}`;
  const { fileSequence, fileName, rows, toZero, plan, heldForApproval, held } = result;
  const file = `File ${fileSequence} (${fileName}): ${counted(rows, 'row')}, ${toZero} of them to zero.`;
  if (!heldForApproval) {
    return fileSequence === null ? 'Nothing differs from what was published: no file.' : file;
  }
  const what = held ? ` ${heldInWords(held)}` : '';
  return fileSequence === null
    ? `Held as plan ${plan}: a person must approve it first, and nothing was sent.${what}`
    : `${file} What is suspect is held as plan ${plan}: a person must approve it first.${what}`;
}

function heldInWords({ rows, toZero, because }: HeldRows): string {
  return `It would send ${counted(rows, 'row')}, ${toZero} of them to zero; ${because}.`;
}

export function syncOutcome({ fileSequence, heldForApproval, hardSync }: SyncResult): Outcome {
  if (hardSync) return 'BLOCKED';
  if (heldForApproval) return 'HELD';
  return fileSequence === null ? 'NOTHING_TO_DO' : 'DONE';
}
