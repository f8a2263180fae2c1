/** Order lines between counts: whatever leaves is taken once, and a unit that nobody is sure of is not sold again. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NO_SETTINGS, type SourceSettings } from '../../src/domain/feed-source.ts';
import { Warehouse, type ImportOutcome } from './warehouse.ts';

let warehouse: Warehouse;
let tests = 0;
let files = 0;
/** Each test has a product of its own, of which 10 were counted two days ago. */
let sku = '';

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  tests += 1;
  sku = `SHIRT-${tests}`;
  await warehouse.database.query('INSERT INTO product (product_id, sku) VALUES ($1, $1)', [sku]);
  await count(10, { asOf: before(2 * 24 * 60) });
});

const before = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

async function count(
  units: number,
  { resetByAtp = 'N', asOf = '', written = before(0) } = {},
): Promise<ImportOutcome> {
  files += 1;
  return warehouse.importText(
    'RESET_INVENTORY',
    `idValue,facilityId,availableQty,resetByAtp,asOf\n${sku},BROADWAY,${units},${resetByAtp},${asOf}\n`,
    `count-${files}.csv`,
    { writtenAt: new Date(written) },
  );
}

interface Sending {
  readonly written?: string;
  readonly settings?: Partial<SourceSettings>;
}

/** `<status> <updatedAt>` of one unit of the line. */
async function send(states: readonly string[], { written, settings }: Sending = {}): Promise<ImportOutcome> {
  files += 1;
  const rows = states.map((state) => {
    const [status = '', at = ''] = state.split(' ');
    return `O-${sku},1,${sku},1,BROADWAY,ITEM_${status},2026-11-20T10:00:00Z,${at}`;
  });
  const header = 'orderId,orderItemSeqId,idValue,quantity,facilityId,statusId,orderDate,updatedAt';
  return warehouse.importText('ORDER_ITEMS', `${[header, ...rows].join('\n')}\n`, `orders-${files}.csv`, {
    writtenAt: new Date(written ?? before(0)),
    settings: { ...NO_SETTINGS, ...settings },
  });
}

const readLevel = () => warehouse.readLevels(sku, 'BROADWAY');

describe('a state without an instant', () => {
  test('has happened when its file was written: a count of later has seen it, also one that comes later', async () => {
    await send(['COMPLETED'], { written: before(5 * 60) });
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });

    await count(9, { asOf: before(60) });

    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
  });

  test('is also one with a day that has no time: it says nothing of the hour', async () => {
    await count(10, { asOf: before(1) });
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date());

    const outcome = await send([`COMPLETED ${day}`], { settings: { timeZone: 'Europe/Berlin' } });

    expect(outcome.warnings).toEqual([{ code: 'ORDER_UPDATE_UNKNOWN', rows: 1 }]);
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
  });
});

describe('a parcel that left around a count, and is told of after it', () => {
  test('is taken when it left after the file of the count was written: it waited in its folder', async () => {
    await count(10, { written: before(60) });
    const outcome = await send([`COMPLETED ${before(30)}`]);
    expect(outcome.warnings).toBeUndefined();
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
  });

  test('is taken when it left a moment before: clocks are not that right', async () => {
    await count(10, { asOf: before(60) });
    await send([`COMPLETED ${before(64)}`]);
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
  });

  test('is not taken when it left before that moment', async () => {
    await count(10, { asOf: before(60) });
    const outcome = await send([`COMPLETED ${before(66)}`]);
    expect(outcome.warnings).toEqual([{ code: 'ORDER_SHIPPED_COUNTED', rows: 1 }]);
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 0 });
  });
});

describe('a line that is opened again', () => {
  test('comes back when it was shipped in spite of a count, which had it in what is available', async () => {
    await send([`APPROVED ${before(90)}`]);
    await count(9, { resetByAtp: 'Y' });
    expect(await readLevel()).toEqual({ qoh: 10, reserved: 1 });
    await send([`COMPLETED ${before(30)}`]);
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });

    await send([`APPROVED ${before(1)}`]);

    expect(await readLevel()).toEqual({ qoh: 10, reserved: 1 });
  });

  test('comes back when it was shipped by a file that is older than a count', async () => {
    await count(10, { asOf: before(60) });
    await send(['COMPLETED'], { written: before(5 * 60) });
    expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });

    await send(['APPROVED'], { settings: { reopen: true } });

    expect(await readLevel()).toEqual({ qoh: 10, reserved: 1 });
  });

  test('does not come back when another count has come since', async () => {
    await count(10, { asOf: before(60) });
    await send(['COMPLETED'], { written: before(5 * 60) });
    await count(10, { asOf: before(20) });

    await send(['APPROVED'], { settings: { reopen: true } });

    expect(await readLevel()).toEqual({ qoh: 10, reserved: 1 });
  });
});

test('a file that tells all states of its lines each night takes no unit twice', async () => {
  const everyNight = { settings: { reopen: true } };
  await send(['APPROVED', 'COMPLETED'], everyNight);
  expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
  await count(9);

  await send(['APPROVED', 'COMPLETED'], everyNight);

  expect(await readLevel()).toEqual({ qoh: 9, reserved: 0 });
  // What is known of the line has not changed either.
  await send(['APPROVED'], everyNight);
  expect(await readLevel()).toEqual({ qoh: 9, reserved: 1 });
});
