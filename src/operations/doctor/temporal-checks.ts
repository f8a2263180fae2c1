import { TASK_QUEUE } from '../../domain/workflow-names.ts';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DOCTOR_WORKER_LOOK_INTERVAL_MS,
  DOCTOR_WORKER_WAIT_MS,
  MENDED_RUNS_TOLD_MS,
} from '../../domain/limits.ts';
import { counted } from '../../domain/words.ts';
import type { TemporalClient } from '../../temporal/connection.ts';
import type { Application } from '../application.ts';
import { check, faulty, fine, notChecked, type Check } from './check.ts';

export async function checkTemporal(app: Application): Promise<Check[]> {
  const server = await check('Temporal', async () => fine((await app.temporal()).address));
  if (!server.ok) return [server, ...['Namespace', ...IN_NAMESPACE].map((name) => notChecked(name, server))];
  const namespace = await check('Namespace', async () => {
    const { namespaceExists } = await import('../../temporal/namespace-check.ts');
    const temporal = await app.temporal();
    if (await namespaceExists(temporal)) return fine(temporal.namespace);
    return faulty(
      `${temporal.address} has no namespace "${temporal.namespace}".`,
      `Set TEMPORAL_NAMESPACE to one that exists, or make it: ${setupCommand(temporal)}`,
    );
  });
  if (!namespace.ok) return [server, namespace, ...IN_NAMESPACE.map((name) => notChecked(name, namespace))];
  return [server, namespace, await checkSearchAttributes(app), await checkWorker(app), await checkRuns(app)];
}

const IN_NAMESPACE = ['Search attributes', 'Worker', 'Open runs'] as const;

function checkSearchAttributes(app: Application): Promise<Check> {
  return check('Search attributes', async () => {
    const { lackInWords, listUnusableAttributes } = await import('../../temporal/namespace-check.ts');
    const temporal = await app.temporal();
    const unusable = await listUnusableAttributes(temporal);
    if (unusable.length === 0) return fine('All are known to the namespace.');
    return faulty(
      `The namespace cannot be used: ${lackInWords(unusable)}.`,
      `${setupCommand(temporal)} adds what is missing. In Temporal Cloud, a person adds it in its web UI.`,
    );
  });
}

/** With what it speaks to, because another shell may have other variables. */
function setupCommand({ address, namespace }: TemporalClient): string {
  return `\`TEMPORAL_ADDRESS=${address} TEMPORAL_NAMESPACE=${namespace} atp temporal setup\``;
}

function checkWorker(app: Application): Promise<Check> {
  return check('Worker', async () => {
    const temporal = await app.temporal();
    if (!(await pollsSoon(temporal))) {
      return faulty(
        `No worker polls the task queue "${TASK_QUEUE}": jobs wait.`,
        '`atp worker` starts one, with this configuration; `atp up` brings its own.',
      );
    }
    const { isPolled, readTaskQueue } = await import('../../temporal/task-queue.ts');
    const queue = await readTaskQueue(temporal);
    if (isPolled(queue, queue.current)) return fine(`A worker polls the task queue "${TASK_QUEUE}".`);
    const current = queue.current ? `the version ${queue.current.buildId}` : 'workers without a version';
    return faulty(
      `Jobs wait for ${current}, and no such worker polls; others do.`,
      'A worker of this release takes over within two minutes (docs/guides/deploy.md, "Worker Versioning").',
    );
  });
}

/** Runs whose workflow code fails now, and those that were restarted or given up for it lately. */
function checkRuns(app: Application): Promise<Check> {
  return check('Open runs', async () => {
    const { listFailing, countMendedSince } = await import('../../temporal/open-runs.ts');
    const temporal = await app.temporal();
    const [failing, mended] = await Promise.all([
      listFailing(temporal),
      countMendedSince(temporal, new Date(Date.now() - MENDED_RUNS_TOLD_MS)),
    ]);
    const [first] = failing;
    if (first) {
      return faulty(
        `The workflow code fails in ${counted(failing.length, 'run')}: ${first.workflowId}: ${first.failure}`,
        'The worker restarts such a run once, within a minute. If it fails again, go back to the release before (docs/guides/deploy.md).',
      );
    }
    const hint =
      mended === 0
        ? null
        : `The workflow code failed in ${counted(mended, 'run')} of the last 24 hours; \`atp pipeline failed\` shows what was done.`;
    return fine('The workflow code fails in none of them.', hint);
  });
}

async function pollsSoon(temporal: TemporalClient): Promise<boolean> {
  const { isWorkerPolling } = await import('../../temporal/task-queue.ts');
  for (let waitedMs = 0; waitedMs <= DOCTOR_WORKER_WAIT_MS; waitedMs += DOCTOR_WORKER_LOOK_INTERVAL_MS) {
    if (await isWorkerPolling(temporal)) return true;
    await delay(DOCTOR_WORKER_LOOK_INTERVAL_MS);
  }
  return false;
}
