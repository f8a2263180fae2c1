/** The order of a file's rows: the lane goes by it, and a product is looked up by it. */
import { expect, test } from 'vitest';
import { listPushes } from '../../src/postgres/lane/product-pushes.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, Retailer, SHOP } from './retailer.ts';

/** An order by language would put these elsewhere than an order by code points does. Each has 10 units. */
const IDS = ['a', 'B', 'b-1', 'B2', 'Ä', 'ä', 'z', 'Z', '-', '_', 'é', 'ee'];

async function openShop(): Promise<Retailer> {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, IDS);
  await retailer.switchGuardOff();
  await retailer.produce('hard-sync');
  for (const state of ['READY', 'APPLYING', 'APPLIED'])
    await database.query('UPDATE upload_file SET state = $1', [state]);
  return retailer;
}

test.each(['recent-changes', 'hard-sync'] as const)(
  'of %s, what is sold out comes first, then what falls, then the others',
  async (kind) => {
    const retailer = await openShop();
    const changes = { z: -10, B: -10, _: -1, é: -3, a: 5, ee: 1 };
    for (const [id, units] of Object.entries(changes)) await retailer.post(id, BROADWAY, units, 0);

    await retailer.produce(kind);

    const rows = Object.entries(await retailer.rowsOf(2)).filter(([id]) => id in changes);
    expect(rows).toEqual([
      ['B', 0],
      ['z', 0],
      ['_', 9],
      ['é', 7],
      ['a', 15],
      ['ee', 11],
    ]);
    expect(
      await retailer.database.query(
        `SELECT to_zero_count AS zero, falling_count AS falling FROM upload_file WHERE sequence = 2`,
      ),
    ).toEqual([{ zero: 2, falling: 2 }]);
  },
);

test('of a Hard Sync, what the file before has not brought to Shopify comes with what falls', async () => {
  const retailer = await openShop();
  await retailer.post('ee', BROADWAY, -3, 0);
  await retailer.produce('recent-changes');
  await retailer.post('a', BROADWAY, 5, 0);

  await retailer.produce('hard-sync');

  // Shopify shows 10 of it, and the file before said 7.
  expect(Object.entries(await retailer.rowsOf(3))[0]).toEqual(['ee', 7]);
});

test('a product is found in each file that has it, in whichever part, and in no other', async () => {
  const retailer = await openShop();
  // In turn nearly each product is in each part, at its beginning, in its middle and at its end.
  for (let sequence = 2; sequence <= 5; sequence += 1) {
    for (const [at, id] of IDS.entries()) {
      const units = [-2, 0, 4, -100, 100][(at + sequence) % 5] ?? 0;
      if (units !== 0) await retailer.post(id, BROADWAY, units, 0);
    }
    await retailer.produce('recent-changes');
  }
  const parts = await retailer.database.query<{ zero: number; falling: number; rows: number }>(
    `SELECT to_zero_count AS zero, falling_count AS falling, row_count AS rows FROM upload_file ORDER BY sequence`,
  );
  expect(
    parts.filter(({ zero, falling, rows }) => zero > 1 && falling > 0 && rows > zero + falling),
  ).not.toEqual([]);

  for (const id of IDS) {
    const { pushes } = await listPushes(
      retailer.database,
      { shopId: SHOP, productId: id },
      { before: null, limit: 50 },
    );
    const found = pushes.map(({ sequence }) => sequence);
    const held = await retailer.database.query<{ sequence: number }>(
      `SELECT sequence FROM upload_file JOIN LATERAL upload_file_rows(shop_id, sequence) AS row USING (shop_id, sequence)
       WHERE product_id = $1 AND shop_id = $2 ORDER BY sequence DESC`,
      [id, SHOP],
    );
    expect(found).toEqual(held.map(({ sequence }) => sequence));
    expect(found.length).toBeGreaterThan(1);
  }
});
