/**
 * A numbered file of Online ATP for one shop.
 *
 *     WRITING ──▶ READY ──▶ APPLYING ──▶ APPLIED   every row is on Shopify, or needed no write
 *        ▲ │       ▲ │        ▲ │  └───▶ PARTIAL   the same, but some rows are quarantined or owed
 *        │ │       │ │        │ │
 *        └─┴───────┴─┴─BLOCKED┴─┘                  cannot be applied; the lane waits for a person, whose retry
 *                    │    │                        puts it back to where it came from
 *                    └────┴──▶ SUPERSEDED          a later Hard Sync holds every row of it, and no call of it is
 *                                                  without an answer; BLOCKED only when the file is at fault
 *
 * WRITING is a barrier: its number is taken and its rows are in the database, so nothing later may be applied
 * before it. Anyone may finish it, because the file on SFTP is only a rendering of those rows.
 */
export type UploadFileState =
  'WRITING' | 'READY' | 'APPLYING' | 'APPLIED' | 'PARTIAL' | 'BLOCKED' | 'SUPERSEDED';

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
export function archiveFolder(shopId: string, state: 'APPLIED' | 'PARTIAL' | 'SUPERSEDED'): string {
  const folder = `archive/${shopId}`;
  return state === 'SUPERSEDED' ? `${folder}/superseded` : folder;
}
