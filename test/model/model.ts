/** What the parts of the model share: its settings, and how a next state is told. */
import type { Safeguard, ShopifyRules } from './safeguards.ts';
import type { Step, WorkerStep } from './steps.ts';
import { nameOf, type Call, type CallName, type File, type World } from './lane-world.ts';
import type { CallWords } from './steps.ts';

/** Bounds that keep the number of states finite, beside what is in `World.left`. */
export interface Bounds {
  /** Values that a count may find, by product: each count is any of them. */
  readonly counts: readonly (readonly number[])[];
  /** Files in all, with those that are made again because a product is owed. */
  readonly files: number;
  /** Sendings of one call that may be under way at once. */
  readonly underWay: number;
  /** Whether files are WRITING before they are READY. */
  readonly hasWriting: boolean;
  /** Each product of a file is a window of its own, and a delta goes between them. */
  readonly hasWindows: boolean;
  /** What is sent arrives before anything else happens. */
  readonly isNetworkPrompt: boolean;
  /** No day passes. */
  readonly isOneDay: boolean;
}

export interface Model {
  readonly bounds: Bounds;
  readonly rules: ShopifyRules;
  readonly without: ReadonlySet<Safeguard>;
}

/** Takes a next state. `step` is called only when the story is told. */
export type Emit = (next: World, step: () => Step, violation?: string | null) => void;

/** The same for a step of a worker. */
export type Did = (next: World, did: () => readonly WorkerStep[], violation?: string | null) => void;

export function hasEpoch(model: Model, world: World, worker: number): boolean {
  return model.without.has('epoch') || ((world.newestEpoch >> worker) & 1) === 1;
}

export function callOf(world: World, name: CallName | null): Call {
  const call = world.calls.find((candidate) => nameOf(candidate) === name);
  if (!call) throw new Error(`There is no call ${name}.`);
  return call;
}

/** The first file that the lane is not done with. */
export function headOf(
  model: Model,
  world: World,
): { readonly sequence: number; readonly file: File } | null {
  const open = openFiles(world);
  if (model.without.has('file barrier')) {
    return open.find(({ file }) => file.state === 'READY' || file.state === 'APPLYING') ?? open[0] ?? null;
  }
  return open.find(({ file }) => file.goesBefore) ?? open[0] ?? null;
}

function openFiles(world: World): readonly { readonly sequence: number; readonly file: File }[] {
  return world.files.flatMap((file, index) =>
    file.quantities.length > 0 ? [{ sequence: index + 1, file }] : [],
  );
}

/** The delta that goes before the rest of the file at the head of the lane, as findDeltaToGoFirst has it. */
export function deltaToGoFirst(model: Model, world: World, head: number): File | null {
  const { state, isDrain, goesBefore, hasMadeWay } = world.files[head - 1] ?? {};
  if (hasMadeWay === true) return null;
  if (!model.bounds.hasWindows || state !== 'APPLYING' || isDrain === true || goesBefore === true)
    return null;
  const isUnanswered = world.calls.some((call) => call.sequence === head && call.state === 'STORED');
  if (isUnanswered && !model.without.has('answers before a delta goes first')) return null;
  const [next, ...others] = openFiles(world)
    .filter(({ sequence }) => sequence > head)
    .map(({ file }) => file);
  const waits = (file: File | undefined) => file?.state === 'READY' && !file.isDrain;
  // Of several that wait none goes first: rows of the head are passed on to the newest.
  return next && waits(next) && !waits(others[0]) ? next : null;
}

export function inWords({ sequence, generation, rows }: Call): CallWords {
  return { sequence, generation, rows: rows.map(({ from, to }) => ({ from, to })) };
}

/** Whether what the call did is in doubt: its answer says nothing, or says nothing about its first sending. */
export function isInDoubt(model: Model, call: Call): boolean {
  if (call.state === 'EXPIRED_UNKNOWN') return true;
  return call.state === 'REFUSED' && call.repeated && !model.without.has('doubt of the same file');
}
