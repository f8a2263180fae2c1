/**
 * The diary of a worker: each thing that a person would want to read the next morning is one entry, told once where it
 * happens. The log writes the entries down, and the metrics count them. An entry holds ids, counts, codes and messages of
 * coded errors: never a secret, and no data of a customer.
 */
import { counted } from './words.ts';

/** What is known of each event. `code` is one of src/domain/error-codes. */
interface DiaryFields {
  readonly FILE_PUBLISHED: { readonly shopId: string; readonly sequence: number; readonly rows: number };
  /** The lane is done with the file. */
  readonly FILE_CLOSED: {
    readonly shopId: string;
    readonly sequence: number;
    readonly status: string;
    readonly applied: number;
    readonly unchanged: number;
    readonly quarantined: number;
    readonly owed: number;
  };
  readonly FILE_BLOCKED: {
    readonly shopId: string;
    readonly sequence: number;
    readonly code: string;
    readonly reason: string;
  };
  /** What had blocked the file is mended, and the lane goes on by itself. */
  readonly FILE_GOES_ON: { readonly shopId: string; readonly sequence: number; readonly code: string };
  readonly PLAN_HELD: { readonly shopId: string; readonly plan: number; readonly reason: string };
  readonly LANE_DECIDED: {
    readonly shopId: string;
    readonly decision: string;
    readonly by: string;
    readonly sequence: number | null;
    readonly plan: number | null;
  };
  readonly FEED_IMPORTED: { readonly feed: string; readonly applied: number };
  /** Some rows of the feed were applied, or none; `refused` rows are in its error file. */
  readonly FEED_ROWS_REFUSED: { readonly feed: string; readonly applied: number; readonly refused: number };
  readonly FEED_HELD: { readonly feed: string; readonly reason: string };
  readonly FEED_REFUSED: { readonly feed: string; readonly code: string; readonly reason: string };
  readonly DIFFERENCES_FOUND: {
    readonly shopId: string;
    readonly checked: number;
    readonly different: number;
  };
  /** Products that met a variant, got another item, or lost theirs. */
  readonly MAPPING_CHANGED: {
    readonly shopId: string;
    readonly mapped: number;
    readonly added: number;
    readonly moved: number;
    readonly removed: number;
  };
  readonly HARD_SYNC_STARTED: { readonly shopId: string; readonly reason: string };
  readonly PRODUCTS_MENDED: { readonly shopId: string; readonly products: number };
  /** A call that arrived late at Shopify has raised products; the next file has them again. */
  readonly LATE_CALL: { readonly shopId: string; readonly products: number };
  /** A step was tried for the last time; its run decides what becomes of it. */
  readonly STEP_GIVEN_UP: {
    readonly step: string;
    readonly tries: number;
    readonly code: string;
    readonly reason: string;
  };
  /** `shopId` only of a shop's Shopify. */
  readonly CONNECTION_LOST: {
    readonly service: Service;
    readonly shopId?: string;
    readonly code: string;
    readonly reason: string;
  };
  readonly CONNECTION_BACK: {
    readonly service: Service;
    readonly shopId?: string;
    readonly lostForSeconds: number;
  };
}

export type Service = 'Postgres' | 'SFTP' | 'Temporal' | 'Shopify';

export type DiaryEvent = keyof DiaryFields;

export type DiaryEntry = {
  readonly [Event in DiaryEvent]: { readonly event: Event } & DiaryFields[Event];
}[DiaryEvent];

/** Takes an entry; it never throws, and nobody waits for it. */
export type Diary = (entry: DiaryEntry) => void;

export type DiaryLevel = 'info' | 'warn' | 'error';

/** What waits for a person, or may lose sales, is an error. */
const EVENTS: {
  readonly [Event in DiaryEvent]: {
    readonly level: DiaryLevel;
    readonly inWords: (fields: DiaryFields[Event]) => string;
  };
} = {
  FILE_PUBLISHED: {
    level: 'info',
    inWords: (d) => `File ${d.sequence} of ${d.shopId} is published, with ${counted(d.rows, 'row')}`,
  },
  FILE_CLOSED: {
    level: 'info',
    inWords: (d) =>
      `File ${d.sequence} of ${d.shopId} is ${d.status}: ${d.applied} applied, ${d.unchanged} unchanged, ${d.quarantined} quarantined, ${d.owed} owed`,
  },
  FILE_BLOCKED: {
    level: 'error',
    inWords: (d) => `File ${d.sequence} of ${d.shopId} blocks its lane: ${d.code}: ${d.reason}`,
  },
  FILE_GOES_ON: {
    level: 'info',
    inWords: (d) => `File ${d.sequence} of ${d.shopId} goes on: ${d.code} is mended`,
  },
  PLAN_HELD: {
    level: 'error',
    inWords: (d) => `Plan ${d.plan} of ${d.shopId} is held until a person decides: ${d.reason}`,
  },
  LANE_DECIDED: {
    level: 'info',
    inWords: (d) => `${d.by} has decided about ${whatOf(d)} of ${d.shopId}: ${d.decision}`,
  },
  FEED_IMPORTED: {
    level: 'info',
    inWords: (d) => `Feed ${d.feed} is imported, ${counted(d.applied, 'row')}`,
  },
  FEED_ROWS_REFUSED: {
    level: 'error',
    inWords: (d) => `Feed ${d.feed}: ${counted(d.refused, 'row')} refused, ${d.applied} applied`,
  },
  FEED_HELD: {
    level: 'error',
    inWords: (d) => `Feed ${d.feed} is held until a person decides: ${d.reason}`,
  },
  FEED_REFUSED: {
    level: 'error',
    inWords: (d) => `Feed ${d.feed} is refused as a whole: ${d.code}: ${d.reason}`,
  },
  DIFFERENCES_FOUND: {
    level: 'warn',
    inWords: (d) => `${d.different} of ${counted(d.checked, 'product')} of ${d.shopId} differ from Shopify`,
  },
  MAPPING_CHANGED: {
    level: 'info',
    inWords: (d) =>
      `${counted(d.mapped, 'product')} of ${d.shopId} are mapped: ${d.added} new, ${d.moved} with another item, ${d.removed} no longer`,
  },
  HARD_SYNC_STARTED: {
    level: 'warn',
    inWords: (d) => `The Hard Sync of ${d.shopId} is started by itself: ${d.reason}`,
  },
  PRODUCTS_MENDED: {
    level: 'info',
    inWords: (d) =>
      `${counted(d.products, 'product')} of ${d.shopId} come with the next file: what quarantined them is mended`,
  },
  LATE_CALL: {
    level: 'warn',
    inWords: (d) => `A late call has raised ${counted(d.products, 'product')} of ${d.shopId}`,
  },
  STEP_GIVEN_UP: {
    level: 'warn',
    inWords: (d) => `${d.step} is given up after ${counted(d.tries, 'try', 'tries')}: ${d.code}: ${d.reason}`,
  },
  CONNECTION_LOST: {
    level: 'error',
    inWords: (d) => `${placeOf(d)} is lost: ${d.code}: ${d.reason}`,
  },
  CONNECTION_BACK: {
    level: 'info',
    inWords: (d) => `${placeOf(d)} is back after ${d.lostForSeconds} s`,
  },
};

/** All events with their levels. */
export const DIARY_EVENTS = Object.entries(EVENTS).map(([event, { level }]) => ({ event, level }));

export function levelOf({ event }: DiaryEntry): DiaryLevel {
  return EVENTS[event].level;
}

/** The entry as one sentence. */
export function entryInWords(entry: DiaryEntry): string {
  const { inWords } = EVENTS[entry.event] as { readonly inWords: (fields: DiaryEntry) => string };
  return inWords(entry);
}

function whatOf({ sequence, plan }: DiaryFields['LANE_DECIDED']): string {
  if (plan !== null) return `plan ${plan}`;
  return sequence === null ? 'the quarantined products' : `file ${sequence}`;
}

function placeOf({ service, shopId }: { readonly service: Service; readonly shopId?: string }): string {
  return shopId === undefined ? service : `${service} (${shopId})`;
}
