/** Windows of a file overlap: the next one begins while calls of the one before are on their way. */
import { expect, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { PAGES_PER_WINDOW, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { until } from '../setup/until.ts';
import { ChunkBench } from './chunk-bench.ts';

const ROWS_PER_WINDOW = PAGES_PER_WINDOW * ROWS_PER_CALL;
const ROW_COUNT = ROWS_PER_WINDOW + 2;
const WINDOWS = [0, 1].map((window) => ({ sequence: 1, window }));

function skuAt(position: number): string {
  return `S${String(position).padStart(5, '0')}`;
}

/** In the first window, and in the second. */
const FIRST = skuAt(7);
const SECOND = skuAt(ROWS_PER_WINDOW + 1);

/** A file of two windows. In each, one row differs from what Shopify shows. */
async function openTwoWindows(): Promise<ChunkBench> {
  const units = Object.fromEntries(Array.from({ length: ROW_COUNT }, (_, index) => [skuAt(index), 5]));
  const bench = await ChunkBench.open(units);
  await bench.addFile(1, { ...units, [FIRST]: 7, [SECOND]: 8 });
  return bench;
}

test('a window is written while a call of the other one has no answer yet', async () => {
  const bench = await openTwoWindows();

  await Promise.all([
    applyWindows(await bench.startAttempt(), WINDOWS, ROW_COUNT),
    bench.runWhileNextWriteWaits(() =>
      until(async () => {
        const shown = await bench.readShown();
        expect([shown[FIRST] === 7, shown[SECOND] === 8].toSorted()).toEqual([false, true]);
      }),
    ),
  ]);

  expect(await bench.readShown()).toMatchObject({ [FIRST]: 7, [SECOND]: 8 });
});

test('an attempt that takes over while both windows have a call on its way repeats both as they are', async () => {
  const bench = await openTwoWindows();
  const holds = [await bench.twin.hold('SetOnlineAtp'), await bench.twin.hold('SetOnlineAtp')];
  const overtaken = applyWindows(await bench.startAttempt(), WINDOWS, ROW_COUNT).catch(
    (error: unknown) => error,
  );
  for (const { id } of holds) await bench.twin.control('GET', `/holds/${id}?arrived`);
  const stored = await bench.database.query('SELECT chunk, state FROM shopify_call ORDER BY chunk');
  expect(stored).toEqual([
    { chunk: 0, state: 'STORED' },
    { chunk: PAGES_PER_WINDOW, state: 'STORED' },
  ]);

  const successor = await bench.startAttempt();
  for (const { id } of holds) await bench.twin.control('DELETE', `/holds/${id}`);
  expect(await overtaken).toMatchObject({ code: 'LANE_ATTEMPT_OVERTAKEN' });
  await bench.endSendings(1);
  await applyWindows(successor, WINDOWS, ROW_COUNT);

  const writes = await bench.twin.requests('SetOnlineAtp');
  expect(writes).toHaveLength(4);
  const appliedByKey = Map.groupBy(writes, ({ idempotencyKey }) => idempotencyKey);
  expect([...appliedByKey.values()].map((same) => same.flatMap(({ applied }) => applied).length)).toEqual([
    1, 1,
  ]);
  expect(await bench.readShown()).toMatchObject({ [FIRST]: 7, [SECOND]: 8 });
  expect(Object.values(await bench.readOutcomes(1)).filter((outcome) => outcome === 'APPLIED')).toHaveLength(
    2,
  );
});
