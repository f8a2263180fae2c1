/** The story that Hard Sync and Upload recent inventory changes share: snapshot → numbered file → lane. */
import { patched, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { HeldPlan, ProduceInput, ProduceOutcome } from '../activities/index.ts';
import type { SyncResult } from '../src/domain/jobs/producing.ts';
import { startedInWords, type StartedHardSync } from '../src/domain/jobs/started-hard-sync.ts';
import type { SyncKind } from '../src/domain/upload-file.ts';
import { begin } from './begin.ts';
import { codedFailure, failureOfStep } from './failures.ts';
import { startNeededHardSync } from './needed-hard-sync.ts';
import { describeRun } from './search-attributes.ts';
import { step } from './steps.ts';

export async function produce(kind: SyncKind, input: unknown): Promise<SyncResult> {
  const job = begin(kind, input);
  const { shopId } = job;

  const { workflowId, firstExecutionRunId } = workflowInfo();
  const produced = await produceOrStartHardSync({
    kind,
    ...job,
    producerKey: `${workflowId} ${firstExecutionRunId}`,
  });
  if ('hardSync' in produced) {
    const { hardSync } = produced;
    setCurrentDetails(`No file. ${startedInWords(hardSync)}`);
    const { facilityGroupId = null } = job;
    return { ...NO_FILE, shopId, facilityGroupId, plan: null, heldForApproval: false, hardSync };
  }
  const { file, plan } = produced;
  const held = { plan: plan?.plan ?? null, heldForApproval: plan !== null, ...(plan && heldRows(plan)) };
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

  const { sha256 } = await publish(shopId, sequence, rows);
  await step('wakeLane', `Tell the lane that file ${sequence} is ready`, { shopId });
  return { shopId, facilityGroupId, fileSequence: sequence, fileName: name, rows, toZero, sha256, ...held };
}

/** A delta that is refused because the database was restored leads to the Hard Sync that it needs. */
async function produceOrStartHardSync(
  input: ProduceInput,
): Promise<ProduceOutcome | { readonly hardSync: StartedHardSync }> {
  const { shopId } = input;
  try {
    const summary = `Read the inventory of shop ${shopId} at one instant and number a file`;
    return await step('produceFile', summary, input);
  } catch (error) {
    if (codedFailure(error)?.code !== 'HARD_SYNC_REQUIRED') throw error;
    const hardSync = await startNeededHardSync(shopId);
    if (hardSync === null) throw error;
    return { hardSync };
  }
}

/** When it fails for good, the lane's run writes the file in its producer's place, or blocks it and so tells why. */
async function publish(shopId: string, sequence: number, rows: number): Promise<{ readonly sha256: string }> {
  try {
    return await step('publishFile', `Write file ${sequence} with ${rows} rows to SFTP`, {
      shopId,
      sequence,
    });
  } catch (error) {
    if (failureOfStep(error) !== null && patched('the lane is told of a file that was not published')) {
      await step('wakeLane', `Tell the lane that file ${sequence} could not be written`, { shopId });
    }
    throw error;
  }
}

const NO_FILE = { fileSequence: null, fileName: null, rows: 0, toZero: 0, sha256: null } as const;

/** A step of an earlier release did not count what the plan holds. */
function heldRows({ rows, toZero, because }: HeldPlan): Pick<SyncResult, 'held'> {
  return rows === undefined || toZero === undefined ? {} : { held: { rows, toZero, because } };
}

function inWords({ plan, because }: HeldPlan): string {
  return `Held as plan ${plan} until a person approves it: ${because}.`;
}
