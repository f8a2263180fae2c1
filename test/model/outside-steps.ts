/** What happens without a worker: sales, orders, counts, late arrivals, people, and the passing of time. */
import { acceptLaneDecision } from '../../src/domain/lane-decision.ts';
import { hasTurned as isRaised } from '../../src/domain/late-call.ts';
import { arrive } from './arrivals.ts';
import { lateCalls, recordNotApplied, unansweredCall } from './chunk.ts';
import { eraOf } from './eras.ts';
import { closed, copyOf, nameOf, show, type Place, type Product, type World } from './lane-world.ts';
import { callOf, headOf, inWords, isInDoubt, type Emit, type Model } from './model.ts';
import { moveShop, pauseOrResume, restock } from './people-steps.ts';
import { move, passDeadline } from './worker-steps.ts';

export function outsideSteps(model: Model, world: World, emit: Emit): void {
  sell(world, emit);
  importOrders(model, world, emit);
  count(model, world, emit);
  publish(world, emit);
  arriveLate(model, world, emit);
  age(world, emit);
  passDay(model, world, emit);
  look(world, emit);
  decide(model, world, emit);
  moveShop(model, world, emit);
  pauseOrResume(world, emit);
  restock(world, emit);
}

function sell(world: World, emit: Emit): void {
  if (world.left.sales === 0) return;
  for (const [product, { shown }] of world.products.entries()) {
    for (const place of [0, 1] satisfies Place[]) {
      if (shown[place] === 0) continue;
      const next = copyOf(world);
      next.left.sales -= 1;
      const sold = next.products[product];
      if (!sold) continue;
      show(sold, place, shown[place] - 1);
      sold.sold += 1;
      emit(next, () => ({ what: 'sold', product, place }));
    }
  }
}

/** All orders up to now. Nothing to import is a step only where it settles what was seen. */
function importOrders(model: Model, world: World, emit: Emit): void {
  const isNew = world.products.some(({ sold, imported, push }) => {
    return sold !== imported || push.kept.drops.some(({ at }) => eraOf(at) === world.era);
  });
  const isWaitedFor =
    model.without.has('time of the read') &&
    world.workers.some(({ at, era }) => at === 'has looked at the ledger' && era === world.era);
  if (!isNew && !isWaitedFor) return;
  const next = copyOf(world);
  next.era += 1;
  for (const product of next.products) product.imported = product.sold;
  emit(next, () => ({ what: 'orders imported' }));
}

/** The master counts anew, and a delta is made; or only a delta is made, because something is owed or was imported. */
function count(model: Model, world: World, emit: Emit): void {
  if (world.files.length >= model.bounds.files) return;
  if (world.isRefillDue || world.products.some((product) => isInNextDelta(world, product)))
    emit(...withFile(model, copyOf(world)));
  if (world.countsLeft === 0) return;
  for (const quantities of combinationsOf(model.bounds.counts)) {
    if (world.products.every(({ counted }, index) => counted === quantities[index])) continue;
    const next = copyOf(world);
    next.countsLeft -= 1;
    for (const [index, product] of next.products.entries()) product.counted = quantities[index] ?? 0;
    emit(...withFile(model, next));
  }
}

/** Whether the next delta has the product: src/postgres/planning/planned-rows.ts, WHAT_DIFFERS and expired_debt. */
export function isInNextDelta(world: World, product: Product): boolean {
  const { published, push, settledBy } = product;
  if (
    world.isRefillDue ||
    product.owed ||
    published.quantity !== onlineAtp(product) ||
    published.imported !== product.imported
  )
    return true;
  if (published.sequence > settledBy) return false;
  const unexpired = push.kept.drops.filter(({ at }) => world.era === 0 || eraOf(at) >= world.era);
  return push.kept.debt > unexpired.reduce((sum, { units }) => sum + units, 0);
}

function onlineAtp({ counted, imported }: Product): number {
  return Math.max(0, counted - imported);
}

function withFile(model: Model, next: World): Parameters<Emit> {
  const sequence = next.files.length + 1;
  const quantities = next.products.map((product) =>
    isInNextDelta(next, product) ? onlineAtp(product) : null,
  );
  if (quantities.some((quantity) => quantity !== null)) {
    next.files.push({
      state: model.bounds.hasWriting ? 'WRITING' : 'READY',
      place: next.place,
      isDrain: false,
      goesBefore: false,
      hasMadeWay: false,
      quantities,
      counted: next.products.map(({ counted }) => counted),
      imported: next.products.map(({ imported }) => imported),
      ordersEra: next.era,
      calls: 0,
      staleTries: quantities.map(() => 0),
    });
  }
  for (const [index, product] of next.products.entries()) {
    const quantity = quantities[index];
    if (quantity === null || quantity === undefined) continue;
    product.published = { sequence, quantity, imported: product.imported };
    product.owed = false;
  }
  next.isRefillDue = false;
  return [next, () => ({ what: 'file made', sequence, quantities })];
}

function combinationsOf(counts: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return counts.reduce<readonly (readonly number[])[]>(
    (all, values) => all.flatMap((before) => values.map((value) => [...before, value])),
    [[]],
  );
}

/** By the producer; the lane does it in its place when it comes to a file that is WRITING. */
function publish(world: World, emit: Emit): void {
  for (const [index, { state }] of world.files.entries()) {
    if (state !== 'WRITING') continue;
    const next = copyOf(world);
    const file = next.files[index];
    if (!file) continue;
    move(file, 'READY');
    emit(next, () => ({ what: 'published', sequence: index + 1 }));
  }
}

function arriveLate(model: Model, world: World, emit: Emit): void {
  for (const { underWay, sequence, generation } of world.calls) {
    if (underWay === 0) continue;
    const next = copyOf(world);
    const call = callOf(next, nameOf({ sequence, generation }));
    call.underWay -= 1;
    const { isApplied, isRemembered, violation } = arrive(model, next, call);
    const outcome = { isApplied, isRemembered, isAnswerLost: true, worker: null };
    emit(next, () => ({ what: 'arrived late', call: inWords(call), outcome }), violation);
  }
}

/** Twenty hours: too old to be repeated, while what is under way may still arrive. */
function age(world: World, emit: Emit): void {
  if (world.left.agings === 0) return;
  for (const { state, isTooOld, sequence, generation } of world.calls) {
    if (state !== 'STORED' || isTooOld) continue;
    const next = copyOf(world);
    next.left.agings -= 1;
    const call = callOf(next, nameOf({ sequence, generation }));
    call.isTooOld = true;
    emit(next, () => ({ what: 'call aged', call: inWords(call) }));
  }
}

/**
 * A day, in which every call was answered or has become too old: Shopify forgets its keys, and what was to arrive has arrived. Products are looked at for the last time. Who was
 * about to send is about to do so still, unless there is a deadline.
 */
function passDay(model: Model, world: World, emit: Emit): void {
  if (model.bounds.isOneDay) return;
  const isUnderWay = world.calls.some(
    ({ underWay, state, isTooOld }) => underWay > 0 || (state === 'STORED' && !isTooOld),
  );
  if (isUnderWay || world.workers.some(({ at }) => at === 'waits for the answer')) return;
  // The last look must come after the last file: what that one has read may be from before a late arrival.
  const isDue = world.calls.some(
    ({ key, isWatched, rows }) =>
      key !== 'unknown' || (isWatched && rows.every(({ product }) => !isOnItsWay(world.products[product]))),
  );
  if (!isDue) return;
  const next = copyOf(world);
  for (const [index, product] of next.products.entries()) if (hasTurned(world, index)) product.owed = true;
  for (const call of next.calls) {
    call.key = 'unknown';
    if (call.rows.every(({ product }) => !isOnItsWay(world.products[product]))) call.isWatched = false;
  }
  for (const worker of next.workers) {
    passDeadline(model, worker);
  }
  emit(next, () => ({ what: 'a day passed' }));
}

/** Whether a late call may have raised what the last push has left, and no file is on its way to the product. */
function hasTurned(world: World, index: number): boolean {
  const product = world.products[index];
  if (!product || isOnItsWay(product)) return false;
  const { lastKnown, place } = product.push;
  return isRaised(lastKnown, product.shown[place], lateCalls(world, index));
}

function isOnItsWay(product: Product | undefined): boolean {
  return product !== undefined && product.published.sequence > product.settledBy;
}

function look(world: World, emit: Emit): void {
  for (const [product, { owed, shown }] of world.products.entries()) {
    if (owed || !hasTurned(world, product)) continue;
    const next = copyOf(world);
    const seen = next.products[product];
    if (!seen) continue;
    seen.owed = true;
    const units = shown[seen.push.place];
    emit(next, () => ({ what: 'looked at', product, shown: units }));
  }
}

const BY_A_PERSON = { by: 'Ann', sequence: 1 };
const RETRY = acceptLaneDecision({ decision: 'retry', ...BY_A_PERSON });
const SKIP = acceptLaneDecision({ decision: 'skip', ...BY_A_PERSON });

function decide(model: Model, world: World, emit: Emit): void {
  const head = headOf(model, world);
  if (head?.file.state !== 'BLOCKED') return;
  const { sequence } = head;
  for (const { decision } of [RETRY, SKIP]) {
    const next = copyOf(world);
    const file = next.files[sequence - 1];
    if (!file) continue;
    if (decision === 'retry') move(file, 'APPLYING');
    else skip(model, next, sequence);
    emit(next, () => ({ what: 'decided', decision: decision === 'retry' ? 'retry' : 'skip', sequence }));
  }
}

/** After the wait for unanswered calls: then nobody is about to send any more. */
function skip(model: Model, next: World, sequence: number): void {
  const file = next.files[sequence - 1];
  if (!file) return;
  for (let call = unansweredCall(next, sequence); call; call = unansweredCall(next, sequence)) {
    recordNotApplied(model, next, call, 'EXPIRED_UNKNOWN', 0);
    for (const worker of next.workers) {
      if (worker.call === nameOf(call)) passDeadline(model, worker);
    }
  }
  for (const [index, quantity] of file.quantities.entries()) {
    const product = next.products[index];
    if (quantity === null || product === undefined || product.settledBy >= sequence) continue;
    if (product.published.sequence === sequence) product.owed = product.passedOnTo !== sequence;
    // The rest of the larger file must not bring an older quantity, with its calls in doubt.
    if (file.goesBefore && !model.without.has('what was left out is settled')) product.settledBy = sequence;
  }
  move(file, 'SKIPPED');
  next.files[sequence - 1] = closed('SKIPPED');
}

/** Removes calls that nothing can refer to any more, so that equal futures are equal states. */
export function forgetCalls(model: Model, world: World): void {
  const isUsed = world.calls.map((call) => {
    if (call.state === 'STORED' || call.underWay > 0 || call.isWatched) return true;
    if (world.workers.some(({ call: name }) => name === nameOf(call))) return true;
    if (!isInDoubt(model, call)) return false;
    return call.rows.some(({ product }) => call.sequence > (world.products[product]?.push.sequence ?? 0));
  });
  if (isUsed.includes(false)) world.calls = world.calls.filter((_, index) => isUsed[index]);
}
