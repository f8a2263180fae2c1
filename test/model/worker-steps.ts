/** What a worker may do next. Wherever it is, it may also stand still for as long as it likes, or die. */
import { wasApplied } from '../../src/domain/doubtful-call.ts';
import { decideStoredCall } from '../../src/domain/send-deadline.ts';
import { FILE_MOVES, type UploadFileState } from '../../src/domain/upload-file.ts';
import { arrive } from './arrivals.ts';
import {
  isOutdated,
  recordApplied,
  recordNotApplied,
  rowsLeft,
  settleAndStore,
  unansweredCall,
} from './chunk.ts';
import { closed, copyOf, idle, nameOf, type Call, type File, type Worker, type World } from './lane-world.ts';
import {
  callOf,
  deltaToGoFirst,
  hasEpoch,
  headOf,
  inWords,
  type Did,
  type Emit,
  type Model,
} from './model.ts';
import { passOn } from './passing-on.ts';
import type { WorkerStep } from './steps.ts';

export function workerSteps(model: Model, world: World, index: 0 | 1, emit: Emit): void {
  const worker = world.workers[index];
  const did: Did = (next, steps, violation) =>
    emit(next, () => ({ what: 'worker', worker: index, did: steps() }), violation ?? null);
  if (worker.at === 'idle') {
    enter(model, world, index, did);
    return;
  }
  if (world.left.crashes > 0) {
    const next = copyOf(world);
    next.left.crashes -= 1;
    if (worker.at === 'waits for the answer') callOf(next, worker.call).underWay += 1;
    leave(next, index);
    did(next, () => [{ step: 'crashed' }]);
  }
  switch (worker.at) {
    case 'is about to send':
      block(model, world, index, did);
      send(world, index, did);
      return;
    case 'waits for the answer':
      wait(model, world, index, emit, did);
      return;
    case 'has looked at the ledger':
    case 'has found an expired call': {
      const next = copyOf(world);
      did(next, constant(read(model, next, next.workers[index])));
      return;
    }
    case 'has read':
      passOn(model, world, index, did);
      block(model, world, index, did);
      useLedger(model, world, index, did);
      return;
    default:
      useLedger(model, world, index, did);
  }
}

function constant<Value>(value: Value): () => Value {
  return () => value;
}

/** The attempt is over; Temporal starts the next one when the run has not ended. */
function leave(next: World, index: number): void {
  next.workers[index] = idle();
  next.newestEpoch &= ~(1 << index);
}

/** An attempt enters the lane: an ordinary one, one that overtakes another, or one of a run that takes the lease over. */
function enter(model: Model, world: World, index: 0 | 1, did: Did): void {
  const other = 1 - index;
  if (((world.newestEpoch >> other) & 1) === 0) {
    if (world.isLeased || (isWakened(model, world) && !world.isPaused))
      did(...entered(model, copyOf(world), index, 'entered'));
    return;
  }
  if (world.left.overtakings > 0) {
    const next = copyOf(world);
    next.left.overtakings -= 1;
    if (!model.without.has('epoch of each attempt')) next.newestEpoch = 0;
    did(...entered(model, next, index, 'overtook'));
  }
  if (world.left.expiries > 0) {
    const next = copyOf(world);
    next.left.expiries -= 1;
    passDeadline(model, next.workers[other]);
    if (!model.without.has('epoch at an expired lease')) next.newestEpoch = 0;
    did(...entered(model, next, index, 'took over the lease'));
  }
}

function entered(
  model: Model,
  next: World,
  index: 0 | 1,
  step: 'entered' | 'overtook' | 'took over the lease',
): Parameters<Did> {
  next.isLeased = true;
  next.newestEpoch |= 1 << index;
  return [next, constant([{ step }, ...goOn(model, next, index)])];
}

function isWakened(model: Model, world: World): boolean {
  const head = headOf(model, world);
  return head !== null && head.file.state !== 'BLOCKED';
}

/** Somebody who is about to send cannot do so any more. */
export function passDeadline(model: Model, worker: Worker | undefined): void {
  if (worker?.at === 'is about to send' && !model.without.has('send deadline')) worker.isLate = true;
}

function send(world: World, index: 0 | 1, did: Did): void {
  const next = copyOf(world);
  const worker = next.workers[index];
  const call = callOf(next, worker.call);
  if (worker.isLate) {
    leave(next, index);
    did(next, () => [{ step: 'did not send', call: inWords(call) }]);
    return;
  }
  worker.at = 'waits for the answer';
  did(next, () => [{ step: 'sent', call: inWords(call) }]);
}

/** Its request arrives, and so does the answer, or not; or it gives up, and the request may arrive at any later time. */
function wait(model: Model, world: World, index: 0 | 1, emit: Emit, did: Did): void {
  for (const isAnswerLost of [false, true]) {
    const next = copyOf(world);
    const worker = next.workers[index];
    const call = callOf(next, worker.call);
    const { isApplied, isRemembered, stale, violation } = arrive(model, next, call);
    if (isAnswerLost) leave(next, index);
    else {
      worker.at = isApplied ? 'was answered: applied' : 'was answered: refused';
      worker.stale = stale;
    }
    const outcome = { isApplied, isRemembered, isAnswerLost, worker: index };
    emit(next, () => ({ what: 'arrived', call: inWords(call), outcome }), violation);
  }
  const next = copyOf(world);
  const call = callOf(next, world.workers[index].call);
  if (call.underWay >= model.bounds.underWay) return;
  call.underWay += 1;
  leave(next, index);
  did(next, () => [{ step: 'gave up waiting', call: inWords(call) }]);
}

/** The transaction refuses: the run gives the lane back. */
function findPaused(world: World, index: 0 | 1, did: Did): void {
  const next = copyOf(world);
  leave(next, index);
  next.isLeased = false;
  did(next, () => [{ step: 'found the lane paused' }]);
}

function begunWhilePaused({ isPaused }: World): string | null {
  return isPaused ? 'A call begins although the lane is paused.' : null;
}

/** Steps that begin with a transaction: all of them state the epoch. */
function useLedger(model: Model, world: World, index: 0 | 1, did: Did): void {
  const next = copyOf(world);
  const worker = next.workers[index];
  if (!hasEpoch(model, world, index)) {
    leave(next, index);
    did(next, () => [{ step: 'was refused by the ledger' }]);
    return;
  }
  if (worker.at === 'has read') {
    const { sequence } = worker;
    const call = settleAndStore(model, next, worker);
    if (call && world.isPaused && !model.without.has('pause at each call')) {
      findPaused(world, index, did);
      return;
    }
    if (call) {
      next.workers[index] = { ...idle(), at: 'is about to send', call: nameOf(call) };
      did(next, () => [{ step: 'stored', call: inWords(call) }], begunWhilePaused(world));
    } else {
      const rest = goOn(model, next, index);
      did(next, () => [{ step: 'settled without a call', sequence }, ...rest]);
    }
    return;
  }
  const call = callOf(next, worker.call);
  const isApplied =
    worker.at === 'was answered: applied' ||
    (worker.at === 'has read for an expired call' &&
      wasApplied(
        call.rows.map(({ product, from, to }) => ({
          changeFromQuantity: from,
          quantity: to,
          observed: worker.observed[product] ?? null,
        })),
      ));
  if (isApplied) recordApplied(model, next, call);
  else {
    const state = worker.at === 'was answered: refused' ? 'REFUSED' : 'EXPIRED_UNKNOWN';
    recordNotApplied(model, next, call, state, worker.stale);
  }
  const { state } = call;
  const rest = goOn(model, next, index);
  did(next, () => [{ step: 'recorded', call: inWords(call), as: state }, ...rest]);
}

/** Finds what is to be done next, and does it up to the next place where it matters what others do. */
function goOn(model: Model, next: World, index: 0 | 1): WorkerStep[] {
  const steps: WorkerStep[] = [];
  const worker = next.workers[index];
  for (;;) {
    const head = headOf(model, next);
    if (!head || head.file.state === 'BLOCKED') {
      leave(next, index);
      next.isLeased = false;
      steps.push({ step: 'released the lane' });
      return steps;
    }
    const { file, sequence } = head;
    if (next.isPaused && (file.state !== 'APPLYING' || !model.without.has('pause at each call'))) {
      leave(next, index);
      next.isLeased = false;
      steps.push({ step: 'found the lane paused' });
      return steps;
    }
    const first = deltaToGoFirst(model, next, sequence);
    if (first) {
      first.goesBefore = true;
      file.hasMadeWay = true;
      continue;
    }
    if (file.state === 'WRITING') {
      move(file, 'READY');
      steps.push({ step: 'published', sequence });
    }
    if (file.state === 'READY') {
      move(file, 'APPLYING');
      steps.push({ step: 'took file', sequence });
    }
    const call = unansweredCall(next, sequence);
    if (call && !model.without.has('call stored first')) {
      steps.push(goOnWithCall(model, next, index, call));
      return steps;
    }
    // Without the safeguard it does not know what it has sent, and makes a new call.
    if (call) recordNotApplied(model, next, call, 'REFUSED', 0);
    if (rowsLeft(model, next, sequence, file).length > 0) {
      file.hasMadeWay = false;
      next.workers[index] = { ...idle(), at: 'has looked at the ledger', sequence, era: next.era };
      steps.push({ step: 'looked at the ledger', sequence });
      if (!model.without.has('time of the read')) steps.push(...read(model, next, next.workers[index]));
      return steps;
    }
    const hasOwed = next.products.some(({ settledBy, owed }) => settledBy === sequence && owed);
    move(file, isOutdated(next, file) ? 'SUPERSEDED' : hasOwed ? 'PARTIAL' : 'APPLIED');
    next.files[sequence - 1] = closed(file.state);
    Object.assign(worker, idle());
    steps.push({ step: 'closed', sequence });
  }
}

/** Reads from Shopify. */
function read(model: Model, next: World, worker: Worker): WorkerStep[] {
  const place =
    worker.call === null ? next.files[worker.sequence - 1]?.place : callOf(next, worker.call).place;
  worker.observed = next.products.map(({ shown }) => shown[place ?? 0]);
  worker.at = worker.at === 'has looked at the ledger' ? 'has read' : 'has read for an expired call';
  if (!model.without.has('time of the read')) worker.era = next.era;
  return [{ step: 'read', shown: worker.observed }];
}

/** A call has no answer: it is repeated as it is, or, when it is too old, read. */
function goOnWithCall(model: Model, next: World, index: 0 | 1, call: Call): WorkerStep {
  const other = next.workers[1 - index];
  const isTooOld = call.isTooOld && !model.without.has('end of repeats');
  const maySend = other?.at === 'is about to send' && other.call === nameOf(call) && !other.isLate;
  // It waits until no other worker can send the call any more.
  if (decideStoredCall({ sendableForMs: maySend ? 1 : 0, isTooOld }).kind === 'WAIT')
    passDeadline(model, other);
  const { kind } = decideStoredCall({ sendableForMs: 0, isTooOld });
  next.workers[index] = {
    ...idle(),
    at: kind === 'REPEAT' ? 'is about to send' : 'has found an expired call',
    call: nameOf(call),
  };
  if (kind !== 'REPEAT') return { step: 'found too old', call: inWords(call) };
  call.repeated = true;
  return { step: 'will repeat', call: inWords(call) };
}

/** Checked against the table of the product. */
export function move(file: File, to: UploadFileState): void {
  const moves: readonly UploadFileState[] = FILE_MOVES[file.state];
  if (!moves.includes(to)) throw new Error(`A file does not go from ${file.state} to ${to}.`);
  file.state = to;
}

function block(model: Model, world: World, index: 0 | 1, did: Did): void {
  if (world.left.blocks === 0 || !hasEpoch(model, world, index)) return;
  const next = copyOf(world);
  const head = headOf(model, next);
  if (!head) return;
  next.left.blocks -= 1;
  move(head.file, 'BLOCKED');
  leave(next, index);
  next.isLeased = false;
  const { sequence } = head;
  did(next, () => [{ step: 'blocked', sequence }]);
}
