import {
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities, ClosedFile, LaneHead, LaneHolder } from '../activities/index.ts';
import { FILES_IN_RESULT_MAX, FILES_PER_RUN } from '../src/domain/limits.ts';
import { laneJob } from '../src/domain/job-input.ts';
import {
  fileTransfer,
  laneLook,
  laneTransfer,
  recheck,
  shopifyCalls,
  shortStep,
} from './activity-options.ts';
import { bestEffort, codedFailure, refused } from './failures.ts';
import { fileReady } from './messages.ts';
import { describeRun } from './search-attributes.ts';

const looks = proxyActivities<Activities>(laneLook);
const steps = proxyActivities<Activities>(shortStep);
const transfers = proxyActivities<Activities>(fileTransfer);
const calls = proxyActivities<Activities>(shopifyCalls);
const looksAtShopify = proxyActivities<Activities>(recheck);

type LaneState = 'idle' | 'busy' | 'blocked';

export interface ProcessResult {
  readonly shopId: string;
  /** Of the whole chain of runs, the last FILES_IN_RESULT_MAX. */
  readonly files: readonly ClosedFile[];
  /** `idle`: nothing is left. `busy`: another run applies the files. `blocked`: a person must decide. */
  readonly laneState: LaneState;
}

/**
 * Process uploads to eCommerce: take the shop's files strictly one after the other, and apply each to Shopify.
 * A file that cannot be applied holds the lane; nothing later overtakes it. A backlog goes through a chain of runs.
 *
 * @param input `{shopId}`
 * @param earlier what the chain's earlier runs have applied; nobody but they gives it
 */
export async function processUploads(
  input: unknown,
  earlier: readonly ClosedFile[] = [],
): Promise<ProcessResult> {
  const { shopId } = refused(() => laneJob(input));
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const holder: LaneHolder = { shopId, workflowId, holder: firstExecutionRunId };
  describeRun({ shopId, jobName: 'process-uploads', laneState: 'applying' });
  let mayBeMore = false;
  setHandler(fileReady, () => {
    mayBeMore = true;
  });

  const files = [...earlier];
  let takenByThisRun = 0;
  let isRechecked = false;
  try {
    for (;;) {
      mayBeMore = false;
      const head = await lookAtLane(holder);
      if (head.lane === 'file') {
        const file = await takeFile(holder, head);
        if (file) files.push(file);
        takenByThisRun += 1;
        if (takenByThisRun >= FILES_PER_RUN) {
          await continueAsNew<typeof processUploads>({ shopId }, files.slice(-FILES_IN_RESULT_MAX));
        }
        continue;
      }
      await archive(shopId);
      if (head.lane === 'idle' && head.setApart > 0 && !isRechecked) {
        isRechecked = true;
        await recheckSetApart(shopId);
      }
      // A file that became ready after the look, but before this run could end, has signalled.
      if (mayBeMore) continue;
      if (head.lane === 'blocked') setCurrentDetails(heldInWords(head));
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
  return looks.nextFile.executeWithOptions({ ...laneLook, summary: 'Look for the next file of the lane' }, [
    holder,
  ]);
}

function heldInWords({ sequence, reason }: Extract<LaneHead, { lane: 'blocked' }>): string {
  return sequence === null ? `Nothing is sent. ${reason}` : `File ${sequence} holds the lane. ${reason}`;
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
      { ...laneTransfer, summary: `Check file ${sequence} on SFTP and the shop's location` },
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
  await bestEffort(shopId, 'Files could not be moved to the archive', () =>
    transfers.archiveFiles.executeWithOptions(
      { ...fileTransfer, summary: 'Move what is done to the archive' },
      [{ shopId }],
    ),
  );
}

/** A product whose cause is gone comes with the next file; what cannot be looked at today is looked at by the next run. */
async function recheckSetApart(shopId: string): Promise<void> {
  await bestEffort(shopId, 'The products that are set apart could not be looked at', () =>
    looksAtShopify.recheckSetApart.executeWithOptions(
      { ...recheck, summary: 'See whether what set products apart is gone' },
      [{ shopId }],
    ),
  );
}

function ended(shopId: string, files: readonly ClosedFile[], laneState: LaneState): ProcessResult {
  describeRun({ laneState });
  return { shopId, files: files.slice(-FILES_IN_RESULT_MAX), laneState };
}
