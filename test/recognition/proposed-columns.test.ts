/** Which column of an unknown header is which of ours: proposals, each for one column only. */
import { expect, test } from 'vitest';
import { FEED_SCHEMAS } from '../../src/csv/feed-schemas.ts';
import type { FeedType } from '../../src/domain/feed-type.ts';
import { proposeColumns, type FileColumn } from '../../src/domain/recognition/proposed-columns.ts';

/** `theirs → ours` of a header, each column with these first values. */
function proposalsFor(
  type: FeedType,
  header: Readonly<Record<string, readonly string[]>>,
  known: Readonly<Record<string, string>> = {},
): string[] {
  const columns = Object.entries(header).map(([theirs, examples]): FileColumn => ({
    theirs,
    ours: known[theirs] ?? null,
    examples,
  }));
  const { columns: ours, required } = FEED_SCHEMAS[type];
  return proposeColumns(columns, { ours, required })
    .filter(({ isProposed }) => isProposed)
    .map((column) => `${column.theirs} → ${column.ours}`);
}

test.each<[FeedType, Readonly<Record<string, readonly string[]>>, string[]]>([
  [
    'RESET_INVENTORY',
    { 'Item No.': ['A-1'], Store: ['17'], 'Qty on hand': ['12', '1,000'], Remark: ['x'] },
    ['Item No. → idValue', 'Store → facilityId', 'Qty on hand → availableQty'],
  ],
  [
    'RESET_INVENTORY',
    { Artikelnummer: ['4711'], Filiale: ['3'], Bestand: ['5', ''], Datum: ['2026-01-01'] },
    ['Artikelnummer → idValue', 'Filiale → externalFacilityId', 'Bestand → availableQty', 'Datum → asOf'],
  ],
  [
    'MDM_INV_VARIANCE',
    { SKU: ['A'], Warehouse: ['W'], Delta: ['-2'] },
    ['SKU → idValue', 'Warehouse → facilityId', 'Delta → availableDelta'],
  ],
])('%s: %j', (type, header, expected) => {
  expect(proposalsFor(type, header).toSorted()).toEqual(expected.toSorted());
});

test('what holds no numbers is no column of units', () => {
  expect(proposalsFor('RESET_INVENTORY', { Stock: ['in stock', 'sold out'] })).toEqual([]);
  expect(proposalsFor('RESET_INVENTORY', { Stock: ['3'] })).toEqual(['Stock → availableQty']);
});

test('what is known is proposed for nothing else, and no column of ours twice', () => {
  expect(
    proposalsFor('RESET_INVENTORY', { Item: ['A'], SKU: ['B'], Qty: ['1'] }, { Item: 'idValue' }),
  ).toEqual(['Qty → availableQty']);
  expect(proposalsFor('RESET_INVENTORY', { EAN: ['1'], Barcode: ['2'] })).toEqual(['EAN → idValue']);
});
