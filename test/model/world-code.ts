/**
 * A state as a few dozen bytes, so that millions of them fit: equal bytes, same future. The two workers do not differ but
 * by their place, so their order does not count; times count only by their order.
 */
import { DONE_FILE_STATES, FILE_MOVES, type UploadFileState } from '../../src/domain/upload-file.ts';
import type { KeptBack } from '../../src/domain/unseen-sales.ts';
import { eraOf } from './eras.ts';
import { PLACES, type Call, type WorkerPlace, type Product, type Worker, type World } from './lane-world.ts';

const FILE_STATES = Object.keys(FILE_MOVES) as UploadFileState[];
const FILE_STATE_CODES = new Map<UploadFileState, number>(
  FILE_STATES.map((state, code) => [
    state,
    (DONE_FILE_STATES as readonly string[]).includes(state) ? FILE_STATES.length : code,
  ]),
);
const PLACE_CODES = new Map<WorkerPlace, number>(PLACES.map((place, code) => [place, code]));
const CALL_STATE_CODES = { STORED: 0, APPLIED: 1, REFUSED: 2, EXPIRED_UNKNOWN: 3 };

const bytes = new Uint8Array(1024);
let length = 0;
/** The eras that the state mentions, as bits. */
let eras = 0;

/** The bytes are valid until the next call. */
export function encode(world: World): Uint8Array {
  length = 0;
  eras = erasIn(world);
  const { left } = world;
  put(world.products.length);
  for (const product of world.products) putProduct(product);
  put(world.files.length);
  for (const file of world.files) {
    put(
      (FILE_STATE_CODES.get(file.state) ?? 0) |
        (file.place << 6) |
        (file.isDrain ? 128 : 0) |
        (file.goesBefore ? 32 : 0) |
        (file.hasMadeWay ? 16 : 0),
    );
    if (file.quantities.length === 0) continue;
    for (const [product, quantity] of file.quantities.entries()) {
      put(quantity === null ? 255 : quantity);
      put(file.counted[product] ?? 0);
      put(file.imported[product] ?? 0);
      put(file.staleTries[product] ?? 0);
    }
    putEra(file.ordersEra);
    put(file.calls);
  }
  put(world.calls.length);
  for (const call of world.calls) putCall(call);
  put(
    (world.isLeased ? 1 : 0) |
      (world.place << 1) |
      (world.isRefillDue ? 4 : 0) |
      (world.isPaused ? 8 : 0) |
      (world.countsLeft << 4),
  );
  putEra(world.era);
  put(left.sales | (left.crashes << 4));
  put(left.overtakings | (left.expiries << 4));
  put(left.blocks | (left.agings << 2) | (left.moves << 4) | (left.restocks << 5) | (left.pauses << 6));
  put(left.passings);
  putWorkers(world);
  return bytes.subarray(0, length);
}

function put(value: number): void {
  bytes[length] = value;
  length += 1;
}

function putEra(era: number): void {
  put(bitsOf(eras & ((1 << era) - 1)));
}

function putProduct(product: Product): void {
  const { published, push } = product;
  put(product.shown[0] | (product.shown[1] << 4));
  put(product.sold | (product.imported << 4));
  put(product.counted | (product.isWritten ? 128 : 0));
  put(published.sequence | (published.imported << 4));
  put(published.quantity);
  put(product.settledBy | (push.sequence << 4));
  put(push.lastKnown | (push.place << 7));
  put(push.importedUnits);
  putKept(push.kept);
  put((product.newest >> 5) | (product.owed ? 16 : 0) | (product.disturbed ? 64 : 0));
  put(product.newest & 31);
  put(product.passedOnTo);
}

function putKept({ debt, drops }: KeptBack): void {
  put(debt | (drops.length << 4));
  for (const { at, units } of drops) {
    put(units);
    putEra(eraOf(at));
  }
}

function putCall(call: Call): void {
  put(call.sequence | (call.generation << 4));
  put(
    CALL_STATE_CODES[call.state] |
      (call.repeated ? 4 : 0) |
      (call.isTooOld ? 8 : 0) |
      (call.underWay << 4) |
      (call.place << 7),
  );
  put(call.key === 'unknown' ? 0 : call.key === 'applied' ? 1 : 2 + call.key.stale);
  put(call.rows.length | (call.isWatched ? 16 : 0));
  for (const row of call.rows) {
    put(row.product);
    put(row.from);
    put(row.to);
    put(row.imported);
    put(row.counted);
    putKept(row.kept);
  }
}

/** The two workers in the order of their bytes. */
function putWorkers({ workers, newestEpoch }: World): void {
  const start = length;
  putWorker(workers[0], newestEpoch & 1);
  const middle = length;
  putWorker(workers[1], (newestEpoch >> 1) & 1);
  if (isInOrder(start, middle, length)) return;
  length = start;
  putWorker(workers[1], (newestEpoch >> 1) & 1);
  putWorker(workers[0], newestEpoch & 1);
}

function putWorker(worker: Worker, hasNewestEpoch: number): void {
  put((PLACE_CODES.get(worker.at) ?? 0) | (worker.isLate ? 16 : 0) | (hasNewestEpoch << 5));
  if (worker.at === 'idle') return;
  put(worker.observed.length | (worker.sequence << 4));
  for (const units of worker.observed) put(units);
  put(worker.call === null ? 0 : worker.call >> 5);
  put(worker.call === null ? 0 : worker.call & 31);
  put(worker.stale);
  putEra(worker.era);
}

function isInOrder(start: number, middle: number, end: number): boolean {
  for (let at = 0; at < middle - start && middle + at < end; at += 1) {
    const difference = (bytes[start + at] ?? 0) - (bytes[middle + at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return middle - start <= end - middle;
}

function erasIn(world: World): number {
  let found = 1 << world.era;
  const see = ({ drops }: KeptBack): void => {
    for (const { at } of drops) found |= 1 << eraOf(at);
  };
  for (const { push } of world.products) see(push.kept);
  for (const { rows } of world.calls) for (const { kept } of rows) see(kept);
  for (const file of world.files) if (file.quantities.length > 0) found |= 1 << file.ordersEra;
  for (const worker of world.workers) if (worker.at !== 'idle') found |= 1 << worker.era;
  return found;
}

function bitsOf(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
