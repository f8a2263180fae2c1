/**
 * What every worker does beside its work: it looks at the open runs, restarts those whose workflow task fails, and sees
 * that no run waits for a version that has no worker. Several workers may do so at once: at worst a run is restarted
 * twice, which costs some seconds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import { isCoded } from '../domain/errors.ts';
import { reasonFor, remedyFor, type Remedy } from '../domain/failing-run.ts';
import { RUNS_WATCH_INTERVAL_MS } from '../domain/limits.ts';
import { askTemporal, type TemporalClient } from './connection.ts';
import { GrpcStatus, grpcStatusOf } from './grpc-status.ts';
import { describeOpenRuns, examineTask, readFirstTask, type TroubledRun } from './open-runs.ts';
import { createVersionKeeper, type WorkerVersion } from './worker-version.ts';
import type { WorkerLog } from './worker-log.ts';

/** Of a run that cannot be reset, or a server that cannot do it. */
const NOT_RESET: readonly (GrpcStatus | undefined)[] = [
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.FAILED_PRECONDITION,
  GrpcStatus.UNIMPLEMENTED,
];

export interface WatchOptions {
  readonly temporal: TemporalClient;
  /** That of this worker; null: it has none. */
  readonly version: WorkerVersion | null;
  readonly signal: AbortSignal;
  readonly log: WorkerLog;
  /** Told of each look: undefined when Temporal has answered, else the error. */
  readonly onLook: (error: unknown, begunAt: number) => void;
}

/** Looks every RUNS_WATCH_INTERVAL_MS until the signal. A look that fails is logged, and the next one tries again. */
export async function watchRuns({ temporal, version, signal, log, onLook }: WatchOptions): Promise<void> {
  const keepVersions = createVersionKeeper(temporal, version, log);
  let lastFault = '';
  while (!signal.aborted) {
    let pauseMs = RUNS_WATCH_INTERVAL_MS;
    const begunAt = performance.now();
    try {
      pauseMs = await temporal.client.connection.withAbortSignal(signal, async () => {
        const open = await describeOpenRuns(temporal);
        for (const run of open) {
          const trouble = await examineTask(temporal, run);
          if (trouble) await mend(temporal, trouble, log);
        }
        return keepVersions(open);
      });
      lastFault = '';
      onLook(undefined, begunAt);
    } catch (error) {
      const { message } = error as Error;
      if (signal.aborted) break;
      onLook(error, begunAt);
      // That Temporal is away is told by whoever is told of the looks.
      if (message !== lastFault && !isCoded(error, 'TEMPORAL_UNREACHABLE'))
        log('warn', 'The open runs cannot be watched', { reason: message });
      lastFault = message;
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

async function mend(temporal: TemporalClient, run: TroubledRun, log: WorkerLog): Promise<void> {
  const remedy = remedyFor(run);
  if (remedy === 'none') return;
  const { workflowId, runId, workflowType, failure } = run;
  const reason = reasonFor(remedy, failure);
  try {
    if (remedy === 'restart') await restart(temporal, run, reason);
    else await end(temporal, run, reason);
  } catch (error) {
    const status = grpcStatusOf(error)?.code;
    // It has ended meanwhile.
    if (status === GrpcStatus.NOT_FOUND || error instanceof WorkflowNotFoundError) return;
    const { message } = error as Error;
    log('error', 'A run whose workflow task fails cannot be restarted', {
      workflowId,
      runId,
      reason: message,
    });
    // The next run of the job goes on in its place; only its wake-ups are lost until then.
    if (NOT_RESET.includes(status)) await end(temporal, run, reasonFor('end', failure));
    return;
  }
  const said: Readonly<Record<Exclude<Remedy, 'none'>, string>> = {
    restart: 'A run whose workflow task failed is restarted',
    end: 'A run whose workflow task failed after each restart is given up',
  };
  log('error', said[remedy], { workflowId, runId, workflowType, reason: failure });
}

/**
 * Ends the run and begins a new one in its chain, with the same id, input, signals and updates. So the new run is the
 * same holder of its lane, the same producer of its file, and the same decision.
 */
async function restart(temporal: TemporalClient, run: TroubledRun, reason: string): Promise<void> {
  const { workflowId, runId } = run;
  await askTemporal(temporal, async () => {
    const { eventId } = await readFirstTask(temporal, run);
    if (eventId === null) return;
    await temporal.client.workflowService.resetWorkflowExecution({
      namespace: temporal.namespace,
      workflowExecution: { workflowId, runId },
      reason,
      workflowTaskFinishEventId: eventId,
      requestId: `restart ${runId}`,
    });
  });
}

async function end(
  temporal: TemporalClient,
  { workflowId, runId }: TroubledRun,
  reason: string,
): Promise<void> {
  const handle = temporal.client.workflow.getHandle(workflowId, runId);
  await askTemporal(temporal, () => handle.terminate(reason));
}
