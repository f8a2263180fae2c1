/** TRANSFER: units that are on their way are on hand at neither facility, whatever comes first, last or twice. */
import fc from 'fast-check';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { explanationText } from '../../src/cli/explanation-text.ts';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import {
  ONE_TRANSACTION_ROWS_MAX,
  TRANSFER_IDS_KEPT_DAYS,
  TRANSFERS_KEPT_DAYS,
} from '../../src/domain/limits.ts';
import { explain } from '../../src/postgres/online-atp/explain.ts';
import { purge } from '../../src/postgres/purge.ts';
import { codesOf, Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await Warehouse.open();
});

beforeEach(async () => {
  await warehouse.database.query('DELETE FROM transfer_item');
  await warehouse.database.query(
    `INSERT INTO inventory_item_detail
       (product_id, facility_id, quantity_on_hand_diff, reserved_diff, reason_enum_id, source)
     SELECT product_id, facility_id, -quantity_on_hand, -reserved, 'VAR_MANUAL', 'a new start' FROM product_facility`,
  );
});

const send = (...rows: readonly string[]) => warehouse.import('TRANSFER', rows);
const line = (status: string, units = 4, { id = 'T1', from = 'BROADWAY', to = 'SOHO' } = {}) =>
  `${id},1,SHIRT,SKU,${units},${from},${to},${status}`;

/** Units at BROADWAY, in transit, at SOHO. */
async function readWay(): Promise<number[]> {
  const [row] = await warehouse.database.query<{ units: number }>(
    'SELECT coalesce(sum(in_transit), 0)::int AS units FROM transfer_item',
  );
  const [from, to] = [
    await warehouse.readLevels('SHIRT', 'BROADWAY'),
    await warehouse.readLevels('SHIRT', 'SOHO'),
  ];
  return [from.qoh, row?.units ?? 0, to.qoh];
}

test('what was shipped is at neither, and what was received is at the other; sent again it changes nothing', async () => {
  await warehouse.count('SHIRT', 'BROADWAY', 10);
  expect(await send(line('SHIPPED'))).toMatchObject({ applied: 1, failed: 0 });
  expect(await readWay()).toEqual([6, 4, 0]);
  await send(line('SHIPPED'));
  expect(await readWay()).toEqual([6, 4, 0]);
  await send(line('RECEIVED'));
  await send(line('RECEIVED'));
  expect(await readWay()).toEqual([6, 0, 4]);
  expect((await warehouse.readLedger()).slice(-2).map((posting) => posting.replace(/ \S+$/, ''))).toEqual([
    'SHIRT BROADWAY -4 0 TRANSFER_SHIPPED',
    'SHIRT SOHO 4 0 TRANSFER_RECEIVED',
  ]);
});

test('a shipment that is told after its receipt is the same shipment; of one with more units the rest is lost on the way', async () => {
  await send(line('RECEIVED', 4), line('SHIPPED', 4));
  expect(await readWay()).toEqual([-4, 0, 4]);
  await send(line('SHIPPED', 5));
  expect(await readWay()).toEqual([-5, 0, 4]);
});

test('fewer may be received, and a later receipt corrects the earlier one', async () => {
  await send(line('SHIPPED', 4));
  expect(await send(line('RECEIVED', 3))).toMatchObject({
    warnings: [{ code: 'TRANSFER_RECEIVED_OTHERWISE', rows: 1 }],
  });
  expect(await readWay()).toEqual([-4, 0, 3]);
  expect(await send(line('RECEIVED', 4))).not.toHaveProperty('warnings');
  expect(await readWay()).toEqual([-4, 0, 4]);
});

test('a cancelled line gives its units back, and nothing of it is shipped or received any more', async () => {
  await send(line('SHIPPED'));
  await send(line('Canceled'));
  expect(await readWay()).toEqual([0, 0, 0]);
  expect(codesOf(await send(line('SHIPPED'), line('RECEIVED')))).toEqual({
    2: 'TRANSFER_CANCELLED',
    3: 'TRANSFER_CANCELLED',
  });
  expect(await readWay()).toEqual([0, 0, 0]);
});

test('a line that was received cannot be cancelled', async () => {
  expect(codesOf(await send(line('RECEIVED'), line('CANCELLED')))).toEqual({ 3: 'TRANSFER_RECEIVED' });
  expect(await readWay()).toEqual([-4, 0, 4]);
});

test('a line that is only planned moves nothing; one from a supplier, or to somebody else, has one end', async () => {
  await send(
    line('CREATED'),
    line('RECEIVED', 7, { id: 'T2', from: '' }),
    line('SHIPPED', 2, { id: 'T3', to: '' }),
  );
  expect(await readWay()).toEqual([-2, 2, 7]);
});

test('facilities go by their external ids too, statuses by the names of others and of the source', async () => {
  const outcome = await warehouse.importText(
    'TRANSFER',
    'Transfer ID;Item Seq ID;From External Facility ID;To External Facility ID;ID Value;Quantity;Status ID\n' +
      'A;1;S-1;S-2;SHIRT;1;IXF_EN_ROUTE\nB;1;S-1;S-2;SHIRT;2,0;Unterwegs\nC;1;S-1;S-2;SHIRT;3;ixf_complete\n',
    'TRANSFER__names.csv',
    { settings: { ...NO_SETTINGS, statuses: { unterwegs: 'SHIPPED' } } },
  );
  expect(outcome).toMatchObject({ applied: 3, failed: 0 });
  expect(await readWay()).toEqual([-6, 3, 3]);
});

test('rows that nobody can follow are refused, each with its reason', async () => {
  const outcome = await send(
    line('SHIPPED', 1, { from: 'NOWHERE' }),
    line('SHIPPED', 1, { to: 'PARKING' }),
    line('SHIPPED', 1, { to: 'BROADWAY' }),
    line('SHIPPED', 1, { from: '', to: '' }),
    'T9,1,TIE,SKU,1,BROADWAY,SOHO,SHIPPED',
    line('SENT'),
    line('SHIPPED', -1),
    line('SHIPPED', 1, { id: 'T4' }),
    line('RECEIVED', 1, { id: 'T4', from: 'SOHO', to: 'BROADWAY' }),
    'T4,1,HAT,SKU,1,BROADWAY,SOHO,RECEIVED',
  );
  expect(outcome.refused.map(({ rowNumber, column, code }) => `${rowNumber} ${column} ${code}`)).toEqual([
    '2 fromFacilityId FACILITY_UNKNOWN',
    '3 toFacilityId FACILITY_VIRTUAL',
    '4 toFacilityId FEED_VALUE_INVALID',
    '5 fromFacilityId FEED_VALUE_INVALID',
    '6 idValue PRODUCT_UNKNOWN',
    '7 statusId FEED_VALUE_INVALID',
    '8 quantity FEED_VALUE_INVALID',
    '10 fromFacilityId TRANSFER_CHANGED',
    '11 idValue TRANSFER_CHANGED',
  ]);
  expect(await readWay()).toEqual([-1, 1, 0]);
});

test('two cartons of one product are two lines; a file that does not number its lines is refused', async () => {
  const header = 'transferId,idValue,quantity,fromFacilityId,toFacilityId,statusId';
  const rows = ['T5,SHIRT,4,BROADWAY,SOHO,SHIPPED', 'T5,SHIRT,3,BROADWAY,SOHO,SHIPPED'];
  await expect(
    warehouse.importText('TRANSFER', [header, ...rows].join('\n'), 'TRANSFER__cartons.csv'),
  ).rejects.toMatchObject({ code: 'FEED_HEADER_INVALID' });
  const carton = (itemSeqId: string, units: number) =>
    `T5,${itemSeqId},SHIRT,SKU,${units},BROADWAY,SOHO,SHIPPED`;
  const { refused } = await send(carton('', 4), carton('', 3));
  expect(refused.map(({ rowNumber, column, code }) => `${rowNumber} ${column} ${code}`)).toEqual([
    '2 itemSeqId FEED_VALUE_INVALID',
    '3 itemSeqId FEED_VALUE_INVALID',
  ]);
  expect(await readWay()).toEqual([0, 0, 0]);
  await send(carton('1', 4), carton('2', 3));
  expect(await readWay()).toEqual([-7, 7, 0]);
});

test('many rows of one line are read about as fast as one row each of as many lines', async () => {
  const rows = 20_000;
  const secondsOf = async (lineOf: (row: number) => number, id: string) => {
    const began = performance.now();
    const outcome = await send(
      ...Array.from({ length: rows }, (_, row) => line('SHIPPED', row % 9, { id: `${id}${lineOf(row)}` })),
    );
    expect(outcome).toMatchObject({ applied: rows, failed: 0 });
    return (performance.now() - began) / 1000;
  };
  const apart = await secondsOf((row) => row, 'APART');
  const one = await secondsOf(() => 0, 'ONE');
  expect(one).toBeLessThan(2 * apart + 1);
});

test('explain tells units in transit, and that they are on hand at neither', async () => {
  await send(line('SHIPPED', 4), line('SHIPPED', 3, { id: 'T2', from: '' }));
  const explanation = await explain(warehouse.database, { sku: 'SHIRT', facilityGroupId: 'FAC_GRP' });
  expect(explanation.inTransit).toEqual([
    { fromFacilityId: 'BROADWAY', toFacilityId: 'SOHO', units: 4 },
    { fromFacilityId: null, toFacilityId: 'SOHO', units: 3 },
  ]);
  expect(explanation.terms).toMatchObject({ quantityOnHand: -4 });
  expect(explanationText(explanation, undefined)).toContain(
    'In transit from BROADWAY to SOHO: 4, on hand at neither.\nIn transit from a supplier to SOHO: 3, on hand at neither.',
  );
});

test('whatever the order, the files and the repetitions, the levels are those of the last facts', async () => {
  const told = fc.record({
    id: fc.constantFrom('P1', 'P2'),
    status: fc.constantFrom('SHIPPED', 'RECEIVED', 'CREATED'),
    units: fc.nat({ max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(told, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      async (all) => {
        await warehouse.database.query('DELETE FROM transfer_item');
        const before = await readWay();
        for (const rows of all)
          await send(...rows.map(({ id, status, units }) => line(status, units, { id })));
        const last = (id: string, status: string) =>
          all.flat().findLast((row) => row.id === id && row.status === status)?.units;
        let expected = [0, 0, 0];
        for (const id of ['P1', 'P2']) {
          const [shipped, received] = [last(id, 'SHIPPED'), last(id, 'RECEIVED')];
          const left = shipped ?? received ?? 0;
          const [one = 0, between = 0, other = 0] = expected;
          expected = [one - left, between + (received === undefined ? left : 0), other + (received ?? 0)];
        }
        const after = await readWay();
        expect(after.map((units, index) => units - (index === 1 ? 0 : (before[index] ?? 0)))).toEqual(
          expected,
        );
      },
    ),
    { numRuns: 15 },
  );
});

test('a transfer that ended long ago is removed as a whole, and its file sent again moves nothing', async () => {
  const { database } = warehouse;
  const grow = (days: number) =>
    database.query(`UPDATE transfer_item SET told_at = told_at - make_interval(days => $1)`, [days]);
  await warehouse.count('SHIRT', 'BROADWAY', 20);
  const old = [
    line('RECEIVED', 4, { id: 'OLD' }),
    line('RECEIVED', 2, { id: 'OLD' }).replace('OLD,1', 'OLD,2'),
  ];
  const half = [
    line('RECEIVED', 1, { id: 'HALF' }),
    line('SHIPPED', 3, { id: 'HALF' }).replace('HALF,1', 'HALF,2'),
  ];
  await send(...old, ...half);
  await grow(TRANSFERS_KEPT_DAYS + 1);
  await send(line('RECEIVED', 5, { id: 'YOUNG' }));
  const way = await readWay();
  const ledger = await warehouse.readLedger();

  expect(await purge(database)).toMatchObject({ transferLines: 2 });

  const ids = () => database.query('SELECT DISTINCT transfer_id AS id FROM transfer_item ORDER BY 1');
  expect(await ids()).toEqual([{ id: 'HALF' }, { id: 'YOUNG' }]);
  expect(await readWay()).toEqual(way);
  const again = await send(...old);
  expect(codesOf(again)).toEqual({ 2: 'TRANSFER_REMOVED', 3: 'TRANSFER_REMOVED' });
  expect(await readWay()).toEqual(way);
  expect(await warehouse.readLedger()).toEqual(ledger);

  // What was on its way for years arrives, and is told as always.
  expect(await send(half[1]?.replace('SHIPPED', 'RECEIVED') ?? '')).toMatchObject({ applied: 1, failed: 0 });
  expect(await purge(database)).toMatchObject({ transferLines: 0 });
  await database.query(`UPDATE removed_transfer SET removed_at = now() - make_interval(days => $1)`, [
    TRANSFER_IDS_KEPT_DAYS + 1,
  ]);
  await purge(database);
  expect(await database.query('SELECT FROM removed_transfer')).toEqual([]);
});

test('more lines than one transaction may have are refused as a whole, and so are those of a dry run of order lines', async () => {
  const rows = Array.from({ length: ONE_TRANSACTION_ROWS_MAX + 1 }, (_, at) => at);
  await expect(send(...rows.map((at) => line('SHIPPED', 1, { id: `MANY${at}` })))).rejects.toMatchObject({
    code: 'FEED_ROWS_TOO_MANY',
    detail: { rows: rows.length, rowsMax: ONE_TRANSACTION_ROWS_MAX },
  });
  expect(await warehouse.database.query('SELECT FROM transfer_item')).toEqual([]);
  const orders = rows.map((at) => `M${at},01,,,SHIRT,,1,0,SOHO,ITEM_APPROVED,2026-11-24T10:00:00Z`);
  await expect(warehouse.import('ORDER_ITEMS', orders, { dryRun: true })).rejects.toMatchObject({
    code: 'FEED_ROWS_TOO_MANY',
  });
});
