import { continueAsNew, patched, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { LaneHead, LaneHolder } from '../activities/index.ts';
import { afterFailedStep } from '../src/domain/failed-step.ts';
import type { ClosedFile, LaneStateAtEnd, ProcessResult } from '../src/domain/jobs/process-uploads.ts';
import type { StartedHardSync } from '../src/domain/jobs/started-hard-sync.ts';
import { FILES_IN_RESULT_MAX, FILES_PER_RUN, LOOKS_AFTER_FAILURES_MAX } from '../src/domain/limits.ts';
import { begin } from './begin.ts';
import { codedFailure, failureOfStep } from './failures.ts';
import { LaneUpkeep } from './lane-upkeep.ts';
import { fileReady } from './messages.ts';
import { startNeededHardSync } from './needed-hard-sync.ts';
import { describeRun } from './search-attributes.ts';
import { briefStep, step } from './steps.ts';
import { asJob } from './tell-outcome.ts';

/**
 * Process uploads to eCommerce: take the shop's files strictly one after the other, and apply each to Shopify.
 * A file that cannot be applied blocks the lane; nothing later overtakes it. A backlog goes through a chain of runs.
 *
 * @param input `{shopId}`
 * @param earlier what the chain's earlier runs have applied; only they pass it on
 */
export function processUploads(input: unknown, earlier: readonly ClosedFile[] = []): Promise<ProcessResult> {
  return asJob('process-uploads', () => workInLane(input, earlier));
}

async function workInLane(input: unknown, earlier: readonly ClosedFile[]): Promise<ProcessResult> {
  const { shopId } = begin('process-uploads', input, { laneState: 'applying' });
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const holder: LaneHolder = { shopId, workflowId, holder: firstExecutionRunId };
  let mayBeMore = false;
  setHandler(fileReady, () => {
    mayBeMore = true;
  });

  const files = [...earlier];
  let takenByThisRun = 0;
  let failedInARow = 0;
  // A file that this run has blocked is for the next run to try again.
  let triesBlocked = true;
  const upkeep = new LaneUpkeep(shopId);
  try {
    for (;;) {
      mayBeMore = false;
      const head = await step('nextFile', 'Look for the next file of the lane', { ...holder, triesBlocked });
      if (head.lane === 'file') {
        const taken = await takeFile(holder, head);
        if (taken.end === 'closed') files.push(taken.file);
        if (taken.end === 'blocked') triesBlocked = false;
        failedInARow = taken.end === 'look-again' ? failedInARow + 1 : 0;
        if (taken.end === 'look-again' && failedInARow >= LOOKS_AFTER_FAILURES_MAX) throw taken.error;
        takenByThisRun += 1;
        if (takenByThisRun >= FILES_PER_RUN) {
          await continueAsNew<typeof processUploads>({ shopId }, files.slice(-FILES_IN_RESULT_MAX));
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

/** What became of the file. `open`: it was written, or superseded; the next look at the lane tells. */
type Taken =
  | { readonly end: 'closed'; readonly file: ClosedFile }
  | { readonly end: 'open' | 'blocked' }
  | { readonly end: 'look-again'; readonly error: unknown };

async function takeFile(holder: LaneHolder, head: WaitingFile): Promise<Taken> {
  try {
    const file = await applyFile(holder, head);
    return file ? { end: 'closed', file } : { end: 'open' };
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

async function applyFile(holder: LaneHolder, head: WaitingFile): Promise<ClosedFile | null> {
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
    return null;
  }
  if (head.state === 'READY') {
    const summary = `Check file ${sequence} on SFTP`;
    const { isOpen } = await firstStep('openFile', summary, { ...holder, sequence });
    if (!isOpen) return null;
  }
  for (let window = 0; window < windows; window += 1) {
    const summary = `Apply file ${sequence}, window ${window + 1} of ${windows}, to Shopify`;
    const applyStep = window === 0 ? firstStep : step;
    await applyStep('applyWindow', summary, { ...holder, sequence, window });
    setCurrentDetails(`File ${sequence} (${name}): window ${window + 1} of ${windows} is done.`);
  }
  return step('closeFile', `Close file ${sequence}`, { ...holder, sequence });
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
