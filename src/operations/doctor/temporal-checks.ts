import { TASK_QUEUE } from '../../domain/workflow-names.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { DOCTOR_WORKER_LOOK_INTERVAL_MS, DOCTOR_WORKER_WAIT_MS } from '../../domain/limits.ts';
import type { TemporalClient } from '../../temporal/connection.ts';
import type { Application } from '../application.ts';
import { check, faulty, fine, notChecked, type Check } from './check.ts';
import { checkRuns } from './open-runs-check.ts';

/** @param isPatient waits for a worker that may just be starting */
export async function checkTemporal(app: Application, isPatient: boolean): Promise<Check[]> {
  const server = await check('Temporal', async () => {
    const { namespaceExists } = await import('../../temporal/namespace-check.ts');
    const temporal = await app.temporal();
    // A connection that was made says nothing of the server of now.
    await namespaceExists(temporal);
    return fine(temporal.address);
  });
  if (!server.ok) return [server, ...['Namespace', ...IN_NAMESPACE].map((name) => notChecked(name, server))];
  const namespace = await check('Namespace', async () => {
    const { namespaceExists } = await import('../../temporal/namespace-check.ts');
    const temporal = await app.temporal();
    if (await namespaceExists(temporal)) return fine(temporal.namespace);
    return faulty(
      `${temporal.address} has no namespace "${temporal.namespace}".`,
      `Set TEMPORAL_NAMESPACE to one that exists, or make it: ${setupCommand(temporal)}`,
      { code: 'NAMESPACE_MISSING' },
    );
  });
  if (!namespace.ok) return [server, namespace, ...IN_NAMESPACE.map((name) => notChecked(name, namespace))];
  return [
    server,
    namespace,
    await checkSearchAttributes(app),
    await checkWorker(app, isPatient),
    ...(await checkRuns(app)),
  ];
}

const IN_NAMESPACE = ['Search attributes', 'Worker', 'Workflow code', 'Open runs'] as const;

function checkSearchAttributes(app: Application): Promise<Check> {
  return check('Search attributes', async () => {
    const { lackInWords, listUnusableAttributes } = await import('../../temporal/namespace-check.ts');
    const temporal = await app.temporal();
    const unusable = await listUnusableAttributes(temporal);
    if (unusable.length === 0) return fine('All are known to the namespace.');
    return faulty(
      `The namespace cannot be used: ${lackInWords(unusable)}.`,
      `${setupCommand(temporal)} adds what is missing. In Temporal Cloud, a person adds it in its web UI.`,
      { code: 'SEARCH_ATTRIBUTES_MISSING' },
    );
  });
}

/** With what it speaks to, because another shell may have other variables. */
function setupCommand({ address, namespace }: TemporalClient): string {
  return `\`TEMPORAL_ADDRESS=${address} TEMPORAL_NAMESPACE=${namespace} atp temporal setup\``;
}

function checkWorker(app: Application, isPatient: boolean): Promise<Check> {
  return check('Worker', async () => {
    const temporal = await app.temporal();
    const { isPolled, readTaskQueue } = await import('../../temporal/task-queue.ts');
    if (isPatient) await untilPolled(temporal);
    const queue = await readTaskQueue(temporal);
    const { lastPollAt } = queue;
    const secondsAgo = lastPollAt === null ? null : Math.round((Date.now() - lastPollAt.getTime()) / 1000);
    if (queue.workers.length === 0) {
      return faulty(
        `No worker polls the task queue "${TASK_QUEUE}": jobs wait.${secondsAgo === null ? '' : ` The last poll was ${secondsAgo} s ago.`}`,
        '`atp worker` starts one, with this configuration; `atp up` brings its own.',
        { code: 'WORKER_MISSING', since: lastPollAt },
      );
    }
    if (isPolled(queue, queue.current))
      return fine(`A worker polls the task queue "${TASK_QUEUE}", last ${secondsAgo} s ago.`);
    const current = queue.current ? `the version ${queue.current.buildId}` : 'workers without a version';
    return faulty(
      `Jobs wait for ${current}, and no such worker polls; others do.`,
      'A worker of this release takes over within two minutes (docs/guides/deploy.md, "Worker Versioning").',
      { code: 'WORKER_OF_OTHER_VERSION' },
    );
  });
}

async function untilPolled(temporal: TemporalClient): Promise<void> {
  const { isWorkerPolling } = await import('../../temporal/task-queue.ts');
  for (let waitedMs = 0; waitedMs <= DOCTOR_WORKER_WAIT_MS; waitedMs += DOCTOR_WORKER_LOOK_INTERVAL_MS) {
    if (await isWorkerPolling(temporal)) return;
    await delay(DOCTOR_WORKER_LOOK_INTERVAL_MS);
  }
}
