/** Applying a chunk to Shopify: each row right, each call applied once, whatever is lost or sold in between. */
import { describe, expect, test } from 'vitest';
import { applyWindows } from '../../activities/apply-windows.ts';
import { ROWS_PER_CALL } from '../../src/domain/limits.ts';
import { ChunkBench } from './chunk-bench.ts';
import { documentText, LOCATION, SHOP as TWIN_SHOP } from './twin-fixture.ts';

test('a chunk writes only the rows that differ, in one call', async () => {
  const bench = await ChunkBench.open({ A: 1, B: 2, C: 3 });
  await bench.addFile(1, { A: 1, B: 20, C: 0 });

  await bench.apply(1);

  expect(await bench.readShown()).toEqual({ A: 1, B: 20, C: 0 });
  expect(await bench.readOutcomes(1)).toEqual({ A: 'UNCHANGED', B: 'APPLIED', C: 'APPLIED' });
  expect(await bench.readWrites()).toEqual([2]);
});

test('a chunk without a difference costs a read and no write', async () => {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 1 });

  await bench.apply(1);

  expect(await bench.readWrites()).toEqual([]);
  expect(await bench.readOutcomes(1)).toEqual({ A: 'UNCHANGED' });
});

test('a chunk that is applied again sends no request', async () => {
  const bench = await ChunkBench.open({ A: 1 });
  await bench.addFile(1, { A: 2 });
  await bench.apply(1);
  const before = (await bench.twin.requests()).length;

  await bench.apply(1);

  expect(await bench.twin.requests()).toHaveLength(before);
});

describe('an answer that is lost', () => {
  test.each(['http-500-after', 'drop-after', 'truncated-body-after'])(
    'after Shopify has applied the call (%s) leads to the same request again, which counts once',
    async (kind) => {
      const bench = await ChunkBench.open({ A: 1, B: 2 });
      await bench.addFile(1, { A: 10, B: 20 });
      await bench.armFault(kind);
      await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
      expect(await bench.readOutcomes(1)).toEqual({});

      await bench.apply(1);

      const [first, second, ...more] = await bench.twin.requests('SetOnlineAtp');
      expect(more).toEqual([]);
      expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
      expect(await bench.readWrites()).toEqual([2, 0]);
      expect(await bench.readOutcomes(1)).toEqual({ A: 'APPLIED', B: 'APPLIED' });
    },
  );

  test('before Shopify has applied the call leads to a repeat, which applies it', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.addFile(1, { A: 10 });
    await bench.armFault('http-500-before');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });

    await bench.apply(1);

    expect(await bench.readShown()).toEqual({ A: 10 });
    expect(await bench.readWrites()).toEqual([0, 1]);
  });

  test('never leads to a second write, even when Shopify has forgotten the key, because of the compare-and-swap', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.addFile(1, { A: 10 });
    await bench.armFault('http-500-after');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.forgetKeys();

    await bench.apply(1);

    expect(await bench.readWrites()).toEqual([1, 0]);
    expect(await bench.readOutcomes(1)).toEqual({ A: 'UNCHANGED' });
  });

  test('never leads to a repeat that puts a unit back on sale which was sold meanwhile', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.addFile(1, { A: 10 });
    await bench.armFault('http-500-after');
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.sell('A', 1);

    await bench.apply(1);

    expect(await bench.readShown()).toEqual({ A: 9 });
  });
});

describe('a row that moves between read and write', () => {
  test('is decided again on a new read, after the other rows were applied without one', async () => {
    const bench = await ChunkBench.open({ A: 5, B: 5 });
    await bench.addFile(1, { A: 10, B: 20 });

    await Promise.all([bench.apply(1), bench.runWhileNextWriteWaits(() => bench.sell('A', 1))]);

    expect(await bench.readShown()).toEqual({ A: 10, B: 20 });
    expect(await bench.readWrites()).toEqual([0, 1, 1]);
    expect(await bench.twin.requests('ReadOnlineAtp')).toHaveLength(2);
  });

  test('is owed to the next file after three times, and the other rows are applied', async () => {
    const bench = await ChunkBench.open({ A: 9, B: 5 });
    await bench.addFile(1, { A: 20, B: 20 });

    await Promise.all([
      bench.apply(1),
      (async () => {
        // The second write is that of B alone.
        for (let write = 1; write <= 4; write += 1)
          await bench.runWhileNextWriteWaits(() => bench.sell('A', 1));
      })(),
    ]);

    expect(await bench.readOutcomes(1)).toEqual({ A: 'QUANTITY_STALE', B: 'APPLIED' });
    expect(await bench.readShown()).toEqual({ A: 5, B: 20 });
    expect(await bench.readOwed()).toEqual(['A QUANTITY_STALE']);
  });
});

describe('a row that cannot be applied', () => {
  test('is quarantined with its cause, and the other rows are applied', async () => {
    const bench = await ChunkBench.open({ A: 1, 'NOT-STOCKED': 1, 'NOT-TRACKED': 1, GONE: 1 });
    await bench.addFile(1, { A: 5, 'NOT-STOCKED': 5, 'NOT-TRACKED': 5, GONE: 5 });
    await bench.change('levels', { sku: 'NOT-STOCKED', isActive: false });
    await bench.change('items', { sku: 'NOT-TRACKED', tracked: false });
    await bench.remove('GONE');

    await bench.apply(1);

    expect(await bench.readOutcomes(1)).toEqual({
      A: 'APPLIED',
      GONE: 'ITEM_NOT_FOUND',
      'NOT-STOCKED': 'LEVEL_INACTIVE',
      'NOT-TRACKED': 'ITEM_NOT_TRACKED',
    });
  });

  test('is quarantined as well when only Shopify’s refusal names it', async () => {
    const bench = await ChunkBench.open({ A: 1, GONE: 1 });
    await bench.addFile(1, { A: 5, GONE: 5 });

    await Promise.all([bench.apply(1), bench.runWhileNextWriteWaits(() => bench.remove('GONE'))]);

    expect(await bench.readOutcomes(1)).toEqual({ A: 'APPLIED', GONE: 'ITEM_NOT_FOUND' });
    expect(await bench.readWrites()).toEqual([0, 1]);
  });

  test('fails the whole chunk when its location is deactivated', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.addFile(1, { A: 5 });
    await bench.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/locations`, [
      { id: LOCATION, isActive: false },
    ]);

    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'LOCATION_UNUSABLE' });
    expect(await bench.twin.requests('SetOnlineAtp')).toEqual([]);
  });

  test('fails it also when Shopify shows the right quantities there, and settles nothing', async () => {
    const bench = await ChunkBench.open({ A: 5 });
    await bench.addFile(1, { A: 5 });
    await bench.twin.control('PATCH', `/shops/${TWIN_SHOP.domain}/locations`, [
      { id: LOCATION, isActive: false },
    ]);

    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'LOCATION_UNUSABLE' });
    expect(await bench.readOutcomes(1)).toEqual({});
  });
});

describe('an attempt that comes back after another has taken its place', () => {
  test('writes nothing of its own: what it sends is the stored call', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.addFile(1, { A: 5 });
    const zombie = await bench.startAttempt();
    const { id } = await bench.twin.hold('SetOnlineAtp');
    const late = expect(
      applyWindows(zombie, [{ sequence: 1, window: 0 }], ROWS_PER_CALL),
    ).rejects.toMatchObject({
      code: 'LANE_ATTEMPT_OVERTAKEN',
    });
    await bench.twin.control('GET', `/holds/${id}?arrived`);
    await bench.endSendings(1);
    // Shopify is still at the zombie's request: it refuses the same key until that one is done.
    await expect(bench.apply(1)).rejects.toMatchObject({ code: 'SHOPIFY_UNREACHABLE' });
    await bench.twin.control('DELETE', `/holds/${id}`);
    await late;

    await bench.apply(1);

    expect(await bench.readShown()).toEqual({ A: 5 });
    expect((await bench.readWrites()).reduce((sum, applied) => sum + applied, 0)).toBe(1);
    expect(await bench.readOutcomes(1)).toEqual({ A: 'APPLIED' });
  });

  test('cannot undo later files: 5 → 7 → 5 stays 5, with three writes', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    for (const [index, quantity] of [5, 7, 5].entries()) {
      await bench.addFile(index + 1, { A: quantity });
      await bench.apply(index + 1);
    }
    const requests = await bench.twin.requests('SetOnlineAtp');

    for (const { variables } of requests) {
      await bench.twin.query(documentText('set-online-atp'), variables);
    }

    expect(await bench.readShown()).toEqual({ A: 5 });
    expect(await bench.readWrites()).toEqual([1, 1, 1, 0, 0, 0]);
  });

  test('leaves alone a row that a later file has settled', async () => {
    const bench = await ChunkBench.open({ A: 1 });
    await bench.addFile(1, { A: 5 });
    await bench.addFile(2, { A: 7 });
    await bench.apply(2);

    await bench.apply(1);

    expect(await bench.readShown()).toEqual({ A: 7 });
    expect(await bench.readOutcomes(2)).toEqual({ A: 'APPLIED' });
  });
});
