/**
 * The rows of docs/guides/how-soon.md that take minutes by their nature: a worker that is gone is known by the age of its last
 * poll, a run that stands still by its last sign of life, a Temporal that is away is asked for ten seconds each time, and a
 * run waits to see whether a feed stands still.
 */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setInterval as eachInterval } from 'node:timers/promises';
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

const IMPORT = jobWorkflowId('import', null);
const HEADER = 'facilityId,externalFacilityId,idValue,idType,locationSeqId,comments,resetByAtp,availableQty';
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
  'a feed is half, and one is held behind it': () => {
    const stop = new AbortController();
    let growing: Promise<void> = Promise.resolve();
    return {
      code: 'FEED_NOT_IMPORTED',
      begin: async () => {
        const half = join(shop.sftpFolder, 'incoming/RESET_INVENTORY__half.csv');
        await writeFile(half, `${HEADER}\n`);
        growing = grow(half, stop.signal);
        await shop.importCount('RESET_INVENTORY__held.csv', 'BROADWAY', { 'RED-SHIRT': 6 });
      },
      grow: {
        words: '1 h',
        pass: async () => {
          const waiting = await shop.database.query('SELECT path FROM waiting_feed ORDER BY path');
          expect(waiting).toEqual([
            { path: 'incoming/RESET_INVENTORY__half.csv' },
            { path: 'incoming/RESET_INVENTORY__held.csv' },
          ]);
          await shop.database.query(
            `UPDATE waiting_feed SET seen_since = seen_since - interval '61 minutes'`,
          );
        },
      },
      run: () => Promise.resolve(IMPORT),
      mend: async () => {
        stop.abort();
        await growing;
        await writeFile(join(shop.sftpFolder, 'incoming/RESET_INVENTORY__half.csv.done'), '');
        await shop.run({ job: 'import' });
      },
    };
  },
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

/** A sender who is at it: the feed has another size at each look. */
async function grow(path: string, signal: AbortSignal): Promise<void> {
  let units = 0;
  try {
    for await (const _ of eachInterval(100, undefined, { signal })) {
      units += 1;
      await appendFile(path, `BROADWAY,,RED-SHIRT,SKU,,half ${units},N,${units}\n`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
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
