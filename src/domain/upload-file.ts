import { ARCHIVE_FOLDER, OUTGOING_FOLDER } from './drop-folders.ts';
import { fileTime } from './file-time.ts';

/**
 * A numbered file of Online ATP for one shop.
 *
 *     WRITING ──▶ READY ──▶ APPLYING ──▶ APPLIED   every row is on Shopify, or needed no write
 *        ▲ │       ▲ │        ▲ │  └───▶ PARTIAL   the same, but some rows are quarantined or owed
 *        │ │       │ │        │ │
 *        └─┴───────┴─┴─BLOCKED┴─┘                  cannot be applied, or a person has stopped it. A retry puts it back
 *                         │                        into its state before, a rewrite into WRITING
 *                         └────────────▶ SKIPPED   by a person: left out; its products are owed to a later file. What
 *                                                  a drain would have emptied stays on sale, and is told
 *
 *     WRITING, READY, APPLYING, BLOCKED ─▶ SUPERSEDED   a later Hard Sync contains every product of it, or the shop has
 *                                                       another location or group by now
 *
 * Who retries a BLOCKED file depends on why it is BLOCKED: each later run does when the cause may go away by itself
 * (Shopify or SFTP cannot be used), otherwise only a person does. See whoMovesOn in failed-step.ts.
 *
 * A Hard Sync supersedes files that are READY, and those that are BLOCKED by a fault of the file itself or by a cause
 * that may go away by itself, but never a file with a call whose outcome is unknown. After a restore of the database it
 * supersedes every file that is not done: their rows describe a database that is gone. A change of the shop's location or
 * group supersedes all that wait; of one with a call whose outcome is unknown only that call goes on. Nothing supersedes a
 * drain: its zeros are of another location than what comes after it.
 *
 * Between two windows of a large file that is APPLYING, the next file goes first if it is a delta and READY.
 *
 * A WRITING file is a barrier: it has its number and its rows, so nothing later may be applied before it. Any run may
 * finish it, because the file on SFTP is only a rendering of these rows.
 */
export const FILE_MOVES = {
  WRITING: ['READY', 'BLOCKED', 'SUPERSEDED'],
  READY: ['APPLYING', 'BLOCKED', 'SUPERSEDED'],
  APPLYING: ['APPLIED', 'PARTIAL', 'BLOCKED', 'SUPERSEDED'],
  BLOCKED: ['WRITING', 'READY', 'APPLYING', 'SKIPPED', 'SUPERSEDED'],
  APPLIED: [],
  PARTIAL: [],
  SKIPPED: [],
  SUPERSEDED: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type UploadFileState = keyof typeof FILE_MOVES;

/** Such a file waits for its lane. */
export const OPEN_FILE_STATES = [
  'WRITING',
  'READY',
  'APPLYING',
  'BLOCKED',
] as const satisfies readonly UploadFileState[];

/** The lane is done with such a file: no move leads out of these states. */
export const DONE_FILE_STATES = [
  'APPLIED',
  'PARTIAL',
  'SKIPPED',
  'SUPERSEDED',
] as const satisfies readonly UploadFileState[];

export type DoneFileState = (typeof DONE_FILE_STATES)[number];

export function isDone(state: UploadFileState): state is DoneFileState {
  return DONE_FILE_STATES.some((done) => done === state);
}

/** A run has begun with it, and the lane is not done with it: some of its rows may be brought, or left to another file. */
export function isUnderWay(file: {
  readonly status: UploadFileState;
  readonly applied: number;
  readonly skipped: number;
  readonly quarantined: number;
  readonly owed: number;
}): boolean {
  const settled = file.applied + file.skipped + file.quarantined + file.owed;
  return !isDone(file.status) && (file.status === 'APPLYING' || settled > 0);
}

/** A drain sends to zero what was published at the location that the shop leaves, or at items that products have left. */
export const UPLOAD_FILE_KINDS = ['hard-sync', 'recent-changes', 'drain'] as const;
export type UploadFileKind = (typeof UPLOAD_FILE_KINDS)[number];

/** The kinds that jobs make. */
export type SyncKind = Exclude<UploadFileKind, 'drain'>;

/** The header of an outgoing file; a row is one (item, location). */
export const UPLOAD_FILE_COLUMNS = [
  'product_id',
  'sku',
  'inventory_item_id',
  'location_id',
  'online_atp',
] as const;

const SEQUENCE_DIGITS = 12;

/** What a file's name is made of: values of its database row, so that every retry gives the same name. */
export interface UploadFileIdentity {
  readonly shopId: string;
  readonly sequence: number;
  readonly kind: UploadFileKind;
  /** When the rows were read; the name holds it in UTC, to the second. */
  readonly createdAt: Date;
}

/** `<sequence, 12 digits>-<kind>-<UTC yyyymmddThhmmssZ>.csv`; names sort in the order of their sequence. */
export function uploadFileName(file: UploadFileIdentity): string {
  const sequence = String(file.sequence).padStart(SEQUENCE_DIGITS, '0');
  return `${sequence}-${file.kind}-${fileTime(file.createdAt)}.csv`;
}

/** Where the lane looks for the shop's files, below the SFTP root. */
export function outgoingFolder(shopId: string): string {
  return `${OUTGOING_FOLDER}/${shopId}`;
}

/** Everything of the shop that its lane is done with is in this folder, or in one below it. */
export function shopArchive(shopId: string): string {
  return `${ARCHIVE_FOLDER}/${shopId}`;
}

/** Where a file goes when the lane is done with it; files that were never applied go into a folder of their own. */
export function archiveFolder(shopId: string, state: DoneFileState): string {
  const folder = shopArchive(shopId);
  switch (state) {
    case 'SKIPPED':
      return `${folder}/skipped`;
    case 'SUPERSEDED':
      return `${folder}/superseded`;
    default:
      return folder;
  }
}

/** Where a foreign file is kept that was found under the name of one of ours: nothing is deleted. */
export function setAsideFolder(shopId: string): string {
  return `${shopArchive(shopId)}/set-aside`;
}

const SEQUENCE_OF_NAME = new RegExp(
  `^(\\d{${SEQUENCE_DIGITS}})-(${UPLOAD_FILE_KINDS.join('|')})-\\d{8}T\\d{6}Z\\.csv`,
);

/** The sequence in a file's name, whatever suffix follows; null when it is not a name of ours. */
export function sequenceOfName(name: string): number | null {
  const [, digits] = SEQUENCE_OF_NAME.exec(name) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** What a search of SFTP found of a shop's files. */
export interface NumbersOnSftp {
  /** Of all that wait or were ever archived; 0: none. */
  readonly highest: number;
  /** Those that the lane was done with. */
  readonly archived: ReadonlySet<number>;
}

/** Who has made a file that is of no run. */
export function makerInWords({
  kind,
  approvedPlan,
}: {
  readonly kind: UploadFileKind;
  readonly approvedPlan: number | null;
}): string {
  if (approvedPlan !== null) return `an approval of plan ${approvedPlan}`;
  return kind === 'drain' ? 'a drain' : 'a decision of a person';
}
