/**
 * The named points at which a worker is killed, each by what the worker does there: a statement, a commit, a transfer
 * or a call. The product knows nothing of them; `crashing-worker.ts` watches its drivers.
 */
interface CrashPoint {
  /** What a driver has just done, or is about to do. */
  readonly moment:
    | 'statement-begins'
    | 'statement-answered'
    /** A COMMIT was answered; `of` is looked for in all statements of its transaction. */
    | 'committed'
    | 'uploaded'
    | 'renamed'
    /** Shopify's whole answer has come; `of` is looked for in the request. */
    | 'call-answered';
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
  'call stored, not sent': { moment: 'committed', of: /INSERT INTO shopify_call/ },
  'applied by Shopify, answer lost': { moment: 'call-answered', of: /mutation SetOnlineAtp/ },
  'ledger written': { moment: 'committed', of: /INSERT INTO applied_row/ },
  'file closed': { moment: 'committed', of: /UPDATE upload_file SET state = \$3, closed_at/ },
  'in the archive, not marked': { moment: 'statement-begins', of: /UPDATE upload_file SET archived_at/ },

  'damaged file set aside': { moment: 'renamed', of: /\/set-aside\// },
  'decided, the lane not woken': { moment: 'committed', of: /INSERT INTO lane_decision/ },
} as const satisfies Record<string, CrashPoint>;

export type CrashPointName = keyof typeof CRASH_POINTS;
export type Moment = CrashPoint['moment'];

/** What is to happen to the worker, and where. Read by it from the file that CRASH_ORDER_FILE names. */
export interface CrashOrder {
  readonly at: CrashPointName;
  /** SIGSTOP: it stands still until it gets a SIGCONT, and goes on where it was. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}
