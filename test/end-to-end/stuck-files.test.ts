/** A file that fails again and again blocks its lane and says so; later runs try it again, and a person can stop it. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BRIEF_TRIES_MAX, SERVICE_TRIES_MAX } from '../../src/domain/limits.ts';
import { jobWorkflowId } from '../../src/temporal/run-job.ts';
import { Installation, SHOP, type WorkerProcess } from './installation.ts';

let shop: Installation;
let worker: WorkerProcess;

beforeAll(async () => {
  shop = await Installation.open([]);
  worker = await shop.startImpatientWorker();
});

beforeEach(async () => {
  shop = await shop.startOver(['BLUE-SHIRT', 'RED-SHIRT']);
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7, 'RED-SHIRT': 3 });
  await shop.hardSync();
  await shop.processUploads();
});

/** From now on Shopify answers every request of this operation with 500, and executes none. */
async function breakShopify(operation: string): Promise<void> {
  await shop.twin.control('POST', '/faults', { operation, kind: 'http-500-before', times: 100_000 });
}

async function mendShopify(): Promise<void> {
  await shop.twin.control('DELETE', '/faults');
}

async function readLane(): Promise<Record<string, unknown>> {
  return (await shop.atp('lane', SHOP)).json ?? {};
}

async function readFiles(): Promise<string[]> {
  const rows = await shop.database.query<{ state: string }>(
    'SELECT state FROM upload_file ORDER BY sequence',
  );
  return rows.map(({ state }) => state);
}

/** What doctor says of the lane. */
async function diagnoseLane(): Promise<unknown> {
  const { json } = await shop.atp('doctor');
  const checks = json?.['checks'] as readonly { readonly name: string }[];
  return checks.find(({ name }) => name === `${SHOP}: lane`);
}

async function untilBlockedBy(code: string): Promise<void> {
  await shop.until(async () => {
    const { state, reason } = await readLane();
    return state === 'blocked' && String(reason).startsWith(code);
  });
}

/** As long ago as a call needs to be settled: the test does not wait for it. */
async function letCallsGrowOld(): Promise<void> {
  await shop.database.query(`UPDATE shopify_call SET stored_at = stored_at - interval '1 hour'`);
  await shop.database.query(`UPDATE upload_file SET blocked_at = blocked_at - interval '1 hour'`);
}

async function sellOut(sku: string): Promise<void> {
  await shop.count(`RESET_INVENTORY__${sku}-0.csv`, 'BROADWAY', { [sku]: 0 });
  await shop.recentChanges();
}

test('a file to which Shopify always answers 500 blocks its lane, and a later run applies it once Shopify works', async () => {
  await breakShopify('ReadOnlineAtp');
  await sellOut('BLUE-SHIRT');
  await untilBlockedBy('SHOPIFY_UNREACHABLE');

  expect((await shop.twin.requests('ReadOnlineAtp')).length).toBeGreaterThanOrEqual(SERVICE_TRIES_MAX);
  const { blockedSince } = await readLane();
  const { exitCode, stdout } = await shop.atpText('lane', SHOP);
  expect(exitCode).toBe(4);
  expect(stdout).toContain('the next run tries file 2 again');
  expect(await diagnoseLane()).toMatchObject({
    ok: false,
    detail: expect.stringContaining(`File 2 blocks the lane since ${String(blockedSince)}`) as string,
    hint: expect.stringContaining('each run tries the file again') as string,
  });

  const asked = (await shop.twin.requests('ReadOnlineAtp')).length;
  expect(await shop.processUploads()).toMatchObject({
    laneState: 'blocked',
    blockedBy: { sequence: 2, since: blockedSince, movedOnBy: 'next-run' },
  });
  expect((await shop.twin.requests('ReadOnlineAtp')).length).toBe(asked + BRIEF_TRIES_MAX);
  expect(await readLane()).toMatchObject({ state: 'blocked', blockedSince });

  await mendShopify();
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle', files: [{ sequence: 2 }] });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 3 });
  expect(await readLane()).toMatchObject({ state: 'idle', reason: null, blockedSince: null });
});

describe('a person stops a file', () => {
  test('that is tried again and again, and skips it; the next file brings its products', async () => {
    await breakShopify('SetOnlineAtp');
    await sellOut('BLUE-SHIRT');
    await shop.until(async () => (await shop.twin.requests('SetOnlineAtp')).length > 1);

    expect(await shop.atp('lane', SHOP, 'hold', '--reason', 'it does not go')).toMatchObject({
      exitCode: 0,
      json: { decided: { decision: 'hold', sequence: 2 }, state: 'blocked', movedOnBy: 'person' },
    });
    const run = shop.temporal.client.workflow.getHandle(jobWorkflowId('process-uploads', SHOP));
    expect(await run.result()).toMatchObject({ laneState: 'blocked' });
    await mendShopify();
    expect(await shop.processUploads()).toMatchObject({ laneState: 'blocked', files: [] });

    await expect(shop.decide({ decision: 'skip', sequence: 2 })).rejects.toMatchObject({
      code: 'UPLOAD_FILE_CALL_UNANSWERED',
    });
    await letCallsGrowOld();
    await shop.decide({ decision: 'skip', sequence: 2 });
    await shop.recentChanges();
    expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
    expect(await readFiles()).toEqual(['APPLIED', 'SKIPPED', 'APPLIED']);
    expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 3 });
  });

  test('whose run was terminated, and lets it go on', async () => {
    const hanging = await shop.hold('ReadOnlineAtp');
    await sellOut('BLUE-SHIRT');
    await shop.waitForArrival(hanging);
    await shop.temporal.client.workflow
      .getHandle(jobWorkflowId('process-uploads', SHOP))
      .terminate('by a person');

    await shop.decide({ decision: 'hold', sequence: 2, reason: 'first look at it' });
    expect(await readLane()).toMatchObject({ state: 'blocked', movedOnBy: 'person' });

    await shop.release(hanging);
    await shop.decide({ decision: 'retry', sequence: 2 });
    await shop.processUploads();
    expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 3 });
  });
});

test('a fault of atp-sync itself blocks the file as UNEXPECTED, and later runs try it again', async () => {
  await breakShopify('ReadOnlineAtp');
  await sellOut('BLUE-SHIRT');
  await untilBlockedBy('SHOPIFY_UNREACHABLE');
  // No code of ours expects a number in the place of a list.
  await shop.database.query(`UPDATE applied_row SET debt = 1, drops = '7'`);
  await mendShopify();

  // The first may join the run that has blocked the file and is about to end.
  await shop.until(async () => {
    await shop.processUploads();
    const { state, reason, movedOnBy } = await readLane();
    return state === 'blocked' && String(reason).startsWith('UNEXPECTED: ') && movedOnBy === 'next-run';
  });

  await shop.database.query('UPDATE applied_row SET debt = 0, drops = NULL');
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 3 });
});

test('a file that cannot be written to SFTP fails its producer and blocks the lane, and a later run writes it', async () => {
  const folder = join(shop.sftpFolder, 'outgoing', SHOP);
  await rename(folder, `${folder}-away`);
  await writeFile(folder, 'a file in the place of the folder');

  await expect(sellOut('BLUE-SHIRT')).rejects.toMatchObject({ code: 'SFTP_UNREACHABLE' });
  await untilBlockedBy('SFTP_UNREACHABLE');
  expect(await readFiles()).toEqual(['APPLIED', 'BLOCKED']);

  await rm(folder);
  await rename(`${folder}-away`, folder);
  // The first may join the run that has blocked the file and is about to end.
  await shop.until(async () => (await shop.processUploads()).laneState === 'idle');
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 0, 'RED-SHIRT': 3 });
});

// The last one: it ends the worker of this file.
test('a person stops a file while its worker stands still in a call, and the worker writes nothing when it goes on', async () => {
  const call = await shop.hold('SetOnlineAtp');
  await sellOut('BLUE-SHIRT');
  await shop.waitForArrival(call);
  worker.signal('SIGSTOP');
  await shop.startImpatientWorker();

  await shop.decide({ decision: 'hold', sequence: 2, reason: 'its worker is gone' });
  await letCallsGrowOld();
  await shop.decide({ decision: 'skip', sequence: 2 });
  const ledger = () =>
    shop.database.query(
      `SELECT product_id, sequence, outcome, sent FROM applied_row
       UNION ALL SELECT state, sequence, NULL, chunk FROM shopify_call ORDER BY 1, 2`,
    );
  const before = await ledger();

  await shop.release(call);
  // It goes on, and ends only when it has finished what it was doing.
  await worker.endOrderly();

  expect(await ledger()).toEqual(before);
  expect(await readFiles()).toEqual(['APPLIED', 'SKIPPED']);
  await shop.recentChanges();
  await shop.processUploads();
  expect(await readFiles()).toEqual(['APPLIED', 'SKIPPED', 'APPLIED']);
  expect(await shop.verify()).toMatchObject({ checked: 2, equal: 2 });
});
