/** Rows that differ are few, and on several pages of their file: they go in one call, and an attempt that takes over finds them. */
import { expect, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { DOUBTFUL_CALLS_MAX, ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { until } from '../setup/until.ts';
import { ChunkBench } from './chunk-bench.ts';

const WINDOW = { sequence: 1, window: 0 };

/** `count` SKUs in the order of the file, each with so many units. */
function unitsOf(count: number, units: number): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`S${String(index).padStart(4, '0')}`, units]),
  );
}

/** On the first, second and third page. */
const DIFFERING = { S0003: 7, S0251: 8, S0599: 9 };

async function openThreePages(): Promise<ChunkBench> {
  const bench = await ChunkBench.open(unitsOf(600, 5));
  await bench.addFile(1, { ...unitsOf(600, 5), ...DIFFERING });
  return bench;
}

async function readApplied(bench: ChunkBench): Promise<readonly string[]> {
  const outcomes = Object.entries(await bench.readOutcomes(1));
  expect(outcomes).toHaveLength(600);
  return outcomes.filter(([, outcome]) => outcome === 'APPLIED').map(([sku]) => sku);
}

async function apply(bench: ChunkBench, rowCount = 600): Promise<void> {
  await applyWindows(await bench.startAttempt(), [WINDOW], rowCount);
}

test('rows of several pages that differ are written by one call', async () => {
  const bench = await openThreePages();

  await apply(bench);

  expect(await bench.readWrites()).toEqual([3]);
  expect(await bench.twin.requests('ReadOnlineAtp')).toHaveLength(3);
  expect(await readApplied(bench)).toEqual(Object.keys(DIFFERING));
  expect(await bench.readShown()).toMatchObject({ ...DIFFERING, S0000: 5 });
});

test('of two calls that the last page completes, neither waits for the answer of the other', async () => {
  const bench = await ChunkBench.open(unitsOf(2 * ROWS_PER_CALL, 5));
  const differing = Object.keys(unitsOf(2 * ROWS_PER_CALL, 5)).filter(
    (_, index) => index % ROWS_PER_CALL < 200,
  );
  await bench.addFile(1, {
    ...unitsOf(2 * ROWS_PER_CALL, 5),
    ...Object.fromEntries(differing.map((sku) => [sku, 6])),
  });

  await Promise.all([
    apply(bench, 2 * ROWS_PER_CALL),
    bench.runWhileNextWriteWaits(() =>
      until(async () => {
        const shown = Object.values(await bench.readShown());
        expect([150, 250]).toContain(shown.filter((units) => units === 6).length);
      }),
    ),
  ]);

  expect((await bench.readWrites()).toSorted((a, b) => a - b)).toEqual([150, 250]);
});

test('such a call whose answer was lost is repeated as it is before anything is read, and settles its rows on all pages', async () => {
  const bench = await openThreePages();
  await bench.armFault('http-500-after');
  await expect(apply(bench)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  const before = (await bench.twin.requests()).length;

  await apply(bench);

  const after = (await bench.twin.requests()).slice(before);
  expect(after.map(({ operation }) => operation)).toEqual(['SetOnlineAtp']);
  expect(await bench.readWrites()).toEqual([3, 0]);
  expect(await readApplied(bench)).toEqual(Object.keys(DIFFERING));
});

test('of such a call, the row that was sold meanwhile is written by a second one', async () => {
  const bench = await openThreePages();

  await Promise.all([apply(bench), bench.runWhileNextWriteWaits(() => bench.sell('S0251', 1))]);

  expect(await bench.readWrites()).toEqual([0, 2, 1]);
  expect(await readApplied(bench)).toEqual(Object.keys(DIFFERING));
});

test('a call that a release before has stored, which does not say where its rows are, is gone on with', async () => {
  const bench = await ChunkBench.open(unitsOf(300, 5));
  await bench.addFile(1, { ...unitsOf(300, 5), S0260: 9, S0261: 9 });
  await bench.armFault('http-500-after');
  await expect(apply(bench, 300)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  await bench.database.query('UPDATE shopify_call SET positions = NULL, chunk = 1');

  await apply(bench, 300);

  expect(await bench.readWrites()).toEqual([2, 0]);
  expect(await bench.readOutcomes(1)).toMatchObject({
    S0260: 'APPLIED',
    S0261: 'APPLIED',
    S0000: 'UNCHANGED',
  });
});

test('an attempt that was cut off between two chunks leaves the rest to the next one, under other keys', async () => {
  const rowCount = 2 * ROWS_PER_CALL;
  const bench = await ChunkBench.open(unitsOf(rowCount, 5));
  await bench.addFile(1, unitsOf(rowCount, 6));
  const cut = new AbortController();
  const first = applyWindows(await bench.startAttempt(), [WINDOW], rowCount, {
    atOnce: () => 1,
    signal: cut.signal,
    onDone: (rows) => {
      if (rows === ROWS_PER_CALL) cut.abort();
    },
  });
  await expect(first).rejects.toThrow('abort');
  expect(await bench.readWrites()).toEqual([ROWS_PER_CALL]);

  await apply(bench, rowCount);

  expect(await bench.readWrites()).toEqual([ROWS_PER_CALL, ROWS_PER_CALL]);
  expect(await bench.readShown()).toEqual(unitsOf(rowCount, 6));
  const calls = await bench.twin.requests('SetOnlineAtp');
  expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
});

test('a read and a write that Shopify throttles are made again by themselves, and the call does not count as one that may have arrived', async () => {
  const bench = await openThreePages();
  await bench.armFault('throttled');
  await bench.twin.control('POST', '/faults', { kind: 'throttled', operation: 'ReadOnlineAtp', times: 1 });

  await apply(bench);

  expect(await bench.readWrites()).toEqual([0, 3]);
  expect(await readApplied(bench)).toEqual(Object.keys(DIFFERING));
  const calls = await bench.database.query('SELECT state, repeated, generation FROM shopify_call');
  expect(calls).toEqual([{ state: 'APPLIED', repeated: false, generation: 0 }]);
});

test('an attempt that is cancelled while Shopify throttles it does not wait for the end of the pause', async () => {
  const bench = await openThreePages();
  await bench.twin.control('POST', '/faults', { kind: 'http-429', operation: 'ReadOnlineAtp', times: 100 });
  const cut = new AbortController();
  const attempt = await bench.startAttempt();
  const ended = applyWindows(attempt, [WINDOW], 600, { signal: cut.signal }).catch((error: unknown) => error);
  await until(async () => {
    expect(await bench.twin.requests('ReadOnlineAtp')).not.toEqual([]);
  });

  cut.abort();

  expect(await ended).toMatchObject({ name: 'AbortError' });
});

test('calls in doubt of other rows of the window do not hide that of a row, whatever their number', async () => {
  const bench = await ChunkBench.open(unitsOf(300, 5));
  await bench.addFile(1, unitsOf(300, 5));
  await apply(bench, 300);
  await bench.addFile(2, { ...unitsOf(300, 5), S0260: 10, S0261: 10 });
  await bench.armFault('http-500-after');
  const second = async () => applyWindows(await bench.startAttempt(), [{ sequence: 2, window: 0 }], 300);
  await expect(second()).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
  await Promise.all([bench.sell('S0260', 3), bench.sell('S0261', 2)]);
  // As if its repeat had been refused; and so many others, of another row, after it.
  await bench.database.query(
    `UPDATE shopify_call SET state = 'REFUSED', repeated = true, outcome = '[]' WHERE sequence = 2`,
  );
  await bench.database.query(
    `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, debts, row_count,
       positions, sending_until, state, repeated, outcome)
     SELECT shop_id, sequence, 1 + i % 20, i, gen_random_uuid(),
       jsonb_set(variables::jsonb, '{input,quantities}', '[]')::text, epoch, debts, row_count, '{1}', sending_until, state,
       repeated, outcome
     FROM shopify_call, generate_series(1, $1::int) AS i WHERE sequence = 2`,
    [DOUBTFUL_CALLS_MAX],
  );

  await second();

  expect(await bench.readShown()).toMatchObject({ S0260: 7, S0261: 8 });
});
