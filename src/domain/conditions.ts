/**
 * What can be wrong with an installation, each defined once. A check of doctor finds one; alerts and metrics tell of it by
 * the same code. docs/guides/alerts.md has a paragraph for each: what to look at, and what to do.
 */

/** `critical`: Shopify may show what is not true, or soon will. `warning`: somebody should look within the day. */
export const SEVERITIES = ['warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface ConditionEntry {
  readonly severity: Severity;
  /** Whose it is: that of one shop, or of the whole installation. `check`: whatever the failed check looks at. */
  readonly subject: 'shop' | 'installation' | 'check';
  /** What it is called in a message: it begins a line, and has no full stop. */
  readonly title: string;
  /**
   * It is told when it is seen for the first time. Absent: when it was seen twice in a row, so that a restart or a lost
   * packet is no alarm. For what is a record in the database, and does not flicker.
   */
  readonly isToldAtOnce?: true;
}

export const CONDITIONS = {
  TEMPORAL_AWAY: {
    severity: 'critical',
    subject: 'installation',
    title: 'Temporal cannot be used',
  },
  NAMESPACE_MISSING: {
    severity: 'critical',
    subject: 'installation',
    title: 'The Temporal namespace is not there',
  },
  SEARCH_ATTRIBUTES_MISSING: {
    severity: 'critical',
    subject: 'installation',
    title: 'The Temporal namespace lacks search attributes',
  },
  WORKER_MISSING: {
    severity: 'critical',
    subject: 'installation',
    title: 'No worker polls',
  },
  WORKER_OF_OTHER_VERSION: {
    severity: 'critical',
    subject: 'installation',
    title: 'No worker of the current version polls',
  },
  WORKFLOW_CODE_FAILS: {
    severity: 'critical',
    subject: 'installation',
    title: 'Workflow code fails',
  },
  RUN_STANDS_STILL: {
    severity: 'critical',
    subject: 'installation',
    title: 'A run does not get on',
  },
  CREDENTIAL_UNREADABLE: {
    severity: 'critical',
    subject: 'installation',
    title: 'A worker cannot read the credential of a shop',
  },
  DATABASE_AWAY: {
    severity: 'critical',
    subject: 'installation',
    title: 'The database cannot be used',
  },
  DATABASE_TOO_OLD: {
    severity: 'critical',
    subject: 'installation',
    title: 'The Postgres server is too old',
  },
  DATABASE_POOLED: {
    severity: 'critical',
    subject: 'installation',
    title: 'A pooler shares sessions of Postgres between connections',
  },
  DATABASE_NOT_MIGRATED: {
    severity: 'critical',
    subject: 'installation',
    title: 'The database lacks migrations',
  },
  DATABASE_DISTRIBUTED: {
    severity: 'critical',
    subject: 'installation',
    title: 'Tables are spread over several nodes of Postgres',
  },
  DATABASE_EXHAUSTED: {
    severity: 'critical',
    subject: 'installation',
    title: 'The database server has run out of disk or memory',
  },
  SFTP_AWAY: {
    severity: 'critical',
    subject: 'installation',
    title: 'SFTP cannot be used',
  },
  FEED_REFUSED: {
    severity: 'critical',
    subject: 'installation',
    title: 'A feed was refused as a whole',
    isToldAtOnce: true,
  },
  FEED_HELD: {
    severity: 'critical',
    subject: 'installation',
    title: 'A feed is held until a person decides',
    isToldAtOnce: true,
  },
  FEED_UNFINISHED: {
    severity: 'critical',
    subject: 'installation',
    title: 'A large feed is posted only in part',
  },
  FEED_ROWS_REFUSED: {
    severity: 'warning',
    subject: 'installation',
    title: 'Rows of a feed were refused',
    isToldAtOnce: true,
  },
  FEED_NOT_IMPORTED: {
    severity: 'warning',
    subject: 'installation',
    title: 'A feed waits and is not imported',
  },
  FEED_UNTAKEN: {
    severity: 'warning',
    subject: 'installation',
    title: 'What lies in incoming/ is read by nobody',
  },
  FEED_MISSING: {
    severity: 'warning',
    subject: 'installation',
    title: 'An expected feed has not come',
  },
  SOURCE_SERVER_AWAY: {
    severity: 'critical',
    subject: 'installation',
    title: 'The SFTP server of a source cannot be used',
  },
  FEED_NOT_MOVED: {
    severity: 'warning',
    subject: 'installation',
    title: 'Feeds cannot be moved to archive/ or error/',
  },
  ORDERS_WITHOUT_SHOP: {
    severity: 'warning',
    subject: 'installation',
    title: 'Orders came in without their shop',
  },
  CLEAN_UP_OVERDUE: {
    severity: 'warning',
    subject: 'installation',
    title: 'Old records are not removed',
    isToldAtOnce: true,
  },
  ALERTS_NOT_DELIVERED: {
    severity: 'warning',
    subject: 'installation',
    title: 'Alerts cannot be delivered',
  },
  API_VERSION_TOO_OLD: {
    severity: 'warning',
    subject: 'shop',
    title: 'The API version of the shop is too old',
  },
  TOKEN_REFUSED: {
    severity: 'critical',
    subject: 'shop',
    title: 'Shopify refuses the shop’s token',
  },
  TOKEN_EXPIRES: {
    severity: 'critical',
    subject: 'shop',
    title: 'Shopify grants no new token to the shop’s app, and the one in use ends soon',
  },
  SHOPIFY_AWAY: {
    severity: 'critical',
    subject: 'shop',
    title: 'Shopify cannot be used for the shop',
  },
  SCOPES_MISSING: {
    severity: 'critical',
    subject: 'shop',
    title: 'The app lacks access scopes',
  },
  LOCATION_UNUSABLE: {
    severity: 'critical',
    subject: 'shop',
    title: 'The shop’s location cannot be used',
  },
  MAPPING_FAULTY: {
    severity: 'warning',
    subject: 'shop',
    title: 'Products are lost, or not mapped as they should be',
  },
  MAPPING_HELD: {
    severity: 'warning',
    subject: 'shop',
    title: 'Too many products have lost their SKU on Shopify at once',
    isToldAtOnce: true,
  },
  MAPPING_OLD: {
    severity: 'warning',
    subject: 'shop',
    title: 'The shop’s catalogue was not read for long',
  },
  NOTHING_TO_SELL: {
    severity: 'critical',
    subject: 'shop',
    title: 'No facility sells for the shop',
  },
  UNITS_PROMISED_TWICE: {
    severity: 'warning',
    subject: 'shop',
    title: 'The same units are promised by several shops',
  },
  CHANGE_TOO_OLD: {
    severity: 'critical',
    subject: 'shop',
    title: 'A change is not on Shopify for longer than the shop’s limit',
  },
  SCHEDULE_NOT_RUNNING: {
    severity: 'critical',
    subject: 'shop',
    title: 'A schedule is missing, paused or overdue',
  },
  JOB_FAILS: {
    severity: 'critical',
    subject: 'installation',
    title: 'The runs of a job fail, one after the other',
  },
  PRODUCTS_QUARANTINED: {
    severity: 'warning',
    subject: 'shop',
    title: 'Shopify cannot take the quantity of some products',
    isToldAtOnce: true,
  },
  LEFT_ITEMS_SELL: {
    severity: 'critical',
    subject: 'shop',
    title: 'Items that no product has any more are still sold',
    isToldAtOnce: true,
  },
  LEFT_LOCATION_SELLS: {
    severity: 'warning',
    subject: 'shop',
    title: 'A location that the shop has left still sells',
  },
  LANE_BLOCKED: {
    severity: 'critical',
    subject: 'shop',
    title: 'The lane is blocked',
  },
  LANE_STANDS_STILL: {
    severity: 'critical',
    subject: 'shop',
    title: 'Files wait in the lane, and nobody works on them',
  },
  LANE_PAUSED: {
    severity: 'warning',
    subject: 'shop',
    title: 'The lane is paused',
    isToldAtOnce: true,
  },
  LANE_SENDS_UNSWEPT: {
    severity: 'warning',
    subject: 'shop',
    title: 'The schedule of Process uploads is paused, and the lane still sends',
  },
  RESTORE_NOTICED: {
    severity: 'critical',
    subject: 'shop',
    title: 'The database was restored or has failed over',
    isToldAtOnce: true,
  },
  SHOP_CLOSING: {
    severity: 'warning',
    subject: 'shop',
    title: 'The shop is emptied to be removed',
    isToldAtOnce: true,
  },
  PLAN_HELD: {
    severity: 'critical',
    subject: 'shop',
    title: 'A plan is held',
    isToldAtOnce: true,
  },
  ARCHIVE_LATE: {
    severity: 'warning',
    subject: 'shop',
    title: 'Files cannot be moved to the archive',
  },
  UNSEEN_SALES_OLD: {
    severity: 'warning',
    subject: 'shop',
    title: 'Units are kept back for sales whose orders never came',
  },
  ORDER_WATERMARK_LATE: {
    severity: 'warning',
    subject: 'shop',
    title: 'The order watermark stands still',
  },
  ORDER_WATERMARK_AHEAD: {
    severity: 'warning',
    subject: 'shop',
    title: 'The order watermark is of a time that is still to come',
  },
  DELTA_LATE: {
    severity: 'critical',
    subject: 'shop',
    title: 'Deltas are started, and none succeeds',
  },
  LIVE_NOT_RUNNING: {
    severity: 'warning',
    subject: 'shop',
    title: 'A live shop gets its changes by schedule alone',
  },
  VERIFY_DIFFERS: {
    severity: 'warning',
    subject: 'shop',
    title: 'Shopify shows other quantities than it should',
    isToldAtOnce: true,
  },
  UNMANAGED_STOCK: {
    severity: 'warning',
    subject: 'shop',
    title: 'Shopify sells units that nobody manages',
    isToldAtOnce: true,
  },
  CHECK_FAILED: {
    severity: 'warning',
    subject: 'check',
    title: 'A check failed',
  },
} as const satisfies Record<string, ConditionEntry>;

export type ConditionCode = keyof typeof CONDITIONS;

export function isConditionCode(code: string): code is ConditionCode {
  return Object.hasOwn(CONDITIONS, code);
}

export function conditionEntry(code: ConditionCode): ConditionEntry {
  return CONDITIONS[code];
}

/** By codes of errors, or their beginnings; the first that fits counts. */
const OF_ERRORS: readonly (readonly [pattern: RegExp, code: ConditionCode])[] = [
  [/^TEMPORAL_UNREACHABLE$/, 'TEMPORAL_AWAY'],
  [/^SEARCH_ATTRIBUTES_MISSING$/, 'SEARCH_ATTRIBUTES_MISSING'],
  [/^DATABASE_NOT_MIGRATED$/, 'DATABASE_NOT_MIGRATED'],
  [/^DATABASE_POOLED$/, 'DATABASE_POOLED'],
  [/^DATABASE_DISTRIBUTED$/, 'DATABASE_DISTRIBUTED'],
  // A statement that waits for a lock, or takes too long, says nothing of the server.
  [/^DATABASE_(UNREACHABLE|TLS_FAILED|READ_ONLY)$/, 'DATABASE_AWAY'],
  [/^DATABASE_EXHAUSTED$/, 'DATABASE_EXHAUSTED'],
  [/^(SFTP_|FILE_)/, 'SFTP_AWAY'],
  [/^SHOPIFY_(ACCESS_DENIED|CREDENTIAL_MISSING)$/, 'TOKEN_REFUSED'],
  [/^SHOPIFY_/, 'SHOPIFY_AWAY'],
];

/**
 * The condition that an error of a check stands for. A service that is away is one condition, however many checks meet it:
 * what they look at is not known meanwhile.
 */
export function conditionOfError(errorCode: string): ConditionCode {
  return OF_ERRORS.find(([pattern]) => pattern.test(errorCode))?.[1] ?? 'CHECK_FAILED';
}

/** Whether an error of a check may stand for it, beside what a check itself finds. */
export function mayBeAnError(code: ConditionCode): boolean {
  return code === 'CHECK_FAILED' || OF_ERRORS.some(([, ofError]) => ofError === code);
}
