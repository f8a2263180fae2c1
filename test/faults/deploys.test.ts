/**
 * Workers of two releases: one is replaced by the other while runs are open, or both work at once. The new release has
 * one more step in every workflow, or a fault.
 */
import { expect, test } from 'vitest';
import { FAILING_TASK } from '../../src/domain/failing-run.ts';
import { listDecisions } from '../../src/postgres/lane/lane-decisions.ts';
import { decideLaneWorkflowId } from '../../src/temporal/lane-decisions.ts';
import { scheduleJob } from '../../src/temporal/schedules.ts';
import { readTaskQueue } from '../../src/temporal/task-queue.ts';
import { Installation, SHOP } from '../end-to-end/installation.ts';
import { buildOther } from '../end-to-end/other-build.ts';
import type { WorkerProcess } from '../end-to-end/worker-process.ts';
import { openTransaction } from '../postgres/open-transaction.ts';
import { withOwnCleanUp } from '../setup/clean-up.ts';
import { expectRightState } from './right-state.ts';

const ONE_MORE_STEP = () => buildOther('one more step');

/** Keeps every transaction from this table until the returned function is called. */
function lockTable(shop: Installation, table: string): Promise<() => Promise<void>> {
  return openTransaction(shop.database, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
}

/** Waits until somebody waits for a lock in the database. */
async function untilSomebodyWaits(shop: Installation): Promise<void> {
  await shop.until(async () => {
    const waiting = await shop.database.query(
      `SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return waiting.length > 0;
  });
}

/**
 * Kills a worker when another release is there. A gap between them, which on a busy machine is minutes, would be told to
 * whoever waits for a run as WORKER_NOT_POLLING.
 */
async function replaceBy(
  shop: Installation,
  before: WorkerProcess,
  WORKFLOW_BUNDLE_FILE: string,
): Promise<void> {
  await shop.startWorker({ environment: { WORKFLOW_BUNDLE_FILE } });
  await before.kill();
}

test.concurrent(
  'a decision that is being carried out when a deploy adds a step is carried out once, and its person gets the outcome',
  withOwnCleanUp(async () => {
    const shop = await Installation.open(['BLUE-SHIRT']);
    const [before, WORKFLOW_BUNDLE_FILE] = await Promise.all([shop.startWorker(), ONE_MORE_STEP()]);
    await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
    await shop.setLocationActive(false);
    await shop.hardSync();
    expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked' });
    await shop.setLocationActive(true);
    const decided = (await listDecisions(shop.database, SHOP)).length;

    const unlock = await lockTable(shop, 'lane_decision');
    const outcome = shop.decide({ decision: 'retry', sequence: 1 });
    await untilSomebodyWaits(shop);
    await replaceBy(shop, before, WORKFLOW_BUNDLE_FILE);
    await unlock();

    expect(await outcome).toMatchObject({ decision: 'retry', sequence: 1, by: 'Ann' });
    await expectRightState(shop, { written: { 'BLUE-SHIRT': [7] }, files: 1 });
    expect(await listDecisions(shop.database, SHOP)).toHaveLength(decided + 1);
    const latest = await shop.temporal.client.workflow.getHandle(decideLaneWorkflowId(SHOP)).describe();
    expect(latest.raw.workflowExecutionInfo?.firstRunId).not.toBe(latest.runId);
  }),
);

test.concurrent(
  'an import that is under way when a deploy adds a step takes its feed once, and whoever waits for it gets a result',
  withOwnCleanUp(async () => {
    const shop = await Installation.open(['BLUE-SHIRT']);
    const [before, WORKFLOW_BUNDLE_FILE] = await Promise.all([shop.startWorker(), ONE_MORE_STEP()]);
    await shop.sendFeed('MDM_INV_VARIANCE__1.csv', [
      'idValue,facilityId,availableDelta',
      'BLUE-SHIRT,BROADWAY,5',
    ]);

    const unlock = await lockTable(shop, 'inventory_item_detail');
    const result = shop.run({ job: 'import' });
    await untilSomebodyWaits(shop);
    await replaceBy(shop, before, WORKFLOW_BUNDLE_FILE);
    await unlock();

    expect(await result).toHaveProperty('files');
    expect(await shop.filesIn('incoming')).toEqual([]);
    const [ledger] = await shop.database.query<{ units: number; rows: number }>(
      'SELECT sum(quantity_on_hand_diff)::int AS units, count(*)::int AS rows FROM inventory_item_detail',
    );
    expect(ledger).toEqual({ units: 5, rows: 1 });
  }),
);

test.concurrent(
  'a fault of the workflow code is told, is not tried for ever, and holds no schedule once it is mended',
  withOwnCleanUp(async () => {
    const shop = await Installation.open(['BLUE-SHIRT']);
    const WORKFLOW_BUNDLE_FILE = await buildOther('a TypeError');
    const faulty = await shop.startWorker({ environment: { WORKFLOW_BUNDLE_FILE } });
    await scheduleJob(
      shop.temporal,
      { job: 'process-uploads', shopId: SHOP },
      { intervals: [{ every: '3 seconds' }] },
    );
    const waiting = shop.atp('job', 'run', 'recent-changes', '--shop', SHOP, '--wait');

    await shop.until(async () => {
      const { json } = await shop.atp('doctor');
      const checks = json?.['checks'] as { name: string; ok: boolean; detail: string }[];
      const runs = checks.find(({ name }) => name === 'Workflow code');
      return runs?.ok === false && runs.detail.includes("(reading 'go')");
    });
    const running = await shop.atpText('pipeline', 'running');
    expect(running.stdout).toMatch(/its workflow code has failed 1 time/);
    const { exitCode, stderr } = await waiting;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('JOB_FAILED');
    expect(stderr).toContain(`${FAILING_TASK}: Cannot read properties of undefined (reading 'go')`);
    expect(stderr).toContain('Restarts do not help');

    await faulty.endOrderly();
    await shop.startWorker();
    await shop.until(async () => {
      const { json } = await shop.atp('pipeline', 'completed', '--job', 'process-uploads', '--all');
      return (json?.['jobs'] as unknown[]).length >= 2;
    });
    const doctor = await shop.atpText('doctor');
    expect(doctor.stdout).toMatch(
      /✔ Workflow code: .*\n {4}The workflow code failed in \d+ runs of the last 24 hours/,
    );
  }),
);

test.concurrent(
  'everything is right after workers of two releases have worked side by side, and the older one was killed',
  withOwnCleanUp(async () => {
    const shop = await Installation.open(['BLUE-SHIRT', 'RED-SHIRT']);
    const WORKFLOW_BUNDLE_FILE = await ONE_MORE_STEP();
    const [older] = await Promise.all([
      shop.startWorker(),
      shop.startWorker({ environment: { WORKFLOW_BUNDLE_FILE } }),
    ]);
    const quantities = [5, 7, 5, 8, 5];
    for (const [round, quantity] of quantities.entries()) {
      await shop.count(`RESET_INVENTORY__${round}.csv`, 'WAREHOUSE', {
        'BLUE-SHIRT': quantity,
        'RED-SHIRT': quantity,
      });
      await (round === 0 ? shop.hardSync() : shop.recentChanges());
      if (round === 2) await older.kill();
    }
    await expectRightState(shop, {
      written: { 'BLUE-SHIRT': quantities, 'RED-SHIRT': quantities },
      mayPassOn: true,
      files: quantities.length,
    });
  }),
);

test.concurrent(
  'with Worker Versioning a run whose version has no worker any more moves on, and so does the queue when it is switched off',
  withOwnCleanUp(async () => {
    const shop = await Installation.open(['BLUE-SHIRT']);
    const WORKFLOW_BUNDLE_FILE = await ONE_MORE_STEP();
    const pinned = { ATP_WORKER_DEPLOYMENT: 'atp-sync' };
    const before = await shop.startWorker({ environment: pinned });
    await shop.until(async () => (await readTaskQueue(shop.temporal)).current !== null);
    const first = (await readTaskQueue(shop.temporal)).current;
    await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
    await shop.hardSync();
    await shop.processUploads();
    await shop.twin.control('POST', '/faults', {
      operation: 'SetOnlineAtp',
      kind: 'http-500-before',
      times: 9_999,
    });
    await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 6 });
    await shop.recentChanges();
    await shop.until(async () =>
      (await shop.twin.requests('SetOnlineAtp')).some((request) => request.fault !== null),
    );

    await before.endOrderly();
    await shop.twin.control('DELETE', '/faults');
    const after = await shop.startWorker({ environment: { ...pinned, WORKFLOW_BUNDLE_FILE } });
    await shop.until(async () => (await readTaskQueue(shop.temporal)).current?.buildId !== first?.buildId);
    // New runs go to the new version at once, while the old run waits for its own.
    await shop.count('RESET_INVENTORY__3.csv', 'BROADWAY', { 'BLUE-SHIRT': 1 });
    await shop.recentChanges();
    await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 1);
    expect(after.output).toContain('A run moves to the current version');

    await after.endOrderly();
    await shop.startWorker();
    await shop.count('RESET_INVENTORY__4.csv', 'BROADWAY', { 'BLUE-SHIRT': 2 });
    await shop.recentChanges();
    await expectRightState(shop, { written: { 'BLUE-SHIRT': [7, 6, 1, 2] }, files: 4 });
    expect((await readTaskQueue(shop.temporal)).current).toBeNull();
  }),
);
