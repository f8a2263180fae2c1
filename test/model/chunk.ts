/** One chunk of a file, as activities/apply-chunk.ts settles it: the same decisions, on the ledger of the model. */
import {
  isShownApplied,
  keepBackInDoubt,
  wasNotApplied,
  type DoubtedRow,
} from '../../src/domain/doubtful-call.ts';
import { keepBackAfterLateCalls, type LateCall } from '../../src/domain/late-call.ts';
import { decideRow, type RowDecision } from '../../src/domain/row-decision.ts';
import {
  NOTHING_KEPT_BACK,
  type FreshRead,
  type KeptBack,
  type LastPush,
} from '../../src/domain/unseen-sales.ts';
import { importedUntil, readAt } from './eras.ts';
import {
  nameOf,
  type Call,
  type CallRow,
  type File,
  type Place,
  type Product,
  type Worker,
  type World,
} from './lane-world.ts';
import { isInDoubt, type Model } from './model.ts';

/**
 * Products of the file that neither it nor a later one has settled. A drain has settled what a read has shown at zero. A
 * file of another location than the shop's of now has none any more.
 */
export function rowsLeft(model: Model, world: World, sequence: number, file: File): readonly number[] {
  const left: number[] = [];
  if (isOutdated(world, file)) return left;
  for (const [product, quantity] of file.quantities.entries()) {
    const { settledBy = 0, isWritten } = world.products[product] ?? {};
    const isUnproved =
      file.isDrain && isWritten && settledBy === sequence && !model.without.has('proof of the drain');
    const isSettled =
      !isUnproved && (model.without.has('row guard') ? settledBy === sequence : settledBy >= sequence);
    if (quantity !== null && !isSettled) left.push(product);
    if (left.length > 0 && model.bounds.hasWindows) break;
  }
  return left;
}

export function isOutdated(world: World, { place, isDrain }: File): boolean {
  return !isDrain && place !== world.place;
}

/** The call of the file that has no answer yet. */
export function unansweredCall(world: World, sequence: number): Call | null {
  return world.calls.find((call) => call.sequence === sequence && call.state === 'STORED') ?? null;
}

/** Decides each row on what the worker has read, settles what needs no write, and stores a call for the others. */
export function settleAndStore(model: Model, world: World, worker: Worker): Call | null {
  const { sequence } = worker;
  const file = world.files[sequence - 1];
  if (!file) return null;
  const rows: CallRow[] = [];
  const doubted = doubtedRows(model, world, sequence, file, worker.observed);
  for (const index of rowsLeft(model, world, sequence, file)) {
    const product = world.products[index];
    const target = file.quantities[index];
    const observed = worker.observed[index];
    if (!product || target === undefined || target === null || observed === undefined) continue;
    const item = { tracked: true, levelActive: true, available: observed };
    const imported = file.imported[index] ?? 0;
    const decision = decideRow(target, item, file.isDrain ? 0 : (file.staleTries[index] ?? 0), (available) =>
      keepBackOf(model, world, index, file.place, doubted.get(index) ?? [], {
        observed: available,
        at: readAt(worker.era),
        importedUnits: imported,
        ordersImportedUntil: importedUntil(file.ordersEra),
      }),
    );
    if (decision.outcome === 'WRITE') {
      const { observed: from, quantity: to, keptBack: kept } = decision;
      rows.push({ product: index, from, to, kept, imported, counted: file.counted[index] ?? 0 });
    } else settle(product, sequence, file.place, decision, imported);
  }
  if (rows.length === 0) return null;
  const call: Call = {
    sequence,
    generation: file.calls,
    place: file.place,
    rows,
    state: 'STORED',
    repeated: false,
    isTooOld: false,
    key: 'unknown',
    isWatched: false,
    underWay: 0,
  };
  file.calls += 1;
  world.calls.push(call);
  return call;
}

function settle(
  product: Product,
  sequence: number,
  place: Place,
  decision: RowDecision,
  importedUnits: number,
): void {
  product.settledBy = sequence;
  product.isWritten = false;
  if (decision.outcome === 'UNCHANGED') {
    const { observed: lastKnown, keptBack: kept } = decision;
    product.push = { sequence, lastKnown, importedUnits, kept, place };
    product.newest = Math.max(product.newest, nameOf({ sequence: sequence + 1, generation: -1 }));
  } else product.owed = true;
}

function keepBackOf(
  model: Model,
  world: World,
  index: number,
  place: Place,
  doubted: readonly DoubtedRow[],
  read: FreshRead,
): KeptBack {
  const push = world.products[index]?.push;
  if (!push || model.without.has('debt')) return NOTHING_KEPT_BACK;
  const last = lastPushOf(push, place, read.observed);
  return keepBackAfterLateCalls(last, lateCalls(world, index), read, keepBackInDoubt(last, doubted, read));
}

/** Calls that may still arrive and would change what the last push has left: src/postgres/lane/late-calls.ts. */
export function lateCalls(world: World, index: number): readonly LateCall[] {
  const push = world.products[index]?.push;
  if (!push) return [];
  return world.calls.flatMap(({ sequence, isWatched, rows, place }) => {
    if (!isWatched || push.sequence < sequence || place !== push.place) return [];
    return rows.flatMap(({ product, from, to }) =>
      product === index && push.lastKnown !== to ? [{ changeFromQuantity: from, quantity: to }] : [],
    );
  });
}

/** At another location than that of the push nothing is missing, as pushSeenHere has it. */
function lastPushOf(push: Product['push'], place: Place, observed: number): LastPush {
  const { importedUnits, kept } = push;
  const lastKnown = push.place === place ? push.lastKnown : observed;
  return { lastKnown, importedUnits, debt: kept.debt, drops: kept.drops };
}

/** By product: what calls have sent to it that may have been applied. */
function doubtedRows(
  model: Model,
  world: World,
  sequence: number,
  file: File,
  observed: readonly number[],
): ReadonlyMap<number, readonly DoubtedRow[]> {
  const doubted = new Map<number, DoubtedRow[]>();
  const left = rowsLeft(model, world, sequence, file);
  for (const call of world.calls) {
    if (!isInDoubt(model, call) || call.sequence > sequence || call.place !== file.place) continue;
    if (call.sequence < sequence && model.without.has('doubt carried along')) continue;
    const rows = call.rows.filter(
      ({ product }) =>
        left.includes(product) && call.sequence > (world.products[product]?.push.sequence ?? 0),
    );
    const sent = rows.map(({ product, from, to }) => ({
      changeFromQuantity: from,
      quantity: to,
      observed: observed[product] ?? null,
    }));
    if (wasNotApplied(sent)) continue;
    const isProven = isShownApplied(sent, call.rows.length);
    for (const { product, from, to, imported, kept } of rows) {
      const push = { lastKnown: to, importedUnits: imported, debt: kept.debt, drops: kept.drops };
      doubted.set(product, [
        ...(doubted.get(product) ?? []),
        { changeFromQuantity: from, push, isShownApplied: isProven },
      ]);
    }
  }
  return doubted;
}

/** Shopify has applied the call. */
export function recordApplied(model: Model, world: World, call: Call): void {
  call.state = 'APPLIED';
  call.isWatched =
    call.repeated && !model.without.has('watch') && !model.without.has('watch of applied repeats');
  for (const { product: index, to, kept, imported } of call.rows) {
    const product = world.products[index];
    if (!product || (product.settledBy > call.sequence && !model.without.has('row guard'))) continue;
    product.settledBy = call.sequence;
    product.isWritten = true;
    product.push = {
      sequence: call.sequence,
      lastKnown: to,
      importedUnits: imported,
      kept,
      place: call.place,
    };
  }
}

/** Shopify has refused the call, or what became of it will never be known. */
export function recordNotApplied(
  model: Model,
  world: World,
  call: Call,
  state: 'REFUSED' | 'EXPIRED_UNKNOWN',
  stale: number,
): void {
  call.state = state;
  call.isWatched = isInDoubt(model, call) && !model.without.has('watch');
  const file = world.files[call.sequence - 1];
  for (const { product: index } of call.rows) {
    const tries = file?.staleTries[index];
    if (file && tries !== undefined && (stale >> index) & 1) file.staleTries[index] = tries + 1;
  }
}
