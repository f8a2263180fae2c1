import { continueAsNew, patched, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { LaneHead, LaneHolder } from '../activities/index.ts';
import { afterFailedStep } from '../src/domain/failed-step.ts';
import type {
  AppliedWindows,
  ClosedFile,
  LaneStateAtEnd,
  ProcessResult,
} from '../src/domain/jobs/process-uploads.ts';
import type { StartedHardSync } from '../src/domain/jobs/started-hard-sync.ts';
import {
  FILES_IN_RESULT_MAX,
  FILES_PER_RUN,
  LOOKS_AFTER_FAILURES_MAX,
  STEPS_AFTER_REFUSED_DELTA,
  WINDOWS_PER_STEP_MAX,
} from '../src/domain/limits.ts';
import { begin } from './begin.ts';
import { codedFailure, failureOfStep } from './failures.ts';
import { LaneUpkeep } from './lane-upkeep.ts';
import { fileReady } from './messages.ts';
import { startNeededHardSync } from './needed-hard-sync.ts';
import { describeRun } from './search-attributes.ts';
import { briefStep, step } from './steps.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Process uploads to eCommerce: take the shop's files strictly one after the other, and apply each to Shopify. Only a delta may go
 * before the rest of a large file, between two of its windows.
 * A file that cannot be applied blocks the lane; nothing later overtakes it. A backlog goes through a chain of runs.
 *
 * @param input `{shopId}`
 * @param earlier what the chain's earlier runs have applied; only they pass it on
 * @param begun the file that they have begun; the same
 */
export function processUploads(
  input: unknown,
  earlier: readonly ClosedFile[] = [],
  begun: Begun | null = null,
): Promise<ProcessResult> {
  return asJob('process-uploads', () => workInLane(input, earlier, begun));
}

/** A large file that makes way for deltas. */
interface Begun {
  readonly sequence: number;
  readonly nextWindow: number;
}

async function workInLane(
  input: unknown,
  earlier: readonly ClosedFile[],
  begunBefore: Begun | null,
): Promise<ProcessResult> {
  const { shopId } = begin('process-uploads', input, { laneState: 'applying' });
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const holder: LaneHolder = { shopId, workflowId, holder: firstExecutionRunId };
  let mayBeMore = false;
  setHandler(fileReady, () => {
    mayBeMore = true;
  });

  const files = [...earlier];
  let begun = begunBefore;
  // Only after a step of the large file: deltas that come without an end must not keep it from its own.
  let letsDeltaGoFirst = false;
  // One that could not be opened is not tried at each of them: the large file needs no SFTP.
  let stepsUntilNextTry = 0;
  let takenByThisRun = 0;
  let failedInARow = 0;
  // A file that this run has blocked is for the next run to try again.
  let triesBlocked = true;
  const upkeep = new LaneUpkeep(shopId);
  // A lane that is never without a file is looked after all the same, beside it.
  if (earlier.length > 0 && patched('upkeep of a lane that is never idle')) upkeep.begin({ rechecks: true });
  try {
    for (;;) {
      mayBeMore = false;
      const mayGoFirst = letsDeltaGoFirst && stepsUntilNextTry === 0;
      const how = { triesBlocked, ...(mayGoFirst && { letsDeltaGoFirst: true }) };
      const head = await step('nextFile', 'Look for the next file of the lane', { ...holder, ...how });
      letsDeltaGoFirst = false;
      if (head.lane === 'file') {
        const goesFirst = mayGoFirst && head.state === 'READY';
        const opened = goesFirst ? await openToGoFirst(holder, head) : head;
        if (opened === 'failed') stepsUntilNextTry = STEPS_AFTER_REFUSED_DELTA;
        if (opened === 'failed' || opened === 'not-its-turn') continue;
        const taken = await takeFile(holder, opened, begun);
        if (taken.end === 'makes-way') {
          begun = taken.begun;
          letsDeltaGoFirst = true;
          stepsUntilNextTry = Math.max(0, stepsUntilNextTry - 1);
          failedInARow = 0;
          continue;
        }
        if (taken.end === 'closed') files.push(taken.file);
        if (taken.end === 'blocked') triesBlocked = false;
        failedInARow = taken.end === 'look-again' ? failedInARow + 1 : 0;
        if (taken.end === 'look-again' && failedInARow >= LOOKS_AFTER_FAILURES_MAX) throw taken.error;
        takenByThisRun += 1;
        if (takenByThisRun >= FILES_PER_RUN) {
          const passedOn = files.slice(-FILES_IN_RESULT_MAX);
          await continueAsNew<typeof processUploads>({ shopId }, passedOn, ...(begun ? [begun] : []));
        }
        continue;
      }
      const hardSync = isWithoutHardSync(head) ? await startNeededHardSync(shopId) : null;
      upkeep.begin({ rechecks: head.lane === 'idle' && head.setApart > 0 });
      // A file that became READY after the last look has sent a signal: look again at once.
      await upkeep.untilDone(() => mayBeMore);
      if (mayBeMore) continue;
      return describeEnd(shopId, files, head.lane, whyItStands(head, hardSync));
    }
  } catch (error) {
    // Another run applies the shop's files now; it looks for more before it ends.
    if (codedFailure(error)?.code === 'LANE_TAKEN_OVER') return describeEnd(shopId, files, 'busy');
    throw error;
  }
}

type WaitingFile = Extract<LaneHead, { lane: 'file' }>;

/** What the result says of a lane that a person, or the next run, must get moving. */
function whyItStands(head: LaneHead, hardSync: StartedHardSync | null): WhyItStands {
  if (head.lane === 'paused') return { pause: head.pause };
  if (head.lane !== 'blocked') return {};
  const { sequence, reason, since } = head;
  const movedOnBy = hardSync ? 'next-run' : head.movedOnBy;
  return { blockedBy: { sequence, reason, since, movedOnBy }, ...(hardSync && { hardSync }) };
}

type WhyItStands = Pick<ProcessResult, 'blockedBy' | 'hardSync' | 'pause'>;

/** Nothing may be sent at all, because the database was restored or another server has taken over. */
function isWithoutHardSync(head: LaneHead): boolean {
  return head.lane === 'blocked' && head.sequence === null;
}

/** Opens a delta before the rest of a large file. Its failure is no trouble of the lane: it is tried again when it is its turn. */
async function openToGoFirst(
  holder: LaneHolder,
  head: WaitingFile,
): Promise<WaitingFile | 'failed' | 'not-its-turn'> {
  const { sequence } = head;
  describeRun({ fileSequence: sequence });
  try {
    const summary = `Check file ${sequence} on SFTP, to apply it before the rest of a large one`;
    const { isOpen } = await briefStep('openFile', summary, { ...holder, sequence });
    return isOpen ? { ...head, state: 'APPLYING' } : 'not-its-turn';
  } catch (error) {
    const failure = failureOfStep(error);
    if (failure === null || afterFailedStep(failure.code) === 'fail') throw error;
    return 'failed';
  }
}

/**
 * What became of the file. `open`: it was written, or superseded; the next look at the lane tells. `makes-way`: a delta may go before
 * the rest of it.
 */
type Taken =
  | { readonly end: 'closed'; readonly file: ClosedFile }
  | { readonly end: 'open' | 'blocked' }
  | { readonly end: 'makes-way'; readonly begun: Begun }
  | { readonly end: 'look-again'; readonly error: unknown };

async function takeFile(holder: LaneHolder, head: WaitingFile, begun: Begun | null): Promise<Taken> {
  try {
    return await applyFile(holder, head, begun);
  } catch (error) {
    const failure = failureOfStep(error);
    if (failure === null) throw error;
    const { code, message } = failure;
    // Runs that began before knew only the files that one of these codes blocks.
    if (failure.class !== 'blocks-lane' && !patched('whatever fails a file blocks it')) throw error;
    const next = afterFailedStep(code);
    if (next === 'fail') throw error;
    if (next === 'look-again') return { end: 'look-again', error };
    await step('blockFile', `Block the lane at file ${head.sequence}: ${code}`, {
      ...holder,
      sequence: head.sequence,
      code,
      reason: message,
      // A producer may have published it meanwhile: then there is nothing to block.
      from: head.state === 'WRITING' ? ['WRITING'] : ['READY', 'APPLYING'],
      ...(head.lastBlocked !== undefined && { lastBlocked: head.lastBlocked }),
    });
    return { end: 'blocked' };
  }
}

async function applyFile(holder: LaneHolder, head: WaitingFile, begun: Begun | null): Promise<Taken> {
  const { sequence, name, rows, windows } = head;
  const { shopId } = holder;
  describeRun({ fileSequence: sequence });
  setCurrentDetails(`File ${sequence} (${name}) with ${rows} rows.`);
  // A file that failed a short while ago: its first step shows soon whether the cause is gone.
  const firstStep: typeof step = head.isTriedAgain ? briefStep : step;
  if (head.state === 'WRITING') {
    // Its producer still writes it, or died. The rows are in the database: whoever comes first finishes the file.
    const summary = `Write file ${sequence} to SFTP in its producer's place`;
    await firstStep('publishFile', summary, { shopId, sequence });
    return { end: 'open' };
  }
  if (head.state === 'READY') {
    const summary = `Check file ${sequence} on SFTP`;
    const { isOpen } = await firstStep('openFile', summary, { ...holder, sequence });
    if (!isOpen) return { end: 'open' };
  }
  const first = begun?.sequence === sequence ? begun.nextWindow : 0;
  for (let window = first; window < windows;) {
    const windowsMax = Math.min(WINDOWS_PER_STEP_MAX, windows - window);
    const which =
      windowsMax === 1 ? `window ${window + 1}` : `windows ${window + 1} to ${window + windowsMax}`;
    const summary = `Apply file ${sequence}, ${which} of ${windows}, to Shopify`;
    const applyStep = window === 0 ? firstStep : step;
    const applied = (await applyStep('applyWindow', summary, {
      ...holder,
      sequence,
      window,
      windowsMax,
    })) as AppliedWindows | undefined;
    // Steps of earlier releases had one window each, and their first ones told nothing.
    window = applied?.nextWindow ?? window + 1;
    setCurrentDetails(`File ${sequence} (${name}): window ${window} of ${windows} is done.`);
    if (applied?.deltaWaits === true && window < windows) {
      return { end: 'makes-way', begun: { sequence, nextWindow: window } };
    }
  }
  const file = await step('closeFile', `Close file ${sequence}`, { ...holder, sequence });
  return { end: 'closed', file };
}

function describeEnd(
  shopId: string,
  files: readonly ClosedFile[],
  laneState: LaneStateAtEnd,
  why: WhyItStands = {},
): ProcessResult {
  describeRun({ laneState });
  return { shopId, files: files.slice(-FILES_IN_RESULT_MAX), laneState, ...why };
}
