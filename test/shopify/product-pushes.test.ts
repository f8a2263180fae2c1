/** What files have done with one product, as a person looks it up. */
import { expect, test } from 'vitest';
import { listPushes } from '../../src/postgres/lane/product-pushes.ts';
import { ChunkBench, SHOP } from './chunk-bench.ts';

function pushesOf(bench: ChunkBench, productId: string, before: number | null = null, limit = 50) {
  return listPushes(bench.database, { shopId: SHOP, productId }, { before, limit });
}

test('each file tells what it said, what Shopify showed before, what was sent, and what came of it', async () => {
  const bench = await ChunkBench.open({ A: 3, B: 7 });
  await bench.addFile(1, { A: 10, B: 7 });
  await bench.apply(1);
  await bench.change('levels', { sku: 'A', available: 12 });
  await bench.addFile(2, { A: 8 });
  await bench.apply(2);
  await bench.addFile(3, { A: 5, B: 6 });

  expect(await pushesOf(bench, 'A')).toMatchObject({
    next: null,
    pushes: [
      {
        sequence: 3,
        quantity: 5,
        quantityBefore: 8,
        shopifyBefore: null,
        sent: null,
        outcome: 'WAITING',
        at: null,
      },
      { sequence: 2, quantity: 8, quantityBefore: 10, shopifyBefore: 12, sent: 8, outcome: 'APPLIED' },
      { sequence: 1, quantity: 10, quantityBefore: null, shopifyBefore: 3, sent: 10, outcome: 'APPLIED' },
    ],
  });
  expect((await pushesOf(bench, 'B')).pushes).toMatchObject([
    { sequence: 3, outcome: 'WAITING' },
    { sequence: 1, quantity: 7, shopifyBefore: 7, sent: null, outcome: 'UNCHANGED' },
  ]);
});

test('what no call had is no push once a later file has settled the product, and a file that was left out sent nothing', async () => {
  const bench = await ChunkBench.open({ A: 7 });
  await bench.addFile(1, { A: 7 });
  await bench.apply(1);
  await bench.addFile(2, { A: 9 });
  await bench.database.query(
    `UPDATE upload_file SET state = 'APPLIED', closed_at = now() WHERE sequence = 1`,
  );
  for (const change of [`state = 'BLOCKED'`, `state = 'SKIPPED', closed_at = now()`]) {
    await bench.database.query(`UPDATE upload_file SET ${change} WHERE sequence = 2`);
  }
  await bench.addFile(3, { A: 6 });
  await bench.apply(3);

  expect(
    (await pushesOf(bench, 'A')).pushes.map(({ sequence, outcome }) => `${sequence} ${outcome}`),
  ).toEqual(['3 APPLIED', '2 NOT_SENT', '1 NO_WRITE']);
});

test('pages follow each other without a gap', async () => {
  const bench = await ChunkBench.open({ A: 1 });
  for (const sequence of [1, 2, 3, 4, 5]) await bench.addFile(sequence, { A: sequence });

  const first = await pushesOf(bench, 'A', null, 2);
  const second = await pushesOf(bench, 'A', first.next, 2);
  const third = await pushesOf(bench, 'A', second.next, 2);

  const sequences = [first, second, third].map(({ pushes }) => pushes.map(({ sequence }) => sequence));
  expect(sequences).toEqual([[5, 4], [3, 2], [1]]);
  expect(third.next).toBeNull();
});

test('a product is found in each file that has it, whatever its id, and in no other', async () => {
  const bench = await ChunkBench.open({ A: 1 });
  // An order by language would put these elsewhere than an order by code points does.
  const ids = ['a', 'B', 'b-1', 'B2', 'Ä', 'ä', 'z', 'Z', '0', '00', '-', '_', 'é', 'ee', '10', '9'];
  for (const [at, left] of ids.entries()) {
    await bench.database.query(
      `INSERT INTO upload_file (shop_id, sequence, kind, state, producer_key, facility_group_id, location_id,
         snapshot, effective_at, row_count)
       VALUES ($1, $2, 'recent-changes', 'APPLIED', $3, 'FAC_GRP', 'there', pg_current_snapshot(), now(), $4)`,
      [SHOP, at + 1, `test ${at}`, ids.length - 1],
    );
    // As a producer writes them, all ids but one.
    await bench.database.query(
      `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity)
       SELECT $1, $2, row_number() OVER (ORDER BY id COLLATE "C") - 1, id, id, 'item ' || id, 1
       FROM unnest($3::text[]) AS id WHERE id <> $4`,
      [SHOP, at + 1, ids, left],
    );
  }

  for (const [at, id] of ids.entries()) {
    const { pushes } = await pushesOf(bench, id);
    expect(pushes.map(({ sequence }) => sequence)).toEqual(
      ids
        .map((_, file) => file + 1)
        .filter((sequence) => sequence !== at + 1)
        .toReversed(),
    );
  }
});

test('of two attempts that had the row in two chunks, the later call tells what came of it', async () => {
  const bench = await ChunkBench.open({ A: 5 });
  await bench.addFile(1, { A: 9 });
  await bench.apply(1);
  await bench.database.query(
    `INSERT INTO shopify_call (shop_id, sequence, chunk, generation, idempotency_key, variables, epoch, debts, row_count,
       positions, sending_until, state, stored_at)
     SELECT shop_id, sequence, 1, 1, gen_random_uuid(), replace(variables, '"quantity":9', '"quantity":8'), epoch, debts,
       row_count, positions, sending_until, 'EXPIRED_UNKNOWN', stored_at - interval '1 hour' FROM shopify_call`,
  );
  await bench.addFile(2, { A: 9 });
  await bench.apply(2);

  const { pushes } = await pushesOf(bench, 'A');
  expect(pushes.at(-1)).toMatchObject({ sequence: 1, sent: 9, outcome: 'APPLIED' });
});
