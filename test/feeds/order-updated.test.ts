/** The instant of an order line's state: an older state never replaces a newer one, and a count has seen what left before it. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NO_SETTINGS, type SourceSettings } from '../../src/domain/feed-source.ts';
import { listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { codesOf, Warehouse, type ImportOutcome } from './warehouse.ts';

let warehouse: Warehouse;
let tests = 0;
/** Each test has a product of its own, of which 10 were counted two days ago. */
let sku = '';

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  tests += 1;
  sku = `SHIRT-${tests}`;
  await warehouse.database.query('INSERT INTO product (product_id, sku) VALUES ($1, $1)', [sku]);
  await count(10, 'N', before(2 * 24 * 60));
});

async function count(units: number, resetByAtp = 'N', asOf = ''): Promise<void> {
  files += 1;
  await warehouse.importText(
    'RESET_INVENTORY',
    `idValue,facilityId,availableQty,resetByAtp,asOf\n${sku},BROADWAY,${units},${resetByAtp},${asOf}\n`,
    `count-${files}.csv`,
  );
}

interface Line {
  readonly status: 'CREATED' | 'APPROVED' | 'COMPLETED' | 'CANCELLED';
  /** As it stands in the file. */
  readonly at?: string;
  readonly units?: number;
}

let files = 0;

async function send(
  lines: readonly Line[],
  { settings = {}, column = 'updatedAt' }: { settings?: Partial<SourceSettings>; column?: string } = {},
): Promise<ImportOutcome> {
  files += 1;
  const header = `orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate,${column}`;
  const rows = lines.map(
    ({ status, at = '', units = 1 }) =>
      `O-${sku},1,${sku},${units},BROADWAY,ITEM_${status},2026-11-20T10:00:00Z,${at}`,
  );
  return warehouse.importText('ORDER_ITEMS', `${[header, ...rows].join('\n')}\n`, `orders-${files}.csv`, {
    settings: { ...NO_SETTINGS, ...settings },
  });
}

const readLevel = () => warehouse.readLevels(sku, 'BROADWAY');

async function readStatus(): Promise<string | undefined> {
  const [line] = await warehouse.database.query<{ status: string }>(
    'SELECT status_id AS status FROM order_item WHERE product_id = $1',
    [sku],
  );
  return line?.status;
}

const before = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

describe('a state of an order line with its instant', () => {
  test('is left out when it is older than the known one, and nothing is refused: a file may come again', async () => {
    await send([{ status: 'APPROVED', at: '2026-11-20T12:00:00Z', units: 2 }]);

    const late = await send([{ status: 'CREATED', at: '2026-11-20T11:59:59Z', units: 5 }]);

    expect(late).toMatchObject({ applied: 1, failed: 0, warnings: [{ code: 'ORDER_STATE_OLD', rows: 1 }] });
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 2 });
  });

  test('of several in one file the newest counts, in whatever order they stand', async () => {
    const outcome = await send([
      { status: 'APPROVED', at: '2026-11-20T12:00:00Z', units: 3 },
      { status: 'CANCELLED', at: '2026-11-20T13:00:00Z' },
      { status: 'CREATED', at: '2026-11-20T11:00:00Z', units: 4 },
    ]);

    expect(outcome).toMatchObject({ failed: 0, warnings: [{ code: 'ORDER_STATE_OLD', rows: 1 }] });
    expect([await readLevel(), await readStatus()]).toEqual([{ qoh: 10, reserved: 0 }, 'ITEM_CANCELLED']);
  });

  test('of two of one instant the one that comes last counts, but opens no closed line', async () => {
    const at = '2026-11-20T12:00:00Z';
    await send([{ status: 'APPROVED', at, units: 3 }]);
    await send([{ status: 'APPROVED', at, units: 2 }]);
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 2 });

    await send([{ status: 'CANCELLED', at }]);
    expect(codesOf(await send([{ status: 'APPROVED', at }]))).toEqual({ 2: 'ORDER_ITEM_CANCELLED' });
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 0 });
  });

  test('opens a cancelled line again when it is later, and brings back what was shipped by mistake', async () => {
    await send([{ status: 'CANCELLED', at: '2026-11-20T12:00:00Z' }]);
    await send([{ status: 'APPROVED', at: '2026-11-20T12:00:01Z', units: 2 }]);
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 2 });

    await send([{ status: 'COMPLETED', at: before(2), units: 2 }]);
    expect(await readLevel()).toEqual({ qoh: 8, reserved: 0 });
    await send([{ status: 'APPROVED', at: before(1), units: 2 }]);
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 2 });
    await send([{ status: 'COMPLETED', at: before(0), units: 2 }]);
    expect(await readLevel()).toEqual({ qoh: 8, reserved: 0 });
  }, 60_000);

  test.each([
    ['Updated At', '20.11.2026 13:00', '20.11.2026 12:59', { timeZone: 'Europe/Berlin' }],
    ['UPDATED_AT', '11/20/2026 1:00 PM', '11/20/2026 12:59 PM', { timeZone: 'America/New_York' }],
    ['updated-at', '2026-11-20 13:00:00.500', '2026-11-20 13:00:00.499', { timeZone: 'UTC' }],
    ['updatedat', '2026-11-20T13:00:00+01:00', '2026-11-20T11:59:59Z', {}],
    ['last_change', '20261120T130000Z', '20261120T125959Z', { columns: { last_change: 'updatedAt' } }],
  ])('may be called %s, and be written as %s', async (column, later, earlier, settings) => {
    await send([{ status: 'APPROVED', at: later, units: 2 }], { settings, column });
    const stale = await send([{ status: 'CREATED', at: earlier, units: 5 }], { settings, column });
    expect(stale.warnings).toEqual([{ code: 'ORDER_STATE_OLD', rows: 1 }]);
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 2 });
  });

  test.each([
    ['in the future', () => before(-60)],
    ['as nobody can read it', () => 'yesterday'],
    ['without a zone that is known', () => '2026-11-20 13:00'],
  ])('counts as one without when it lies %s, so that no right one is left out later', async (_what, at) => {
    const outcome = await send([{ status: 'APPROVED', at: at(), units: 2 }]);
    expect(outcome).toMatchObject({ failed: 0, warnings: [{ code: 'ORDER_UPDATE_UNKNOWN', rows: 1 }] });
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 2 });

    await send([{ status: 'CANCELLED', at: before(1) }]);
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 0 });
  });

  test('a sender whose clock is a little ahead is taken at its word', async () => {
    const outcome = await send([{ status: 'APPROVED', at: before(-2) }]);
    expect(outcome.warnings).toBeUndefined();
  });
});

describe('a state without an instant', () => {
  test('opens no closed line, not even with one of before; a source may say that it does', async () => {
    await send([{ status: 'COMPLETED' }]);
    expect(codesOf(await send([{ status: 'CREATED', at: before(1) }]))).toEqual({
      2: 'ORDER_ITEM_COMPLETED',
    });
    expect(codesOf(await send([{ status: 'APPROVED' }]))).toEqual({ 2: 'ORDER_ITEM_COMPLETED' });
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });

    expect(await send([{ status: 'APPROVED' }], { settings: { reopen: true } })).toMatchObject({ failed: 0 });
    expect([await readLevel(), await readStatus()]).toEqual([{ qoh: 10, reserved: 1 }, 'ITEM_APPROVED']);
  });

  test('does not forget the instant of the one before', async () => {
    await send([{ status: 'APPROVED', at: '2026-11-20T12:00:00Z', units: 2 }]);
    await send([{ status: 'APPROVED', units: 3 }]);
    await send([{ status: 'APPROVED', at: '2026-11-20T11:00:00Z', units: 5 }]);
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 3 });
  });
});

describe('a parcel that left before a count, and is told of after it', () => {
  test('is not taken a second time', async () => {
    await send([{ status: 'APPROVED' }]);
    const left = before(10);
    await count(9);

    const outcome = await send([{ status: 'COMPLETED', at: left }]);

    expect(outcome.warnings).toEqual([{ code: 'ORDER_SHIPPED_COUNTED', rows: 1 }]);
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
    // Without the count nobody knows whether the parcel has left.
    const imports = await listImports(warehouse.database, { limit: 2, state: 'applied' });
    const counted = imports.find(({ type }) => type === 'RESET_INVENTORY');
    await expect(
      undoImport(warehouse.database, counted?.importId ?? 0, { by: 'Ann', reason: 'a test' }),
    ).rejects.toMatchObject({ code: 'IMPORT_UNDO_INEXACT' });
  });

  test('is taken when it left after the instant of the count', async () => {
    await send([{ status: 'APPROVED' }]);
    await count(9, 'N', before(60));
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 1 });

    await send([{ status: 'COMPLETED', at: before(30) }]);

    expect(await readLevel()).toEqual({ qoh: 8, reserved: 0 });
  });

  test('is taken when the count was of what is available: what was reserved was added to it', async () => {
    await send([{ status: 'APPROVED' }]);
    const left = before(1);
    await count(9, 'Y');
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 1 });

    await send([{ status: 'COMPLETED', at: left }]);

    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
  });

  test('is not taken after a count of what is available when nothing was reserved for it', async () => {
    const left = before(10);
    await count(9, 'Y');
    await send([{ status: 'COMPLETED', at: left }]);
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
  });

  test('does not come back after a count that has seen it on its shelf', async () => {
    await send([{ status: 'COMPLETED', at: before(3) }]);
    await count(10);
    await send([{ status: 'APPROVED', at: before(1) }]);
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 1 });
  });
});
