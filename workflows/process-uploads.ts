import {
  continueAsNew,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, ClosedFile, LaneHead, LaneHolder } from '../activities/index.ts';
import { FILES_PER_RUN } from '../src/domain/limits.ts';
import { laneJob } from '../src/domain/job-input.ts';
import { fileTransfer, shopifyCalls, shortStep } from './activity-options.ts';
import { codedFailure, refused } from './failures.ts';
import { fileReady } from './messages.ts';
import { describeRun } from './search-attributes.ts';

const steps = proxyActivities<Activities>(shortStep);
const transfers = proxyActivities<Activities>(fileTransfer);
const calls = proxyActivities<Activities>(shopifyCalls);

type LaneState = 'idle' | 'busy' | 'blocked';

export interface ProcessResult {
  readonly shopId: string;
  readonly files: readonly ClosedFile[];
  /** `idle`: nothing is left. `busy`: another run applies the files. `blocked`: a person must decide. */
  readonly laneState: LaneState;
}

/**
 * Process uploads to eCommerce: take the shop's files strictly one after the other, and apply each to Shopify.
 * A file that cannot be applied holds the lane; nothing later overtakes it.
 *
 * @param input `{shopId}`
 */
export async function processUploads(input: unknown): Promise<ProcessResult> {
  const { shopId } = refused(() => laneJob(input));
  const holder: LaneHolder = { shopId, holder: workflowInfo().firstExecutionRunId };
  describeRun({ shopId, jobName: 'process-uploads', laneState: 'applying' });
  let mayBeMore = false;
  setHandler(fileReady, () => {
    mayBeMore = true;
  });

  const files: ClosedFile[] = [];
  try {
    for (;;) {
      mayBeMore = false;
      const head = await lookAtLane(holder);
      if (head.lane === 'file') {
        const file = await takeFile(holder, head);
        if (file) files.push(file);
        if (files.length >= FILES_PER_RUN) await continueAsNew<typeof processUploads>({ shopId });
        continue;
      }
      await archive(shopId);
      // A file that became ready after the look, but before this run could end, has signalled.
      if (mayBeMore) continue;
      if (head.lane === 'blocked') setCurrentDetails(`File ${head.sequence} holds the lane. ${head.reason}`);
      return ended(shopId, files, head.lane);
    }
  } catch (error) {
    // Another run applies the shop's files now; it looks for more before it ends.
    if (codedFailure(error)?.code === 'LANE_TAKEN_OVER') return ended(shopId, files, 'busy');
    throw error;
  }
}

type WaitingFile = Extract<LaneHead, { lane: 'file' }>;

async function lookAtLane(holder: LaneHolder): Promise<LaneHead> {
  return steps.nextFile.executeWithOptions({ ...shortStep, summary: 'Look for the next file of the lane' }, [
    holder,
  ]);
}

/** Null: the file was only written, or is BLOCKED or superseded now; the next look at the lane tells. */
async function takeFile(holder: LaneHolder, head: WaitingFile): Promise<ClosedFile | null> {
  try {
    return await applyFile(holder, head);
  } catch (error) {
    const failure = codedFailure(error);
    if (failure?.class !== 'blocks-lane') throw error;
    const { code, message } = failure;
    await steps.blockFile.executeWithOptions(
      { ...shortStep, summary: `Hold the lane at file ${head.sequence}: ${code}` },
      [{ ...holder, sequence: head.sequence, code, reason: message }],
    );
    return null;
  }
}

async function applyFile(holder: LaneHolder, head: WaitingFile): Promise<ClosedFile | null> {
  const { sequence, name, rows, windows } = head;
  const { shopId } = holder;
  describeRun({ fileSequence: sequence });
  setCurrentDetails(`File ${sequence} (${name}) with ${rows} rows.`);
  if (head.state === 'WRITING') {
    // Its producer is still at it, or died. The rows are in the database: whoever comes first finishes the file.
    await transfers.publishFile.executeWithOptions(
      { ...fileTransfer, summary: `Write file ${sequence} to SFTP in its producer's place` },
      [{ shopId, sequence }],
    );
    return null;
  }
  if (head.state === 'READY') {
    const { isOpen } = await transfers.openFile.executeWithOptions(
      { ...fileTransfer, summary: `Check file ${sequence} on SFTP and the shop's location` },
      [{ ...holder, sequence }],
    );
    if (!isOpen) return null;
  }
  for (let window = 0; window < windows; window += 1) {
    await calls.applyWindow.executeWithOptions(
      { ...shopifyCalls, summary: `Apply file ${sequence}, window ${window + 1} of ${windows}, to Shopify` },
      [{ ...holder, sequence, window }],
    );
  }
  return steps.closeFile.executeWithOptions({ ...shortStep, summary: `Close file ${sequence}` }, [
    { ...holder, sequence },
  ]);
}

/** What cannot be moved today is moved by the next run: the quantities have arrived. */
async function archive(shopId: string): Promise<void> {
  try {
    await transfers.archiveFiles.executeWithOptions(
      { ...fileTransfer, summary: 'Move what is done to the archive' },
      [{ shopId }],
    );
  } catch (error) {
    const failure = codedFailure(error);
    if (failure === null) throw error;
    log.warn('Files could not be moved to the archive', { shopId, code: failure.code });
  }
}

function ended(shopId: string, files: readonly ClosedFile[], laneState: LaneState): ProcessResult {
  describeRun({ laneState });
  return { shopId, files, laneState };
}
