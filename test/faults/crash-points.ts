/**
 * The points at which a worker is killed or stopped, each by what the worker does there: a statement, a commit, a
 * transfer or a call. The product knows nothing of them; `crashing-worker.ts` watches its drivers. A point is named here,
 * or it was recorded: then nobody had to think of it.
 */

/** What a driver has just done, or is about to do. */
export type Moment =
  | 'statement-begins'
  | 'statement-answered'
  /** A COMMIT, or a statement outside of a transaction, was answered. */
  | 'committed'
  /** The answer to a request on SFTP has come: the file or folder is there, is away, or is about to be listed. */
  | 'uploaded'
  | 'renamed'
  | 'removed'
  | 'folder-opened'
  | 'folder-made'
  /** Shopify's whole answer has come. */
  | 'call-answered'
  /** Temporal has answered the wake-up of a lane. */
  | 'lane-woken'
  /** A step has told Temporal that it lives. */
  | 'heartbeat';

interface NamedPoint {
  readonly moment: Moment;
  /** Looked for in the statement, path or request; at a commit, in all statements of the transaction. */
  readonly of: RegExp;
}

export const CRASH_POINTS = {
  'rows applied, the feed not filed': { moment: 'committed', of: /INSERT INTO import_file / },

  'before the snapshot': { moment: 'statement-begins', of: /^BEGIN ISOLATION LEVEL REPEATABLE READ/ },
  'rows inserted, not committed': { moment: 'statement-answered', of: /INSERT INTO upload_file_row/ },
  'number taken, nothing written': { moment: 'committed', of: /INSERT INTO upload_file_row/ },

  'checksum in place': { moment: 'renamed', of: /^\S*\/outgoing\/\S*\.csv\.sha256$/ },
  'part written': { moment: 'uploaded', of: /\/outgoing\/\S*\.csv\.part-/ },
  'file in place, not READY': { moment: 'renamed', of: /\/outgoing\/\S*\.csv$/ },
  'READY, the lane not woken': { moment: 'committed', of: /SET state = 'READY'/ },

  'APPLYING, nothing read': { moment: 'committed', of: /SET state = 'APPLYING'/ },
  'read, no call stored': { moment: 'call-answered', of: /query ReadOnlineAtp/ },
  'call written, not committed': { moment: 'statement-answered', of: /INSERT INTO shopify_call/ },
  'call stored, not sent': { moment: 'committed', of: /INSERT INTO shopify_call/ },
  'applied by Shopify, answer lost': { moment: 'call-answered', of: /mutation SetOnlineAtp/ },
  'ledger written': { moment: 'committed', of: /INSERT INTO applied_row/ },
  'file closed': { moment: 'committed', of: /UPDATE upload_file AS file SET state = CASE WHEN/ },
  'in the archive, not marked': { moment: 'statement-begins', of: /UPDATE upload_file SET archived_at/ },

  'damaged file set aside': { moment: 'renamed', of: /\/set-aside\// },
  'decided, the lane not woken': { moment: 'committed', of: /INSERT INTO lane_decision/ },
} as const satisfies Record<string, NamedPoint>;

export type CrashPointName = keyof typeof CRASH_POINTS;

/** A point that a worker went through, with nobody having named it. */
export interface RecordedPoint {
  readonly moment: Moment;
  /** The statement, path or request, without what differs from run to run. At a commit, its transaction's last statement. */
  readonly label: string;
  /** 1: the worker has come to this moment and label for the first time since the recording, or the order, began. */
  readonly occurrence: number;
  /** A transaction is open, so the worker may have locks. */
  readonly isInTransaction: boolean;
  /** Something is different now in the database, on SFTP, on Shopify or in Temporal. */
  readonly isEffect: boolean;
}

/** What is to happen to the worker, and where. Read by it from the file that CRASH_ORDER_FILE names. */
export interface CrashOrder {
  readonly at: CrashPointName | RecordedPoint;
  /** SIGSTOP: it stands still until it gets a SIGCONT, and goes on where it was. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

export function describePoint(at: CrashOrder['at']): string {
  return typeof at === 'string' ? at : `${at.moment} ${at.occurrence}: ${at.label}`;
}

/** Of a long text the beginning and the end: two statements of the same columns differ at the end. */
const LABEL_PART_LENGTH = 80;

/** @param text a statement, a path, or the JSON of a request of Shopify */
export function labelOf(text: string): string {
  const operation = /(?:query|mutation) (\w+)/.exec(text)?.[1];
  if (text.startsWith('{') && operation !== undefined) return operation;
  const label = text
    .replace(/\s+/g, ' ')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/\d{6,}/g, '<number>');
  if (label.length <= 2 * LABEL_PART_LENGTH) return label;
  return `${label.slice(0, LABEL_PART_LENGTH)} … ${label.slice(-LABEL_PART_LENGTH)}`;
}
