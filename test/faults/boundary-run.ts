/** Plays the long story while workers are killed, or stopped, at points that an undisturbed run has recorded. */
import { Installation } from '../end-to-end/installation.ts';
import type { RecordedPoint } from './crash-points.ts';
import { startCrashingWorker, type CrashingWorker } from './crashing.ts';
import { readFinalState, type FinalState } from './final-state.ts';
import { PHASES, SKUS, type Phase } from './long-story.ts';

export interface Strike {
  readonly at: RecordedPoint;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

export interface PlayedStory {
  readonly state: FinalState;
  /** The points of each phase, up to its strike. */
  readonly recorded: readonly (readonly RecordedPoint[])[];
  /** Whether the worker has come to the point of its strike; false too for a phase without one. */
  readonly struck: readonly boolean[];
}

/** @param strikes one a phase, or none; a worker that gets one is replaced for the rest of the story */
export async function playStory(strikes: readonly (Strike | undefined)[] = []): Promise<PlayedStory> {
  const shop = await Installation.open(SKUS);
  let worker = await startCrashingWorker(shop);
  const recorded: (readonly RecordedPoint[])[] = [];
  const struck: boolean[] = [];
  for (const [index, phase] of PHASES.entries()) {
    await worker.recordAnew();
    const successor = await playPhase(shop, worker, phase, strikes[index]);
    struck.push(successor !== worker);
    worker = successor;
    recorded.push(await worker.readRecord());
  }
  // A step that stood still may have entered the lane late, for a run that is over: the next run takes it from there.
  await shop.processUploads();
  const state = await readFinalState(shop);
  await worker.process.kill();
  return { state, recorded, struck };
}

/** Returns the worker that works afterwards. */
async function playPhase(
  shop: Installation,
  worker: CrashingWorker,
  phase: Phase,
  strike: Strike | undefined,
): Promise<CrashingWorker> {
  if (strike === undefined) {
    await phase.play(shop);
    return worker;
  }
  await worker.order(strike);
  let isOver = false;
  const playing = phase.play(shop).finally(() => {
    isOver = true;
  });
  playing.catch(() => undefined);
  await shop.until(async () => isOver || (await worker.isStruck()));
  if (!(await worker.isStruck())) {
    await playing;
    await worker.withdrawOrder();
    return worker;
  }
  if (strike.signal === 'SIGKILL') await worker.process.untilKilled();
  await failAttempts(shop);
  const successor = await startCrashingWorker(shop);
  await playing;
  if (strike.signal === 'SIGSTOP') await worker.process.endOrderly();
  return successor;
}

/**
 * Tells Temporal that the attempts of the struck worker have failed. It would notice by their timeouts, which are tested
 * elsewhere; here that would only take time. No other worker runs.
 */
async function failAttempts({ temporal: { client } }: Installation): Promise<void> {
  for await (const { workflowId, runId } of client.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    for (const { activityId } of raw.pendingActivities ?? []) {
      if (!activityId) continue;
      // An attempt that waits for its retry cannot fail: there is nothing to be told of it.
      await client.activity
        .fail({ workflowId, runId, activityId }, new Error('Its worker was struck.'))
        .catch(() => undefined);
    }
  }
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
