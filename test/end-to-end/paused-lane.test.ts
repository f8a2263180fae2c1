/** A paused lane: nothing is sent to the shop, whoever would send it, and nothing is lost. */
import { expect, test } from 'vitest';
import { CALLS_IN_FLIGHT, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { ensureSchedules } from '../../src/temporal/schedules.ts';
import { atpWith } from '../cli/atp.ts';
import { Installation, SHOP } from './installation.ts';

test('a pause of Process uploads stops what is sent, too: producers go on, and wake nobody who sends', async () => {
  const shop = await Installation.open(['BLUE-SHIRT']);
  const atp = await atpWith(shop.environment);
  await shop.startWorker();
  await ensureSchedules(shop.temporal, SHOP);
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', { 'BLUE-SHIRT': 7 });
  await shop.hardSync();
  await shop.processUploads();

  const job = ['process-uploads', '--shop', SHOP];
  expect(await atp.json(['job', 'pause', ...job, '--reason', 'stock-take', '--by', 'Ann'])).toMatchObject({
    paused: true,
    lanePause: { by: 'Ann', reason: 'stock-take' },
  });
  await shop.count('RESET_INVENTORY__2.csv', 'BROADWAY', { 'BLUE-SHIRT': 8 });
  expect(await shop.recentChanges()).toMatchObject({ fileSequence: 2 });

  expect(await shop.processUploads()).toMatchObject({ files: [], laneState: 'paused' });
  expect(await shop.readShown()).toEqual({ 'BLUE-SHIRT': 7 });
  const settledOfHeld = async () => {
    const pipeline = ['pipeline', 'needs-attention', '--job', 'process-uploads'];
    const { jobs } = await atp.json<{ jobs: readonly { settled: string | null }[] }>(pipeline);
    return jobs.map(({ settled }) => settled);
  };
  // Temporal lists a run a moment after it has ended.
  await shop.until(async () => (await settledOfHeld()).includes(null));

  expect(await atp.json(['job', 'resume', ...job])).toMatchObject({ paused: false, lanePause: null });
  expect(new Set(await settledOfHeld())).toEqual(new Set(['The lane was since resumed']));
  await shop.until(async () => (await shop.readShown())['BLUE-SHIRT'] === 8);
});

test('a pause in the middle of a file begins no further call; those on their way are answered, and a resume goes on', async () => {
  const skus = Array.from({ length: (CALLS_IN_FLIGHT + 1) * ROWS_PER_CALL }, (_, index) => `SHIRT-${index}`);
  const right = Object.fromEntries(skus.map((sku) => [sku, 7]));
  const shop = await Installation.open(skus);
  const atp = await atpWith(shop.environment);
  await shop.startWorker();
  await shop.count('RESET_INVENTORY__1.csv', 'BROADWAY', right);
  const holds: string[] = [];
  for (let call = 0; call < CALLS_IN_FLIGHT; call += 1) holds.push(await shop.hold('SetOnlineAtp'));
  await shop.hardSync();
  for (const hold of holds) await shop.waitForArrival(hold);

  expect(
    await atp.json(['lane', SHOP, 'pause', '--reason', 'Shopify incident', '--by', 'Ann']),
  ).toMatchObject({
    state: 'paused',
    pause: { by: 'Ann', reason: 'Shopify incident' },
    filesWaiting: 1,
  });
  await Promise.all(holds.map((hold) => shop.release(hold)));

  expect(await shop.processUploads()).toMatchObject({
    files: [],
    laneState: 'paused',
    pause: { by: 'Ann', reason: 'Shopify incident' },
  });
  expect(await shop.twin.requests('SetOnlineAtp')).toHaveLength(CALLS_IN_FLIGHT);
  const calls = await shop.database.query<{ state: string }>('SELECT state FROM shopify_call');
  expect(calls.map(({ state }) => state)).toEqual(Array<string>(CALLS_IN_FLIGHT).fill('APPLIED'));

  await atp.json(['lane', SHOP, 'resume']);
  expect(await shop.processUploads()).toMatchObject({ laneState: 'idle' });
  expect(await shop.readShown()).toEqual(right);
  expect([...(await shop.countAppliedByKey()).values()].every((times) => times === 1)).toBe(true);
  expect(await atp.json(['lane', SHOP, '--audit'])).toMatchObject({ isSound: true });
});

test('a lane is paused and resumed without Temporal and without a worker, once each, with who and why', async () => {
  const shop = await Installation.open(['BLUE-SHIRT']);
  const atp = await atpWith({ ...shop.environment, TEMPORAL_ADDRESS: '127.0.0.1:1' });
  const pause = ['lane', SHOP, 'pause', '--reason', 'stock-take', '--by', 'Ann'];

  expect(await atp.failure('lane', SHOP, 'pause')).toBe('INPUT_INVALID 2');
  expect(await atp.failure('lane', SHOP, 'pause', '1', '--reason', 'of file 1')).toBe('INPUT_INVALID 2');

  expect(await atp.run(...pause)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /PAUSED since .+ by Ann: stock-take\. Nothing is sent; 0 files wait\n.*`atp lane blue-shirts resume`/,
    ) as string,
  });
  expect((await atp.run('lane', SHOP)).exitCode).toBe(4);
  expect(await atp.run(...pause)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('LANE_PAUSED') as string,
  });

  const resumed = await atp.run('lane', SHOP, 'resume', '--by', 'Bert');
  expect(resumed).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('could not be woken') as string,
  });
  expect(await atp.run('lane', SHOP, 'resume')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('LANE_NOT_PAUSED') as string,
  });
  const acts = await shop.database.query(
    `SELECT act, actor, input ->> 'reason' AS reason, after #>> '{pause,reason}' AS paused, outcome
     FROM audit_log ORDER BY id`,
  );
  expect(acts).toEqual([
    { act: 'lane.pause', actor: 'Ann', reason: 'stock-take', paused: 'stock-take', outcome: 'DONE' },
    { act: 'lane.pause', actor: 'Ann', reason: 'stock-take', paused: null, outcome: 'LANE_PAUSED' },
    { act: 'lane.resume', actor: 'Bert', reason: null, paused: null, outcome: 'DONE' },
    expect.objectContaining({ act: 'lane.resume', outcome: 'LANE_NOT_PAUSED' }),
  ]);
});
