/** Undoing an import: each level becomes what it would be without it. */
import { beforeEach, describe, expect, test } from 'vitest';
import { listImports } from '../../src/postgres/feeds/feed-imports.ts';
import { undoImport } from '../../src/postgres/feeds/undo-import.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

const onHand = async (sku = 'SHIRT') => (await warehouse.readLevels(sku, 'BROADWAY')).qoh;
const add = (units: number, sku = 'SHIRT') =>
  warehouse.import('MDM_INV_VARIANCE', [`${sku},,${units},BROADWAY,,,`]);
const count = (units: number, sku = 'SHIRT') => warehouse.count(sku, 'BROADWAY', units);

async function undoLast(back = 0) {
  const imports = await listImports(warehouse.database, { limit: 99 });
  return undo(imports[back]?.importId ?? 0);
}

const undo = (importId: number) =>
  undoImport(warehouse.database, importId, { by: 'Ann', reason: 'wrong file' });

describe('undone', () => {
  test('a difference is as if it had never come, also after others; its postings and their opposites stay', async () => {
    await count(10);
    await add(5);
    await add(-2);
    expect(await undoLast(1)).toMatchObject({
      postings: 1,
      countedSince: 0,
      changedSince: [{ sku: 'SHIRT', facilityId: 'BROADWAY', onHand: 13 }],
    });
    expect(await onHand()).toBe(8);
    expect((await warehouse.readLedger()).at(-1)).toBe('SHIRT BROADWAY -5 0 IMPORT_UNDONE undo of import 2');
    expect((await listImports(warehouse.database, { limit: 9, state: 'undone' }))[0]).toMatchObject({
      importId: 2,
      decidedBy: 'Ann',
      decisionReason: 'wrong file',
    });
  });

  test('a count gives the level of before, with what was posted since on top', async () => {
    await count(10);
    await count(250);
    await add(-3);
    await undoLast(1);
    expect(await onHand()).toBe(7);
  });

  test('what was counted since stays, also when that count found it right and so posted nothing', async () => {
    await count(10);
    await add(5);
    await count(15);
    await add(1, 'HAT');
    expect(await undoLast(2)).toMatchObject({ postings: 0, countedSince: 1 });
    expect(await onHand()).toBe(15);
  });

  test('only what was counted since stays, of a feed of two products', async () => {
    await warehouse.import('MDM_INV_VARIANCE', ['SHIRT,,5,BROADWAY,,,', 'HAT,,7,BROADWAY,,,']);
    await count(5, 'HAT');
    expect(await undoLast(1)).toMatchObject({ postings: 1, countedSince: 1 });
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([0, 5]);
  });

  test('is no sale: the guard withholds what falls by it, as by a count', async () => {
    const readSold = () =>
      warehouse.database.query('SELECT sum(units)::int AS units FROM sale_log GROUP BY product_id');
    await count(10);
    await add(90);
    await undoLast();
    expect([await onHand(), await readSold()]).toEqual([10, []]);
    await add(-3);
    expect(await readSold()).toEqual([{ units: 3 }]);
  });

  test('a difference may be sent again under its name', async () => {
    const text = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,5\n';
    const send = () => warehouse.importText('MDM_INV_VARIANCE', text, 'MDM_INV_VARIANCE__same.csv');
    await send();
    await expect(send()).rejects.toMatchObject({ code: 'FEED_ALREADY_IMPORTED' });
    await undoLast();
    await send();
    expect(await onHand()).toBe(5);
  });
});

describe('it is refused', () => {
  test('the second time', async () => {
    await add(5);
    await undoLast();
    await expect(undoLast()).rejects.toMatchObject({ code: 'IMPORT_UNDONE' });
    expect(await onHand()).toBe(0);
  });

  test('when a count that came after it was undone: nobody knows what that had left of it', async () => {
    await add(5);
    await count(9);
    await undoLast();
    expect(await onHand()).toBe(5);
    await expect(undoLast(1)).rejects.toMatchObject({ code: 'IMPORT_UNDO_INEXACT' });
    expect(await onHand()).toBe(5);
    // A new count is right whatever was before, so there is nothing to take back.
    await count(9);
    await expect(undo(1)).resolves.toMatchObject({ postings: 0, countedSince: 1 });
  });

  test('when the same file was sent again and has applied the rest: that sending is undone first', async () => {
    const text = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,5\nSCARF,BROADWAY,2\nBELT,BROADWAY,1\n';
    const send = () => warehouse.importText('MDM_INV_VARIANCE', text, 'MDM_INV_VARIANCE__same.csv');
    await send();
    await warehouse.database.query(`INSERT INTO product (product_id, sku) VALUES ('30000', 'SCARF')`);
    await send();
    await expect(undo(1)).rejects.toMatchObject({
      code: 'IMPORT_CONTINUED',
      hint: expect.stringContaining('atp import undo 2'),
    });
    expect([await onHand('SHIRT'), await onHand('SCARF')]).toEqual([5, 2]);
    await undo(2);
    await undo(1);
    expect([await onHand('SHIRT'), await onHand('SCARF')]).toEqual([0, 0]);
    expect(await send()).toMatchObject({ rows: 3, applied: 2, failed: 1 });
    expect([await onHand('SHIRT'), await onHand('SCARF')]).toEqual([5, 2]);
  });

  test('of order lines, which are states, and of what does not exist', async () => {
    await warehouse.import('ORDER_ITEMS', ['O1,01,,,SHIRT,,2,0,BROADWAY,ITEM_CREATED,2026-11-24T10:00:00Z']);
    await expect(undoLast()).rejects.toMatchObject({ code: 'IMPORT_NOT_UNDOABLE' });
    await expect(undo(999)).rejects.toMatchObject({ code: 'IMPORT_UNKNOWN' });
  });
});

describe('a count of an earlier instant', () => {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const countAsOf = (units: number, at: Date, resetByAtp = 'N') =>
    warehouse.importText(
      'RESET_INVENTORY',
      `facilityId,idValue,availableQty,resetByAtp,asOf\nBROADWAY,SHIRT,${units},${resetByAtp},${at.toISOString()}\n`,
      `RESET_INVENTORY__${units}-${at.getTime()}.csv`,
    );
  const addAt = (units: number, writtenAt: Date) =>
    warehouse.import('MDM_INV_VARIANCE', [`SHIRT,,${units},BROADWAY,,,`], { writtenAt });

  test('keeps what has happened since, and takes the place of what had happened before', async () => {
    await countAsOf(100, ago(600));
    await addAt(-1, ago(90));
    await addAt(-2, ago(30));
    await countAsOf(50, ago(60));
    expect(await onHand()).toBe(48);
  });

  test('of what is available counts with what was reserved then', async () => {
    await countAsOf(10, ago(600));
    await warehouse.import('ORDER_ITEMS', ['O1,01,,,SHIRT,,3,0,BROADWAY,ITEM_CREATED,2026-11-24T10:00:00Z'], {
      writtenAt: ago(30),
    });
    await countAsOf(9, ago(60), 'Y');
    expect(await warehouse.readLevels('SHIRT', 'BROADWAY')).toEqual({ qoh: 9, reserved: 3 });
  });

  test('does not set back a level that was counted later', async () => {
    await countAsOf(7, ago(30));
    const late = await countAsOf(100, ago(60));
    expect(late.refused).toMatchObject([{ code: 'COUNT_OVERTAKEN', column: 'asOf' }]);
    expect(await onHand()).toBe(7);
  });

  test('does not set back a level that was counted later by the count before one that was undone', async () => {
    const before = ago(30);
    await countAsOf(7, before);
    await countAsOf(8, ago(20));
    await undoLast();
    const late = await countAsOf(100, ago(60));
    expect(late.refused).toMatchObject([
      {
        code: 'COUNT_OVERTAKEN',
        message: expect.stringContaining(before.toISOString().slice(0, 19)) as string,
      },
    ]);
    expect(await onHand()).toBe(7);
    // And that one is still the count before, when the next one is undone, too.
    expect((await countAsOf(9, ago(25))).refused).toEqual([]);
    await undoLast();
    expect((await countAsOf(100, ago(60))).refused).toMatchObject([{ code: 'COUNT_OVERTAKEN' }]);
    expect(await onHand()).toBe(7);
  });

  test('that is still to come is refused, with the other bins of its level; a clock may be ahead a little', async () => {
    const countOf = (name: string, rows: readonly string[]) =>
      warehouse.importText(
        'RESET_INVENTORY',
        `facilityId,idValue,locationSeqId,availableQty,asOf\n${rows.join('\n')}\n`,
        `RESET_INVENTORY__${name}.csv`,
      );
    const late = await countOf('late', [
      'BROADWAY,SHIRT,A,5,',
      `BROADWAY,SHIRT,B,6,${ago(-6).toISOString()}`,
      `BROADWAY,HAT,A,4,${ago(-4).toISOString()}`,
    ]);
    expect(late.refused.map(({ column, code, message }) => [column, code, message])).toEqual([
      ['idValue', 'FEED_COUNT_INCOMPLETE', expect.any(String)],
      ['asOf', 'FEED_VALUE_INVALID', expect.stringContaining('it lies in the future')],
    ]);
    const now = await countOf('now', [`BROADWAY,HAT,A,3,${new Date().toISOString()}`]);
    expect(now.refused).toEqual([]);
    expect([await onHand('SHIRT'), await onHand('HAT')]).toEqual([0, 3]);
  });

  test('undone, gives what was before, and a difference that it had taken in stays one', async () => {
    await addAt(20, ago(90));
    await countAsOf(50, ago(60));
    await addAt(-1, ago(30));
    await undoLast(1);
    expect(await onHand()).toBe(19);
  });

  test('takes in an undone difference, too: that never was', async () => {
    await addAt(20, ago(90));
    await undoLast();
    await countAsOf(50, ago(100));
    expect(await onHand()).toBe(50);
  });
});
