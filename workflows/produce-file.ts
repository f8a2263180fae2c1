/** The story that Hard Sync and Upload recent inventory changes share: snapshot → numbered file → lane. */
import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { Activities, HeldPlan } from '../activities/index.ts';
import { produceJob } from '../src/domain/job-input.ts';
import type { UploadFileKind } from '../src/domain/upload-file.ts';
import { fileTransfer, producing, shortStep } from './activity-options.ts';
import { refused } from './failures.ts';
import { describeRun } from './search-attributes.ts';

const snapshots = proxyActivities<Activities>(producing);
const transfers = proxyActivities<Activities>(fileTransfer);
const steps = proxyActivities<Activities>(shortStep);

/**
 * What a producing job returns; `fileSequence` null: nothing differed, or all of it is held, so there is no file. A
 * held delta may have published its decreases: then there are a file and a plan.
 */
export interface SyncResult {
  readonly shopId: string;
  readonly facilityGroupId: string | null;
  readonly fileSequence: number | null;
  readonly fileName: string | null;
  readonly rows: number;
  readonly toZero: number;
  readonly sha256: string | null;
  /** The plan that waits for a person (`atp lane <shop>`). */
  readonly plan: number | null;
  readonly heldForApproval: boolean;
}

export async function produce(kind: UploadFileKind, input: unknown): Promise<SyncResult> {
  const job = refused(() => produceJob(input));
  const { shopId } = job;
  describeRun({ shopId, jobName: kind });

  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { file, plan } = await snapshots.produceFile.executeWithOptions(
    { ...producing, summary: `Read the inventory of shop ${shopId} at one instant and number a file` },
    [{ kind, ...job, producerKey: `${workflowId} ${firstExecutionRunId}` }],
  );
  const held = { plan: plan?.plan ?? null, heldForApproval: plan !== null };
  if (!file) {
    setCurrentDetails(plan ? inWords(plan) : 'Nothing differs from what was published: no file.');
    return {
      ...NO_FILE,
      shopId,
      facilityGroupId: plan?.facilityGroupId ?? job.facilityGroupId ?? null,
      ...held,
    };
  }
  const { sequence, facilityGroupId, name, rows, toZero } = file;
  describeRun({ facilityGroupId, fileSequence: sequence });
  setCurrentDetails(
    [
      `File ${sequence} (${name}): ${rows} rows, ${toZero} of them to zero.`,
      ...(plan ? [inWords(plan)] : []),
    ].join(' '),
  );

  const { sha256 } = await transfers.publishFile.executeWithOptions(
    { ...fileTransfer, summary: `Write file ${sequence} with ${rows} rows to SFTP` },
    [{ shopId, sequence }],
  );
  await steps.wakeLane.executeWithOptions(
    { ...shortStep, summary: `Tell the lane that file ${sequence} is ready` },
    [{ shopId }],
  );
  return { shopId, facilityGroupId, fileSequence: sequence, fileName: name, rows, toZero, sha256, ...held };
}

const NO_FILE = { fileSequence: null, fileName: null, rows: 0, toZero: 0, sha256: null } as const;

function inWords({ plan, cause, rows, toZero, products }: HeldPlan): string {
  const why =
    cause === 'FIRST_HARD_SYNC'
      ? `it is the shop's first Hard Sync, with ${rows} rows, ${toZero} of them zero`
      : `it would send ${toZero} of ${products} products to zero`;
  return `Held as plan ${plan} until a person approves it: ${why}.`;
}
