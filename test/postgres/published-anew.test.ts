/** What a Hard Sync writes of what it has published: the number of a file that nothing waits for stays (decision 0074). */
import { describe, expect, test } from 'vitest';
import { closeFile, startApplying } from '../../src/postgres/lane/lane.ts';
import { openLane, type Lane } from './lane-under-test.ts';
import { SHOP } from './retailer.ts';

type Outcome = 'APPLIED' | 'UNCHANGED' | 'QUARANTINED';

/** Products that the shop does not have. With many of them a Hard Sync looks its own up by their keys (decision 0094). */
const OTHERS = { none: 0, 'a thousand': 1_000 };

/** A shop whose first Hard Sync is applied, with what became of its rows. */
async function openAppliedLane(others: number, socks: Outcome = 'APPLIED'): Promise<Lane> {
  const lane = await openLane(['SHIRT', 'SOCKS', 'TOTE']);
  await lane.database.query(
    `INSERT INTO product (product_id, sku) SELECT 'OTHER-' || n, 'OTHER-' || n FROM generate_series(1, $1::int) AS n`,
    [others],
  );
  await lane.database.query('ANALYZE product');
  await lane.makeReadyFile('hard-sync');
  const pass = await lane.enter();
  await startApplying(lane.database, pass, 1);
  await lane.settle('SHIRT', 1, 'APPLIED');
  await lane.settle('SOCKS', 1, socks);
  await lane.settle('TOTE', 1, 'UNCHANGED');
  await closeFile(lane.database, pass, 1);
  return lane;
}

/** By product, the number of the file that it was published with. */
async function readNumbers({ database }: Lane): Promise<Record<string, number>> {
  const rows = await database.query<{ product: string; sequence: number }>(
    'SELECT product_id AS product, sequence FROM published_row WHERE shop_id = $1 ORDER BY 1',
    [SHOP],
  );
  return Object.fromEntries(rows.map(({ product, sequence }) => [product, sequence]));
}

describe.each(Object.entries(OTHERS))(
  'a Hard Sync that has one more shirt, beside %s of other shops',
  (_, others) => {
    test('leaves what has arrived', async () => {
      const lane = await openAppliedLane(others);

      await lane.produce('hard-sync');

      expect(await readNumbers(lane)).toEqual({ SHIRT: 2, SOCKS: 1, TOTE: 1 });
      expect(await lane.database.query('SELECT row_count FROM upload_file WHERE sequence = 2')).toEqual([
        { row_count: 3 },
      ]);
    });

    test('has what the file before has not brought', async () => {
      const lane = await openAppliedLane(others, 'QUARANTINED');

      await lane.produce('hard-sync');

      expect(await readNumbers(lane)).toEqual({ SHIRT: 2, SOCKS: 2, TOTE: 1 });
    });

    test.each([
      ['units kept back', `UPDATE applied_row SET debt = 1 WHERE product_id = 'SOCKS'`],
      [
        'what is owed',
        `INSERT INTO owed_row (shop_id, product_id, cause) VALUES ('${SHOP}', 'SOCKS', 'HEAL')`,
      ],
      [
        'units of its orders that were imported since',
        `INSERT INTO shop_imported_units (shop_id, product_id, units) VALUES ('${SHOP}', 'SOCKS', 1)`,
      ],
      ['another item', `UPDATE shop_product SET inventory_item_id = 'other' WHERE product_id = 'SOCKS'`],
    ])('has %s', async (_what, change) => {
      const lane = await openAppliedLane(others);
      await lane.database.query(change);

      await lane.produce('hard-sync');

      const { SOCKS, TOTE } = await readNumbers(lane);
      expect(SOCKS).toBeGreaterThan(1);
      expect(TOTE).toBe(1);
    });

    test.each([
      ['a location that was left', `UPDATE shop SET refill_due = true`],
      ['a base that is gone', 'DELETE FROM shop_baseline'],
    ])('has all of %s', async (_what, change) => {
      const lane = await openAppliedLane(others);
      await lane.database.query(change);

      await lane.produce('hard-sync');

      expect(await readNumbers(lane)).toEqual({ SHIRT: 2, SOCKS: 2, TOTE: 2 });
    });

    test.each([
      ['waits', () => Promise.resolve()],
      [
        'was left out',
        async (lane: Lane) => {
          await lane.block(1);
          await lane.decide('skip', 1);
        },
      ],
    ])('has all of a file that %s', async (_, act) => {
      const lane = await openLane(['SHIRT', 'SOCKS', 'TOTE']);
      await lane.makeReadyFile('hard-sync');
      await act(lane);

      await lane.produce('hard-sync');

      expect(await readNumbers(lane)).toEqual({ SHIRT: 2, SOCKS: 2, TOTE: 2 });
    });

    test('owes what it would have brought when it is skipped', async () => {
      const lane = await openAppliedLane(others, 'QUARANTINED');
      await lane.makeReadyFile('hard-sync');
      await lane.block(2);

      await lane.decide('skip', 2);

      expect(await lane.readOwed()).toEqual(['SHIRT SKIPPED', 'SOCKS SKIPPED']);
    });
  },
);
