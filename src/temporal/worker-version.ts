/**
 * Worker Versioning, where ATP_WORKER_DEPLOYMENT switches it on: a version is the content of the workflow bundle, so a
 * deploy that does not change the workflows changes no version. A run stays with the version that began it while that
 * version has a worker.
 *
 * Temporal leaves two things to whoever deploys, and without them runs wait for ever: new runs go to the *current*
 * version even when it has no worker, and pinned runs wait for a worker of their version. The workers do both.
 */
import { createHash } from 'node:crypto';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { AtpError } from '../domain/errors.ts';
import {
  MAKE_CURRENT_INTERVAL_MS,
  MAKE_CURRENT_TRIES_MAX,
  RUNS_WATCH_INTERVAL_MS,
} from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { GrpcStatus, grpcStatusOf } from './grpc-status.ts';
import { isPolled, isSame, readTaskQueue } from './task-queue.ts';
import type { WorkerLog } from './worker-log.ts';

export type WorkerVersion = WorkerDeploymentVersion;

/** Characters of a hash that tell versions apart. */
const BUILD_ID_LENGTH = 12;

/** The server has not seen a worker of the version yet. */
const NOT_KNOWN_YET: readonly (GrpcStatus | undefined)[] = [
  GrpcStatus.NOT_FOUND,
  GrpcStatus.FAILED_PRECONDITION,
];
/** The server has it switched off, or does not know it. */
const NO_VERSIONING: readonly GrpcStatus[] = [GrpcStatus.PERMISSION_DENIED, GrpcStatus.UNIMPLEMENTED];

/** VERSIONING_BEHAVIOR_PINNED of Temporal's protocol. */
const PINNED = 1;

/** The inline source map, which holds the paths of this machine. */
const SOURCE_MAP = /^\/\/# sourceMappingURL=.*$/m;

/** The version of a bundle in a deployment; null: Worker Versioning is off. */
export function versionOf(
  deploymentName: string | null,
  bundle: { readonly code: string },
): WorkerVersion | null {
  if (deploymentName === null) return null;
  return {
    deploymentName,
    buildId: createHash('sha256')
      .update(bundle.code.replace(SOURCE_MAP, ''))
      .digest('hex')
      .slice(0, BUILD_ID_LENGTH),
  };
}

/**
 * A server without Worker Versioning gives a worker that has a version no work, and does not say so (tried).
 *
 * @throws AtpError WORKER_VERSIONING_UNAVAILABLE, TEMPORAL_UNREACHABLE
 */
export async function requireVersioning(
  temporal: TemporalClient,
  { deploymentName }: WorkerVersion,
): Promise<void> {
  const { client, namespace } = temporal;
  await askTemporal(temporal, async () => {
    try {
      await client.workflowService.describeWorkerDeployment({ namespace, deploymentName });
    } catch (error) {
      const status = grpcStatusOf(error);
      // No worker has named it yet.
      if (status?.code === GrpcStatus.NOT_FOUND) return;
      if (status === null || !NO_VERSIONING.includes(status.code)) throw error;
      const reason = status.details.replace(/\.$/, '');
      throw new AtpError('WORKER_VERSIONING_UNAVAILABLE', { reason }, { cause: error });
    }
  });
}

/**
 * Makes a function that a worker calls at each look at the open runs. It makes the worker's version the current one when
 * the worker starts, and later when the current one has no worker; and it lets go of runs that are pinned to a version
 * without a worker, so that they follow the current one. A worker without a version does the last two as well, so that
 * versioning can be switched off.
 *
 * @returns a function that returns how long to wait before the next look
 */
export function createVersionKeeper(
  temporal: TemporalClient,
  own: WorkerVersion | null,
  log: WorkerLog,
): (open: readonly WorkflowExecutionDescription[]) => Promise<number> {
  let hasBegun = own === null;
  let tries = 0;
  return async (open) => {
    const queue = await readTaskQueue(temporal);
    const { current } = queue;
    if (!isSame(current, own) && (!hasBegun || !isPolled(queue, current))) {
      const isSet = await makeCurrent(
        temporal,
        own ?? { deploymentName: current?.deploymentName ?? '', buildId: '' },
      );
      if (!isSet) {
        tries += 1;
        return tries < MAKE_CURRENT_TRIES_MAX ? MAKE_CURRENT_INTERVAL_MS : RUNS_WATCH_INTERVAL_MS;
      }
      tries = 0;
      log('info', 'The version of this worker is the current one', { version: own, before: current });
    }
    hasBegun = true;
    for (const run of open) {
      const version = pinnedVersionOf(run);
      if (version === null || isSame(version, own) || isPolled(queue, version)) continue;
      await unpin(temporal, run);
      const { workflowId, runId } = run;
      log('warn', 'A run moves to the current version: its own has no worker', {
        workflowId,
        runId,
        version,
      });
    }
    return RUNS_WATCH_INTERVAL_MS;
  };
}

/** An empty build id means the workers without a version. False: the server has not seen this worker poll yet. */
async function makeCurrent(temporal: TemporalClient, version: WorkerVersion): Promise<boolean> {
  const { client, namespace } = temporal;
  try {
    await askTemporal(temporal, () =>
      client.workflowService.setWorkerDeploymentCurrentVersion({ namespace, ...version }),
    );
    return true;
  } catch (error) {
    if (NOT_KNOWN_YET.includes(grpcStatusOf(error)?.code)) return false;
    throw error;
  }
}

/** The version that the run waits for, whoever is there to work on it; null: it follows the current one. */
function pinnedVersionOf({ raw }: WorkflowExecutionDescription): WorkerVersion | null {
  const { behavior, deploymentVersion, versioningOverride } = raw.workflowExecutionInfo?.versioningInfo ?? {};
  if (versioningOverride?.autoUpgrade) return null;
  const pinnedTo = versioningOverride?.pinned?.version ?? (behavior === PINNED ? deploymentVersion : null);
  if (!pinnedTo) return null;
  return { deploymentName: pinnedTo.deploymentName ?? '', buildId: pinnedTo.buildId ?? '' };
}

async function unpin(
  temporal: TemporalClient,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<void> {
  const { client, namespace } = temporal;
  await askTemporal(temporal, () =>
    client.workflowService.updateWorkflowExecutionOptions({
      namespace,
      workflowExecution: { workflowId, runId },
      workflowExecutionOptions: { versioningOverride: { autoUpgrade: true } },
      updateMask: { paths: ['versioning_override'] },
    }),
  );
}
