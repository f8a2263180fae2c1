import { TASK_QUEUE } from '../../domain/workflow-names.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { DOCTOR_WORKER_LOOK_INTERVAL_MS, DOCTOR_WORKER_WAIT_MS } from '../../domain/limits.ts';
import type { TemporalClient } from '../../temporal/connection.ts';
import type { Application } from '../application.ts';
import { check, faulty, fine, notChecked, type Check } from './check.ts';
import { checkRuns } from './open-runs-check.ts';

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

async function pollsSoon(temporal: TemporalClient): Promise<boolean> {
  const { isWorkerPolling } = await import('../../temporal/task-queue.ts');
  for (let waitedMs = 0; waitedMs <= DOCTOR_WORKER_WAIT_MS; waitedMs += DOCTOR_WORKER_LOOK_INTERVAL_MS) {
    if (await isWorkerPolling(temporal)) return true;
    await delay(DOCTOR_WORKER_LOOK_INTERVAL_MS);
  }
  return false;
}
