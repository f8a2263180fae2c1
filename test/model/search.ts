/**
 * Looks at every state that can be reached, nearest first, so that the first violation has the shortest story. Then it
 * looks backwards from the ends: a state from which none can be reached any more is a dead end, and a violation, too.
 */
import { copyOf, type Worker, type World } from './lane-world.ts';
import { isCutOff, isEnd, wrongAtEnd } from './ends.ts';
import { encode } from './world-code.ts';
import { Numbers } from './numbers.ts';
import { forgetCalls, outsideSteps } from './outside-steps.ts';
import { StateStore } from './state-store.ts';
import { workerSteps } from './worker-steps.ts';
import type { Emit, Model } from './model.ts';
import type { Step } from './steps.ts';

export interface Found {
  readonly states: number;
  readonly transitions: number;
  /** Steps from the first state to the farthest one. */
  readonly depth: number;
  /** States in which everything has come to its end. */
  readonly ends: number;
  /** States that would need one more file than the model has. */
  readonly cutOff: number;
  readonly megabytes: number;
  readonly violation: Violation | null;
  /** The limit of states was reached: nothing is proved. */
  readonly isUnfinished: boolean;
}

export interface Violation {
  readonly what: string;
  readonly story: readonly Step[];
}

export function search(model: Model, first: World, statesMax: number): Found {
  const store = new StateStore();
  const parents = new Numbers();
  const edges = new Edges();
  const ends: number[] = [];
  let cutOff = 0;
  let depth = 0;
  let found: { readonly parent: number; readonly code: Uint8Array; readonly what: string } | null = null;
  store.add(encode(first));
  parents.push(-1);
  let layer: { readonly number: number; readonly world: World }[] = [{ number: 0, world: first }];
  const result = (violation: Violation | null, isUnfinished = false): Found => ({
    states: store.count,
    transitions: edges.count,
    depth,
    ends: ends.length,
    cutOff,
    megabytes: Math.round((store.byteCount + parents.byteCount + edges.byteCount) / 1e6),
    violation,
    isUnfinished,
  });

  while (layer.length > 0) {
    const nextLayer: typeof layer = [];
    for (const { number, world } of layer) {
      const wrong = isEnd(world) ? wrongAtEnd(world) : null;
      if (wrong !== null) return result({ what: wrong, story: tell(model, first, store, parents, number) });
      if (isEnd(world)) ends.push(number);
      else if (isCutOff(model, world)) {
        cutOff += 1;
        ends.push(number);
      }
      nextStates(model, world, (next, _step, violation) => {
        if (found) return;
        const code = encode(next);
        if (violation) {
          found = { parent: number, code: code.slice(), what: violation };
          return;
        }
        const known = store.add(code);
        edges.add(number, known < 0 ? -known - 1 : known);
        if (known >= 0) return;
        parents.push(number);
        nextLayer.push({ number: -known - 1, world: next });
      });
      const violated = found as {
        readonly parent: number;
        readonly code: Uint8Array;
        readonly what: string;
      } | null;
      if (violated) {
        const before = pathTo(parents, violated.parent);
        return result({ what: violated.what, story: retell(model, first, store, before, violated.code) });
      }
      if (store.count > statesMax) return result(null, true);
    }
    if (nextLayer.length > 0) depth += 1;
    layer = nextLayer;
  }
  const deadEnd = edges.firstWithoutWayTo(ends, store.count);
  if (deadEnd === null) return result(null);
  return result({
    what: 'Nothing that may happen from here leads to an end.',
    story: tell(model, first, store, parents, deadEnd),
  });
}

export function nextStates(model: Model, world: World, emit: Emit): void {
  const tidy: Emit = (next, step, violation) => {
    forgetCalls(model, next);
    emit(next, step, violation);
  };
  const [first, second] = world.workers;
  const isArriving = ({ at }: Worker): boolean =>
    model.bounds.isNetworkPrompt && at === 'waits for the answer';
  if (isArriving(first)) {
    workerSteps(model, world, 0, tidy);
    return;
  }
  if (isArriving(second)) {
    workerSteps(model, world, 1, tidy);
    return;
  }
  workerSteps(model, world, 0, tidy);
  workerSteps(model, world, 1, tidy);
  outsideSteps(model, world, tidy);
}

function pathTo(parents: Numbers, number: number): number[] {
  const path: number[] = [];
  for (let at = number; at > 0; at = parents.at(at)) path.unshift(at);
  return path;
}

function tell(model: Model, first: World, store: StateStore, parents: Numbers, number: number): Step[] {
  return retell(model, first, store, pathTo(parents, number), null);
}

/** Goes the way once more: a state does not tell which worker is which, the way does. */
function retell(
  model: Model,
  first: World,
  store: StateStore,
  path: readonly number[],
  last: Uint8Array | null,
): Step[] {
  const story: Step[] = [];
  let world = copyOf(first);
  const go = (isNext: (code: Uint8Array, violation: string | null) => boolean): void => {
    let chosen: { readonly next: World; readonly step: Step } | null = null;
    nextStates(model, world, (next, step, violation) => {
      if (!chosen && isNext(encode(next), violation ?? null)) chosen = { next, step: step() };
    });
    const way = chosen as { readonly next: World; readonly step: Step } | null;
    if (!way) throw new Error('The way to a state that was found cannot be gone again.');
    story.push(way.step);
    world = way.next;
  };
  for (const number of path) go((code, violation) => violation === null && store.numberOf(code) === number);
  if (last) go((code, violation) => violation !== null && Buffer.compare(code, last) === 0);
  return story;
}

/** Which state leads to which. */
class Edges {
  readonly #from = new Numbers();
  readonly #to = new Numbers();

  add(from: number, to: number): void {
    this.#from.push(from);
    this.#to.push(to);
  }

  get count(): number {
    return this.#from.length;
  }

  get byteCount(): number {
    return this.#from.byteCount + this.#to.byteCount;
  }

  /** The nearest state from which no end can be reached; null: there is none. */
  firstWithoutWayTo(ends: readonly number[], states: number): number | null {
    const offsets = new Int32Array(states + 2);
    for (let edge = 0; edge < this.count; edge += 1) increase(offsets, this.#to.at(edge) + 2);
    for (let state = 1; state < offsets.length; state += 1) {
      offsets[state] = (offsets[state] ?? 0) + (offsets[state - 1] ?? 0);
    }
    const before = new Int32Array(this.count);
    for (let edge = 0; edge < this.count; edge += 1) {
      const slot = this.#to.at(edge) + 1;
      before[offsets[slot] ?? 0] = this.#from.at(edge);
      increase(offsets, slot);
    }
    const leadsToEnd = new Uint8Array(states);
    const open = [...ends];
    for (const end of ends) leadsToEnd[end] = 1;
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      for (let at = offsets[state] ?? 0; at < (offsets[state + 1] ?? 0); at += 1) {
        const earlier = before[at] ?? 0;
        if (leadsToEnd[earlier] === 1) continue;
        leadsToEnd[earlier] = 1;
        open.push(earlier);
      }
    }
    const deadEnd = leadsToEnd.indexOf(0);
    return deadEnd < 0 ? null : deadEnd;
  }
}

function increase(numbers: Int32Array, index: number): void {
  numbers[index] = (numbers[index] ?? 0) + 1;
}
