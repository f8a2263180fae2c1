/** Up to when a shop's orders are imported: what feeds show of it, and what is stated. */
import { beforeEach, describe, expect, test } from 'vitest';
import { orderWatermarkSql } from '../../src/postgres/master-data/order-watermark.ts';
import { codesOf, SHOP, Warehouse } from './warehouse.ts';

const HOUR_MS = 3_600_000;
const ORDER = `O1,1,${SHOP},X1,SHIRT,,1,,BROADWAY,ITEM_APPROVED`;

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

async function readWatermark(): Promise<Date | null> {
  const [row] = await warehouse.database.query<{ until: Date | null }>(
    `SELECT ${orderWatermarkSql('$1')} AS until`,
    [SHOP],
  );
  return row?.until ?? null;
}

function ago(hours: number): Date {
  return new Date(Date.now() - hours * HOUR_MS);
}

const state = (...rows: readonly (readonly [shop: string, until: Date | string])[]) =>
  warehouse.import(
    'ORDER_WATERMARK',
    rows.map(([shop, until]) => `${shop},${typeof until === 'string' ? until : until.toISOString()}`),
  );

describe('the order watermark of a shop', () => {
  test('is the order lag before the newest feed of orders was written, whatever dates its orders have', async () => {
    expect(await readWatermark()).toBeNull();
    const writtenAt = ago(1);
    await warehouse.import('ORDER_ITEMS', [`${ORDER},2126-01-01T00:00:00Z`], { writtenAt });
    expect(await readWatermark()).toEqual(new Date(writtenAt.getTime() - 6 * HOUR_MS));

    await warehouse.import('ORDER_ITEMS', [`${ORDER},2126-01-02T00:00:00Z`], { writtenAt: ago(2) });

    expect(await readWatermark()).toEqual(new Date(writtenAt.getTime() - 6 * HOUR_MS));
  });

  test('is never later than the order lag before now, though the file’s time is', async () => {
    await warehouse.import('ORDER_ITEMS', [], { writtenAt: new Date('2126-01-01T00:00:00Z') });

    const watermark = (await readWatermark())?.getTime() ?? 0;
    expect(watermark).toBeGreaterThan(ago(7).getTime());
    expect(watermark).toBeLessThanOrEqual(ago(6).getTime());
  });

  test('is not of a time to come after a clock was ahead, and the next feed corrects it', async () => {
    await warehouse.import('ORDER_ITEMS', [], { writtenAt: ago(1) });
    await warehouse.database.query(`UPDATE shop_orders SET fed_until = fed_until + interval '3 days'`);
    const meanwhile = (await readWatermark())?.getTime() ?? 0;
    expect(meanwhile).toBeGreaterThan(ago(6.1).getTime());
    expect(meanwhile).toBeLessThanOrEqual(ago(6).getTime());

    const writtenAt = ago(0.5);
    await warehouse.import('ORDER_ITEMS', [], { writtenAt });

    expect(await readWatermark()).toEqual(new Date(writtenAt.getTime() - 6 * HOUR_MS));
  });

  test('does not move by a feed whose rows are all refused, by a dry run, or by a feed of stock', async () => {
    await warehouse.import('ORDER_ITEMS', [
      `O1,1,${SHOP},X1,GLOVES,,1,,BROADWAY,ITEM_APPROVED,2026-11-24T10:00:00Z`,
    ]);
    await warehouse.import('ORDER_ITEMS', [], { dryRun: true });
    await warehouse.count('SHIRT', 'BROADWAY', 10);

    expect(await readWatermark()).toBeNull();
  });

  test('is what was stated last, however feeds of orders go on', async () => {
    const stated = ago(9);
    expect(await state([SHOP, stated])).toMatchObject({ rows: 1, applied: 1, failed: 0 });
    await warehouse.import('ORDER_ITEMS', [`${ORDER},2026-11-24T10:00:00Z`]);
    expect(await readWatermark()).toEqual(stated);

    const later = ago(0.1);
    await state([SHOP, later]);

    expect(await readWatermark()).toEqual(later);
  });
});

describe('a statement', () => {
  test('of a time to come is refused, but for clocks that are a little apart: then it counts up to now', async () => {
    const refused = await state([SHOP, new Date('2126-01-01T00:00:00Z')]);
    expect(refused.refused[0]).toMatchObject({
      code: 'ORDER_WATERMARK_IN_FUTURE',
      column: 'completeUntil',
      message: 'Orders cannot be complete up to 2126-01-01T00:00:00Z: that time is still to come.',
    });
    expect(await readWatermark()).toBeNull();

    expect(await state([SHOP, ago(-1 / 60)])).toMatchObject({ applied: 1 });
    expect(
      await warehouse.database.query('SELECT FROM shop_orders WHERE imported_until <= clock_timestamp()'),
    ).toHaveLength(1);
  });

  test('that goes back is refused: after an earlier file, and after an earlier row of its own', async () => {
    const stated = ago(2);
    await state([SHOP, stated]);
    const outcome = await state([SHOP, ago(3)], [SHOP, ago(1)], [SHOP, ago(1.5)]);

    expect(codesOf(outcome)).toEqual({ 2: 'ORDER_WATERMARK_GOES_BACK', 4: 'ORDER_WATERMARK_GOES_BACK' });
    expect(outcome.refused[0]?.message).toContain(stated.toISOString().slice(0, 19));
    expect((await readWatermark())?.getTime()).toBeGreaterThan(ago(1.1).getTime());
  });

  test('that was taken while a clock was ahead counts as none, and keeps no later one out', async () => {
    await warehouse.import('ORDER_ITEMS', []);
    await state([SHOP, ago(1)]);
    await warehouse.database.query(
      `UPDATE shop_orders SET imported_until = imported_until + interval '3 days'`,
    );
    expect(await readWatermark()).toBeNull();

    const stated = ago(2);
    expect(await state([SHOP, stated])).toMatchObject({ applied: 1, failed: 0 });

    expect(await readWatermark()).toEqual(stated);
  });

  test('that is repeated changes nothing', async () => {
    const stated = ago(2);
    await state([SHOP, stated], [SHOP, stated]);

    expect(await readWatermark()).toEqual(stated);
  });

  test('is refused row by row: for a shop that is not known, and without an offset', async () => {
    expect(codesOf(await state(['nobody', ago(1)], [SHOP, '2026-11-24T10:00:00'], [SHOP, ago(1)]))).toEqual({
      2: 'SHOP_UNKNOWN',
      3: 'FEED_VALUE_INVALID',
    });
    expect(await readWatermark()).not.toBeNull();
  });
});
