/**
 * The rows of docs/guides/how-soon.md that take minutes by their nature: a worker that is gone is known by the age of its last
 * poll, a run that stands still by its last sign of life, and a Temporal that is away is asked for ten seconds each time.
 */
import { NativeConnection, Worker } from '@temporalio/worker';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { RUN_STILL_AFTER_MS, WORKER_POLL_AGE_MAX_MS } from '../../src/domain/limits.ts';
import { TASK_QUEUE } from '../../src/domain/workflow-names.ts';
import { jobWorkflowId, runJob } from '../../src/temporal/run-job.ts';
import type { Installation, WorkerProcess } from '../end-to-end/installation.ts';
import { askForPart } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { ROWS } from '../told/table.ts';
import { ToldShop, type Way } from '../told/told-shop.ts';

const VERSIONED = { environment: { ATP_WORKER_DEPLOYMENT: 'atp' } };
/** What a busy machine may add to a time that is measured. */
const SLOWER_BY_MS = 120_000;

let told: ToldShop;
let shop: Installation;
let worker: WorkerProcess;

beforeAll(async () => {
  told = await ToldShop.open(async (installation) => {
    worker = await installation.startWorker(VERSIONED);
  });
  shop = told.installation;
  await told.change();
  await shop.hardSync();
  await shop.processUploads();
  await worker.kill();
});

// One for each row: whoever starts a worker in a test loses it with the test.
beforeEach(async () => {
  worker = await shop.startWorker(VERSIONED);
});

/** Found when so much time has passed, and not much later. */
function passes(words: string, ms: number, isFound: () => Promise<boolean>): NonNullable<Way['grow']> {
  return {
    words,
    pass: async () => {
      await vi.waitFor(async () => expect(await isFound()).toBe(true), {
        timeout: ms + SLOWER_BY_MS,
        interval: 1_000,
      });
    },
  };
}

const WAYS: Readonly<Record<string, () => Way>> = {
  'the worker is dead': () => ({
    code: 'WORKER_MISSING',
    begin: async () => {
      await told.change();
      await worker.kill();
    },
    grow: passes('75 s', WORKER_POLL_AGE_MAX_MS, () => told.finds('WORKER_MISSING')),
    mend: async () => {
      worker = await shop.startWorker(VERSIONED);
    },
  }),
  'the worker is frozen': () => ({
    code: 'WORKER_MISSING',
    begin: async () => {
      await told.change();
      worker.signal('SIGSTOP');
    },
    grow: passes('75 s', WORKER_POLL_AGE_MAX_MS, () => told.finds('WORKER_MISSING')),
    mend: () => Promise.resolve(worker.signal('SIGCONT')),
  }),
  'the only worker is of another build': () => {
    let stop = () => Promise.resolve();
    return {
      code: 'WORKER_OF_OTHER_VERSION',
      begin: async () => {
        await told.change();
        stop = await startForeignBuild();
        await worker.kill();
      },
      grow: passes('75 s', WORKER_POLL_AGE_MAX_MS, () => told.finds('WORKER_OF_OTHER_VERSION')),
      mend: async () => {
        worker = await shop.startWorker(VERSIONED);
        await stop();
      },
    };
  },
  'Temporal is away': () => ({
    code: 'TEMPORAL_AWAY',
    begin: async () => {
      await told.change();
      await told.gates.temporal.shut();
    },
    mend: () => told.gates.temporal.open(),
  }),
  'a run stands still': () => ({
    code: 'RUN_STANDS_STILL',
    begin: async () => {
      await told.change();
      await pauseStepOfImport();
    },
    grow: passes('10 min', RUN_STILL_AFTER_MS, () => told.finds('RUN_STANDS_STILL')),
    mend: async () => {
      await shop.temporal.client.workflowService.unpauseActivity(await findStepOfImport());
      await shop.temporal.client.workflow.getHandle(jobWorkflowId('import', null)).result();
    },
  }),
};

/** A worker that makes no version the current one, as those of our releases do: it polls, and gets nothing. */
async function startForeignBuild(): Promise<() => Promise<void>> {
  const { file } = await askForPart('workflow-bundle');
  const connection = await NativeConnection.connect({ address: shop.temporal.address });
  const foreign = await Worker.create({
    connection,
    namespace: shop.temporal.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: file },
    workerDeploymentOptions: {
      version: { deploymentName: 'atp', buildId: 'another' },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  });
  const running = foreign.run();
  return async () => {
    foreign.shutdown();
    await running;
    await connection.close();
  };
}

/** Pauses a step that is tried again, as an operator can, so that nothing moves although a worker polls. */
async function pauseStepOfImport(): Promise<void> {
  await told.gates.sftp.shut();
  await runJob(shop.temporal, { job: 'import' }, { wait: false });
  await shop.temporal.client.workflowService.pauseActivity({
    ...(await findStepOfImport()),
    identity: 'an operator',
  });
  await told.gates.sftp.open();
}

/** The step of the import that has failed at least once. */
async function findStepOfImport() {
  const { namespace, client } = shop.temporal;
  return until(async () => {
    const { workflowId, runId, raw } = await client.workflow
      .getHandle(jobWorkflowId('import', null))
      .describe();
    const [step] = raw.pendingActivities ?? [];
    if (!step?.activityId || !step.lastFailure) throw new Error('No step of the import has failed.');
    return { namespace, execution: { workflowId, runId }, id: step.activityId };
  });
}

test('each row of the table is measured', () => {
  expect(ROWS.inFaults.map(({ way }) => way)).toEqual(Object.keys(WAYS));
});

test.each(ROWS.inFaults)('$way', async ({ way, ...row }) => {
  const broken = WAYS[way];
  if (!broken) throw new Error(`Nothing measures "${way}".`);
  const seen = await told.measure(broken(), row);
  console.log(`${way}: ${JSON.stringify(seen)}`);
  expect(seen).toEqual(row);
});
