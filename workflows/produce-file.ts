/** The story that Hard Sync and Upload recent inventory changes share: snapshot → numbered file → lane. */
import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { produceJob } from '../src/domain/job-input.ts';
import type { UploadFileKind } from '../src/domain/upload-file.ts';
import { fileTransfer, producing, shortStep } from './activity-options.ts';
import { refused } from './failures.ts';
import { describeRun } from './search-attributes.ts';

const snapshots = proxyActivities<Activities>(producing);
const transfers = proxyActivities<Activities>(fileTransfer);
const steps = proxyActivities<Activities>(shortStep);

/** What a producing job returns; `fileSequence` null: nothing differed, so there is no file. */
export interface SyncResult {
  readonly shopId: string;
  readonly facilityGroupId: string | null;
  readonly fileSequence: number | null;
  readonly fileName: string | null;
  readonly rows: number;
  readonly toZero: number;
  readonly sha256: string | null;
  readonly heldForApproval: boolean;
}

export async function produce(kind: UploadFileKind, input: unknown): Promise<SyncResult> {
  const job = refused(() => produceJob(input));
  const { shopId } = job;
  describeRun({ shopId, jobName: kind });

  const { workflowId, firstExecutionRunId } = workflowInfo();
  const file = await snapshots.produceFile.executeWithOptions(
    { ...producing, summary: `Read the inventory of shop ${shopId} at one instant and number a file` },
    [{ kind, ...job, producerKey: `${workflowId} ${firstExecutionRunId}` }],
  );
  if (!file) {
    setCurrentDetails('Nothing differs from what was published: no file.');
    return nothingToPublish(shopId, job.facilityGroupId ?? null);
  }
  const { sequence, facilityGroupId, name, rows, toZero } = file;
  describeRun({ facilityGroupId, fileSequence: sequence });
  setCurrentDetails(`File ${sequence} (${name}): ${rows} rows, ${toZero} of them to zero.`);

  const { sha256 } = await transfers.publishFile.executeWithOptions(
    { ...fileTransfer, summary: `Write file ${sequence} with ${rows} rows to SFTP` },
    [{ shopId, sequence }],
  );
  await steps.wakeLane.executeWithOptions(
    { ...shortStep, summary: `Tell the lane that file ${sequence} is ready` },
    [{ shopId }],
  );
  return {
    shopId,
    facilityGroupId,
    fileSequence: sequence,
    fileName: name,
    rows,
    toZero,
    sha256,
    heldForApproval: false,
  };
}

function nothingToPublish(shopId: string, facilityGroupId: string | null): SyncResult {
  return {
    shopId,
    facilityGroupId,
    fileSequence: null,
    fileName: null,
    rows: 0,
    toZero: 0,
    sha256: null,
    heldForApproval: false,
  };
}
