/** Rows and files that may be one, or two: what was meant is told, or asked. */
import { beforeEach, expect, test } from 'vitest';
import { NO_SETTINGS } from '../../src/domain/feed-source.ts';
import { withoutCopyMark } from '../../src/domain/copied-name.ts';
import { expectCodedError } from '../sftp/coded-error.ts';
import { Warehouse } from './warehouse.ts';

let warehouse: Warehouse;

beforeEach(async () => {
  warehouse = await Warehouse.open();
});

const count = (rows: readonly string[], settings = {}) =>
  warehouse.importText(
    'RESET_INVENTORY',
    `facilityId,idValue,Storage Place,availableQty\n${rows.join('\n')}\n`,
    `RESET_INVENTORY__1.csv`,
    { settings: { ...NO_SETTINGS, ...settings } },
  );
const readShirt = async () => (await warehouse.readLevels('SHIRT', 'BROADWAY')).qoh;

test('equal counts that differ in a column that nothing reads are one, and told', async () => {
  const bins = ['BROADWAY,SHIRT,A,7', 'BROADWAY,SHIRT,B,7', 'BROADWAY,HAT,A,1', 'BROADWAY,HAT,A,1'];
  expect(await count(bins)).toMatchObject({ applied: 4, warnings: [{ code: 'COUNT_ROWS_ALIKE', rows: 1 }] });
  expect(await readShirt()).toBe(7);
});

test('nothing is told where the source says what the column is, or that the rows are a sum', async () => {
  const bins = ['BROADWAY,SHIRT,A,7', 'BROADWAY,SHIRT,B,7'];
  expect(await count(bins, { columns: { 'Storage Place': 'locationSeqId' } })).not.toHaveProperty('warnings');
  expect(await readShirt()).toBe(14);
  expect(await count(bins, { rows: 'sum' })).not.toHaveProperty('warnings');
  expect(await readShirt()).toBe(14);
});

test('a row without a bin that has the sum of the bins is told to be perhaps their total', async () => {
  const columns = { 'Storage Place': 'locationSeqId' };
  const rows = ['BROADWAY,SHIRT,A,4', 'BROADWAY,SHIRT,B,6', 'BROADWAY,SHIRT,,10'];
  const { refused } = await count(rows, { columns });
  expect(refused.map(({ message }) => message)).toEqual(
    Array.from(
      { length: 3 },
      () => expect.stringMatching(/^Row 4 has no bin, and the sum of the bins/) as string,
    ),
  );
  expect(await count(rows, { columns, rows: 'sum' })).toMatchObject({ applied: 3 });
  expect(await readShirt()).toBe(20);
});

test.each([
  ['MDM_INV_VARIANCE__9.csv', 'MDM_INV_VARIANCE__9 - Copy.csv'],
  ['MDM_INV_VARIANCE__9 - Kopie (2).csv', 'MDM_INV_VARIANCE__9.csv'],
  ['MDM_INV_VARIANCE__9.csv', 'MDM_INV_VARIANCE__Copy of 9.csv'],
])('a difference in %s is not counted again because somebody has copied it to %s', async (first, second) => {
  const send = (name: string, content = 'idValue,facilityId,availableDelta\nSHIRT,BROADWAY,-1\n') =>
    warehouse.importText('MDM_INV_VARIANCE', content, name, {
      claimed: { path: `claimed/${name}/${name}`, sizeBytes: 1 },
      source: 'pos',
    });
  await send(first);
  expect((await expectCodedError(() => send(second))).code).toBe('FEED_HELD');
  expect(await readShirt()).toBe(-1);
});

test('what is no mark of a copy is a part of the name', () => {
  for (const name of ['x (1).csv', 'copy.csv', 'x-copy.csv', 'photocopy - 1.csv'])
    expect(withoutCopyMark(name)).toBe(name);
});
