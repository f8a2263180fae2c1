/**
 * One state of the lane model: Shopify, the network, the database and two workers, as plain data.
 *
 * Numbers of attempts are left out: of two workers it is enough to know which of them has the newest epoch. Times are
 * left out, too, but for one question that a decision asks of them: was it before or after the last import of orders.
 */
import { NOTHING_KEPT_BACK, type KeptBack } from '../../src/domain/unseen-sales.ts';
import type { UploadFileState } from '../../src/domain/upload-file.ts';

/** One product, on Shopify, in the master and in the ledger of the lane. Units throughout. */
export interface Product {
  /** What Shopify shows, by place: at the shop's first location, and at the one that it is given later. */
  shown: readonly [number, number];
  /** Sold on Shopify; the orders of these are imported later. */
  sold: number;
  imported: number;
  /** What the master counts, as if nothing had been sold. Online ATP is this less `imported`. */
  counted: number;
  published: { sequence: number; quantity: number; imported: number };
  /** Row of the ledger: the last file that settled the product. */
  settledBy: number;
  /** That file has written it, and no read has shown it since: of a drain, that is not enough. */
  isWritten: boolean;
  push: Push;
  owed: boolean;
  /** Only where that safeguard is taken away: the file to which a row of it was passed on, and that does not owe it. */
  passedOnTo: number;
  /** Not of the product, but of the model: the newest call whose value Shopify has got. */
  newest: CallName;
  /** A late request has changed it: sales may be counted wrong from then on until their orders are imported. */
  disturbed: boolean;
}

/** The last time that the product was written, or found equal. */
export interface Push {
  readonly sequence: number;
  readonly lastKnown: number;
  readonly importedUnits: number;
  readonly kept: KeptBack;
  readonly place: Place;
}

/** A location: the first one of the shop, or the one that it is given later. */
export type Place = 0 | 1;

/** A numbered file. Of one that the lane is done with, only its state counts. */
export interface File {
  state: UploadFileState;
  readonly place: Place;
  readonly isDrain: boolean;
  /** The lane has taken it between two windows of an earlier file. */
  goesBefore: boolean;
  /** It has let a delta go first, and not come to its next window since. */
  hasMadeWay: boolean;
  /** By product; null: the file does not have it. */
  quantities: readonly (number | null)[];
  counted: readonly number[];
  imported: readonly number[];
  /** Orders were imported so often when the file was made. */
  ordersEra: number;
  /** Calls that were stored for it. */
  calls: number;
  /** By product: how often it was refused as stale. */
  staleTries: number[];
}

export type CallState = 'STORED' | 'APPLIED' | 'REFUSED' | 'EXPIRED_UNKNOWN';

/** A stored request. Its rows never change. */
export interface Call {
  readonly sequence: number;
  readonly generation: number;
  readonly place: Place;
  readonly rows: readonly CallRow[];
  state: CallState;
  repeated: boolean;
  /** Stored more than 20 hours ago. */
  isTooOld: boolean;
  /** What Shopify remembers of its key. For a refusal: which products were stale, as bits. */
  key: 'unknown' | 'applied' | { readonly stale: number };
  /** It may still arrive, or once more, and its rows are looked at until a day has passed. */
  isWatched: boolean;
  /** Sendings under way to Shopify whose sender waits no more. */
  underWay: number;
}

export interface CallRow {
  readonly product: number;
  readonly from: number;
  readonly to: number;
  readonly kept: KeptBack;
  readonly imported: number;
  /** What the file's count less all sales of then would be; of the model, to judge the write. */
  readonly counted: number;
}

/**
 * Between which two steps a worker is. It may stand still there for as long as it likes. Steps are joined where nothing
 * that others do in between could matter.
 */
export const PLACES = [
  'idle',
  'has looked at the ledger',
  'has read',
  'is about to send',
  'waits for the answer',
  'was answered: applied',
  'was answered: refused',
  'has found an expired call',
  'has read for an expired call',
] as const;
export type WorkerPlace = (typeof PLACES)[number];

export interface Worker {
  at: WorkerPlace;
  /** The file that it has read for; 0: none. */
  sequence: number;
  /** How often orders had been imported when it looked at the ledger. */
  era: number;
  observed: readonly number[];
  /** The call that it sends, or waits for. */
  call: CallName | null;
  /** Products that the answer called stale, as bits. */
  stale: number;
  /** The deadline of its send has passed. */
  isLate: boolean;
}

export type CallName = number;
export function nameOf({ sequence, generation }: Pick<Call, 'sequence' | 'generation'>): CallName {
  return sequence * 32 + generation;
}

export interface World {
  products: Product[];
  /** By sequence, from 1. */
  files: File[];
  calls: Call[];
  workers: [Worker, Worker];
  /** A run has the lease. */
  isLeased: boolean;
  /** Workers whose epoch is the newest, as bits: one, unless a safeguard is switched off. */
  newestEpoch: number;
  /** How often orders were imported. */
  era: number;
  /** Counts that the master has yet to get. */
  countsLeft: number;
  /** The shop's location of now. */
  place: Place;
  /** The location was changed, and the next file has every product. */
  isRefillDue: boolean;
  isPaused: boolean;
  left: Left;
}

/** What may still go wrong, or happen. */
export interface Left {
  sales: number;
  crashes: number;
  /** An attempt is taken for dead while it lives, and the next attempt of the same run enters. */
  overtakings: number;
  /** A lease expires while its holder lives, and another run enters. */
  expiries: number;
  blocks: number;
  agings: number;
  /** Changes of the shop's location. */
  moves: number;
  /** An order is cancelled, and its unit is on sale again at the location that is being drained. */
  restocks: number;
  pauses: number;
  /** How often an attempt passes rows of its file on to a newer one. */
  passings: number;
}

const IDLE: Worker = { at: 'idle', sequence: 0, era: 0, observed: [], call: null, stale: 0, isLate: false };
export function idle(): Worker {
  return { ...IDLE };
}

/** File 1 is applied: Shopify shows what was counted. */
export function worldAfterFirstFile(shown: readonly number[], countsLeft: number, left: Left): World {
  return {
    products: shown.map((units) => ({
      shown: [units, 0],
      sold: 0,
      imported: 0,
      counted: units,
      published: { sequence: 1, quantity: units, imported: 0 },
      settledBy: 1,
      isWritten: false,
      push: { sequence: 1, lastKnown: units, importedUnits: 0, kept: NOTHING_KEPT_BACK, place: 0 },
      owed: false,
      passedOnTo: 0,
      newest: nameOf({ sequence: 1, generation: 0 }),
      disturbed: false,
    })),
    files: [closed('APPLIED')],
    calls: [],
    workers: [idle(), idle()],
    isLeased: false,
    newestEpoch: 0,
    era: 0,
    countsLeft,
    place: 0,
    isRefillDue: false,
    isPaused: false,
    left: { ...left },
  };
}

export function closed(state: UploadFileState): File {
  return {
    state,
    place: 0,
    isDrain: false,
    goesBefore: false,
    hasMadeWay: false,
    quantities: [],
    counted: [],
    imported: [],
    ordersEra: 0,
    calls: 0,
    staleTries: [],
  };
}

export function copyOf(world: World): World {
  const { products, files, calls, workers, left } = world;
  return {
    products: products.map((product) => ({ ...product })),
    files: files.map((file) =>
      file.quantities.length === 0 ? file : { ...file, staleTries: [...file.staleTries] },
    ),
    calls: calls.map((call) => ({ ...call })),
    workers: [{ ...workers[0] }, { ...workers[1] }],
    isLeased: world.isLeased,
    newestEpoch: world.newestEpoch,
    era: world.era,
    countsLeft: world.countsLeft,
    place: world.place,
    isRefillDue: world.isRefillDue,
    isPaused: world.isPaused,
    left: { ...left },
  };
}

/** What Shopify shows at the place from now on. */
export function show(product: Product, place: Place, units: number): void {
  product.shown = place === 0 ? [units, product.shown[1]] : [product.shown[0], units];
}
