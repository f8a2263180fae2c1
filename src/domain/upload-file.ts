/**
 * A numbered file of Online ATP for one shop.
 *
 *     WRITING ──▶ READY ──▶ APPLYING ──▶ APPLIED   every row is on Shopify, or needed no write
 *        ▲ │       ▲ │        ▲ │  └───▶ PARTIAL   the same, but some rows are quarantined or owed
 *        │ │       │ │        │ │
 *        └─┴───────┴─┴─BLOCKED┴─┘                  cannot be applied; the lane waits for a person: a retry puts it
 *                         │                        back to where it came from, a rewrite to WRITING
 *                         └────────────▶ SKIPPED   by a person: left out, its products are owed to a later file
 *
 *     WRITING, READY, APPLYING, BLOCKED ─▶ SUPERSEDED   a later Hard Sync holds every row of it
 *
 * A Hard Sync supersedes what is READY, and BLOCKED when the file itself is at fault, but never a file with a call
 * whose outcome is unknown. After a restore of the database it supersedes everything that is not done: none of it
 * describes the world any more.
 *
 * WRITING is a barrier: its number is taken and its rows are in the database, so nothing later may be applied
 * before it. Anyone may finish it, because the file on SFTP is only a rendering of those rows.
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

/** Such a file waits for its lane: nothing later is applied before it. */
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

export type UploadFileKind = 'hard-sync' | 'recent-changes';

/** The header of an outgoing file; a row is one (item, location). */
export const UPLOAD_FILE_COLUMNS = [
  'product_id',
  'sku',
  'inventory_item_id',
  'location_id',
  'online_atp',
] as const;

const SEQUENCE_DIGITS = 12;

/** What a file's name is made of: facts of its database row, so that every retry gives the same name. */
export interface UploadFileIdentity {
  readonly shopId: string;
  readonly sequence: number;
  readonly kind: UploadFileKind;
  /** When the rows were read; the name holds it in UTC, to the second. */
  readonly createdAt: Date;
}

/** `<sequence, 12 digits>-<kind>-<UTC yyyymmddThhmmssZ>.csv`; names sort in the order of their sequence. */
export function uploadFileName(file: UploadFileIdentity): string {
  const time = file.createdAt
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `${String(file.sequence).padStart(SEQUENCE_DIGITS, '0')}-${file.kind}-${time}.csv`;
}

/** Where the lane looks for the shop's files, below the SFTP root. */
export function outgoingFolder(shopId: string): string {
  return `outgoing/${shopId}`;
}

/** Where a file goes when the lane is done with it; files that were never applied lie in a folder that says so. */
export function archiveFolder(shopId: string, state: DoneFileState): string {
  const folder = `archive/${shopId}`;
  switch (state) {
    case 'SKIPPED':
      return `${folder}/skipped`;
    case 'SUPERSEDED':
      return `${folder}/superseded`;
    default:
      return folder;
  }
}

/** Where a file that was found in a numbered file's place is kept: nothing is deleted. */
export function setAsideFolder(shopId: string): string {
  return `archive/${shopId}/set-aside`;
}

const SEQUENCE_OF_NAME = new RegExp(
  `^(\\d{${SEQUENCE_DIGITS}})-(hard-sync|recent-changes)-\\d{8}T\\d{6}Z\\.csv`,
);

/** The number in a file's name, with whatever suffix it has; null: it is no name of ours. */
export function sequenceOfName(name: string): number | null {
  const [, digits] = SEQUENCE_OF_NAME.exec(name) ?? [];
  return digits === undefined ? null : Number(digits);
}
