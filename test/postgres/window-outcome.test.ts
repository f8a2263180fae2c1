/** What became of a window of a file is read for its rows alone, whatever the planner knows of the tables. */
import { expect, test } from 'vitest';
import { countWindow, COUNT_WINDOW, valuesOfWindow } from '../../src/postgres/lane/window-outcome.ts';
import { openLane } from './lane-under-test.ts';
import { SHOP } from './retailer.ts';

const ROWS = 2_000;

/** A part of a plan, as EXPLAIN tells it. */
interface PlanPart {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanPart[];
}

function rowsLookedAt(part: PlanPart): number {
  const removed = (part['Rows Removed by Filter'] ?? 0) + (part['Rows Removed by Join Filter'] ?? 0);
  const own = (part['Actual Rows'] + removed) * part['Actual Loops'];
  return (part.Plans ?? []).reduce((sum, each) => sum + rowsLookedAt(each), own);
}

test('of tables that were empty when the planner looked, no row is compared with all the others', async () => {
  const lane = await openLane();
  const { database } = lane;
  await database.query('ANALYZE upload_file_row, applied_row, shopify_call');
  await lane.makeReadyFile('hard-sync');
  await database.query(
    `INSERT INTO upload_file_row (shop_id, sequence, position, product_id, sku, inventory_item_id, quantity)
     SELECT $1, 2, n, 'P' || n, 'SKU-' || n, 'gid://shopify/InventoryItem/' || n, 1 FROM generate_series(0, $2::int - 1) AS n`,
    [SHOP, ROWS],
  );
  await database.query(
    `INSERT INTO applied_row (shop_id, product_id, sequence, outcome, target)
     SELECT $1, 'P' || n, 2, CASE WHEN n % 4 = 0 THEN 'UNCHANGED' ELSE 'APPLIED' END, 1 FROM generate_series(0, $2::int - 1) AS n`,
    [SHOP, ROWS],
  );
  const window = { shopId: SHOP, sequence: 2, window: 0 };

  expect(await countWindow(database, window)).toEqual({
    ...{ sent: 0, applied: (ROWS * 3) / 4, unchanged: ROWS / 4 },
    ...{ quarantined: 0, owed: 0 },
  });
  const [explained] = await database.query<{ 'QUERY PLAN': readonly [{ Plan: PlanPart }] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${COUNT_WINDOW}`,
    valuesOfWindow(window),
  );
  expect(explained && rowsLookedAt(explained['QUERY PLAN'][0].Plan)).toBeLessThan(10 * ROWS);
});
