import { continueAsNew, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { LaneHead, LaneHolder } from '../activities/index.ts';
import type { ClosedFile, LaneStateAtEnd, ProcessResult } from '../src/domain/jobs/process-uploads.ts';
import { FILES_IN_RESULT_MAX, FILES_PER_RUN } from '../src/domain/limits.ts';
import { begin } from './begin.ts';
import { codedFailure, tryBestEffort } from './failures.ts';
import { fileReady } from './messages.ts';
import { describeRun } from './search-attributes.ts';
import { step } from './steps.ts';

/**
 * Process uploads to eCommerce: take the shop's files strictly one after the other, and apply each to Shopify.
 * A file that cannot be applied blocks the lane; nothing later overtakes it. A backlog goes through a chain of runs.
 *
 * @param input `{shopId}`
 * @param earlier what the chain's earlier runs have applied; only they pass it on
 */
export async function processUploads(
  input: unknown,
  earlier: readonly ClosedFile[] = [],
): Promise<ProcessResult> {
  const { shopId } = begin('process-uploads', input, { laneState: 'applying' });
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const holder: LaneHolder = { shopId, workflowId, holder: firstExecutionRunId };
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
      const head = await step('nextFile', 'Look for the next file of the lane', holder);
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
        await recheckQuarantined(shopId);
      }
      // A file that became READY after the last look has sent a signal: look again.
      if (mayBeMore) continue;
      if (head.lane === 'blocked') setCurrentDetails(blockedInWords(head));
      return describeEnd(shopId, files, head.lane);
    }
  } catch (error) {
    // Another run applies the shop's files now; it looks for more before it ends.
    if (codedFailure(error)?.code === 'LANE_TAKEN_OVER') return describeEnd(shopId, files, 'busy');
    throw error;
  }
}

type WaitingFile = Extract<LaneHead, { lane: 'file' }>;

function blockedInWords({ sequence, reason }: Extract<LaneHead, { lane: 'blocked' }>): string {
  return sequence === null ? `Nothing is sent. ${reason}` : `File ${sequence} blocks the lane. ${reason}`;
}

/** Null: the file was only written, or is BLOCKED or superseded now; the next look at the lane tells. */
async function takeFile(holder: LaneHolder, head: WaitingFile): Promise<ClosedFile | null> {
  try {
    return await applyFile(holder, head);
  } catch (error) {
    const failure = codedFailure(error);
    if (failure?.class !== 'blocks-lane') throw error;
    const { code, message } = failure;
    await step('blockFile', `Block the lane at file ${head.sequence}: ${code}`, {
      ...holder,
      sequence: head.sequence,
      code,
      reason: message,
    });
    return null;
  }
}

async function applyFile(holder: LaneHolder, head: WaitingFile): Promise<ClosedFile | null> {
  const { sequence, name, rows, windows } = head;
  const { shopId } = holder;
  describeRun({ fileSequence: sequence });
  setCurrentDetails(`File ${sequence} (${name}) with ${rows} rows.`);
  if (head.state === 'WRITING') {
    // Its producer still writes it, or died. The rows are in the database: whoever comes first finishes the file.
    await step('publishFile', `Write file ${sequence} to SFTP in its producer's place`, { shopId, sequence });
    return null;
  }
  if (head.state === 'READY') {
    const summary = `Check file ${sequence} on SFTP and the shop's location`;
    const { isOpen } = await step('openFile', summary, { ...holder, sequence });
    if (!isOpen) return null;
  }
  for (let window = 0; window < windows; window += 1) {
    const summary = `Apply file ${sequence}, window ${window + 1} of ${windows}, to Shopify`;
    await step('applyWindow', summary, { ...holder, sequence, window });
  }
  return step('closeFile', `Close file ${sequence}`, { ...holder, sequence });
}

/** Best effort: the quantities have arrived. What cannot be moved now, the next run moves. */
async function archive(shopId: string): Promise<void> {
  await tryBestEffort(shopId, 'Files could not be moved to the archive', () =>
    step('archiveFiles', 'Move what is done to the archive', { shopId }),
  );
}

/** A product whose cause is gone comes with the next file. What cannot be checked now, the next run checks. */
async function recheckQuarantined(shopId: string): Promise<void> {
  await tryBestEffort(shopId, 'The quarantined products could not be checked', () =>
    step('recheckSetApart', 'See whether the causes of quarantined products are gone', { shopId }),
  );
}

function describeEnd(shopId: string, files: readonly ClosedFile[], laneState: LaneStateAtEnd): ProcessResult {
  describeRun({ laneState });
  return { shopId, files: files.slice(-FILES_IN_RESULT_MAX), laneState };
}
