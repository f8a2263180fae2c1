/** The story that Hard Sync and Upload recent inventory changes share: snapshot → numbered file → lane. */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { HeldPlan } from '../activities/index.ts';
import type { SyncResult } from '../src/domain/jobs/producing.ts';
import { heldBecause } from '../src/domain/sync-plan.ts';
import type { UploadFileKind } from '../src/domain/upload-file.ts';
import { begin } from './begin.ts';
import { describeRun } from './search-attributes.ts';
import { step } from './steps.ts';

export async function produce(kind: UploadFileKind, input: unknown): Promise<SyncResult> {
  const job = begin(kind, input);
  const { shopId } = job;

  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { file, plan } = await step(
    'produceFile',
    `Read the inventory of shop ${shopId} at one instant and number a file`,
    { kind, ...job, producerKey: `${workflowId} ${firstExecutionRunId}` },
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

  const { sha256 } = await step('publishFile', `Write file ${sequence} with ${rows} rows to SFTP`, {
    shopId,
    sequence,
  });
  await step('wakeLane', `Tell the lane that file ${sequence} is ready`, { shopId });
  return { shopId, facilityGroupId, fileSequence: sequence, fileName: name, rows, toZero, sha256, ...held };
}

const NO_FILE = { fileSequence: null, fileName: null, rows: 0, toZero: 0, sha256: null } as const;

function inWords(plan: HeldPlan): string {
  return `Held as plan ${plan.plan} until a person approves it: ${heldBecause(plan)}.`;
}
