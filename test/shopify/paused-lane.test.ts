/** A chunk of a lane that is paused while an attempt works on it. */
import { expect, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { pauseLane, resumeLane } from '../../src/postgres/lane/lane-pause.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

const BY_ANN = { by: 'Ann', reason: 'stock-take' };

test('begins no call, although the attempt has entered the lane before the pause', async () => {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 10 });
  const attempt = await bench.startAttempt();
  await pauseLane(bench.database, SHOP, BY_ANN);

  await expect(applyWindows(attempt, [{ sequence: 1, window: 0 }], ROWS_PER_CALL)).rejects.toMatchObject({
    code: 'LANE_PAUSED',
  });

  expect(await bench.readWrites()).toEqual([]);
  expect(await bench.readCalls(1)).toEqual([]);
});

test('repeats no call whose answer was lost, and repeats it once it is resumed', async () => {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 10 });
  await bench.armFault('http-500-after');
  await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  await pauseLane(bench.database, SHOP, BY_ANN);

  await expect(bench.apply(1)).rejects.toMatchObject({ code: 'LANE_PAUSED' });
  expect(await bench.readWrites()).toHaveLength(1);

  await resumeLane(bench.database, SHOP);
  await bench.apply(1);
  expect(await bench.readWrites()).toEqual([1, 0]);
  expect(await bench.readOutcomes(1)).toEqual({ A: 'APPLIED' });
});

test.each([
  ['the answer', () => Promise.resolve(), 'APPLIED', undefined],
  // The rows of a refused call would go into a new one.
  ['the refusal', (bench: ChunkBench) => bench.sell('A', 1), 'REFUSED', { code: 'LANE_PAUSED' }],
] as const)('records %s of a call that was on its way', async (_what, meanwhile, state, end) => {
  const bench = await ChunkBench.open({ A: 5 });
  await bench.addFile(1, { A: 10 });
  const attempt = await bench.startAttempt();
  const hold = await bench.twin.hold('SetOnlineAtp');
  const ended = applyWindows(attempt, [{ sequence: 1, window: 0 }], ROWS_PER_CALL).catch(
    (error: unknown) => error,
  );
  await bench.twin.control('GET', `/holds/${hold.id}?arrived`);
  await meanwhile(bench);
  await pauseLane(bench.database, SHOP, BY_ANN);
  await bench.twin.control('DELETE', `/holds/${hold.id}`);

  if (end === undefined) expect(await ended).toBeUndefined();
  else expect(await ended).toMatchObject(end);
  expect(await bench.twin.requests('SetOnlineAtp')).toHaveLength(1);
  expect(await bench.readCalls(1)).toEqual([state]);

  await resumeLane(bench.database, SHOP);
  await bench.apply(1);
  expect(await bench.readOutcomes(1)).toEqual({ A: 'APPLIED' });
});
