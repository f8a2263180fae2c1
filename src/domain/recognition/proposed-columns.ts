/** Which of our columns a column of an unknown header may be: a proposal for a person, who says so or not. */
import { plainName } from './column-names.ts';

/** What senders call them, as `plainName` has it. The first column of ours that fits, and is not taken, is proposed. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  idValue: [
    ...[
      'sku',
      'skuno',
      'skucode',
      'itemno',
      'itemnumber',
      'item',
      'itemcode',
      'itemid',
      'article',
      'articleno',
    ],
    ...['articlenumber', 'artikelnummer', 'artikelnr', 'artikel', 'material', 'materialnumber', 'product'],
    ...['productid', 'productcode', 'variantsku', 'ean', 'ean13', 'upc', 'gtin', 'barcode'],
  ],
  sku: [
    'skuno',
    'skucode',
    'itemno',
    'itemnumber',
    'item',
    'itemcode',
    'artikelnummer',
    'articlenumber',
    'variantsku',
  ],
  upc: ['ean', 'ean13', 'gtin', 'barcode'],
  availableQty: [
    ...[
      'qty',
      'quantity',
      'onhand',
      'onhandqty',
      'qtyonhand',
      'quantityonhand',
      'stock',
      'stockqty',
      'available',
    ],
    ...['inventory', 'soh', 'bestand', 'menge', 'anzahl', 'units', 'count', 'counted', 'atp'],
  ],
  quantity: [
    'qty',
    'units',
    'count',
    'counted',
    'menge',
    'anzahl',
    'onhand',
    'qtyonhand',
    'stock',
    'bestand',
    'ordered',
  ],
  availableDelta: [
    'delta',
    'difference',
    'diff',
    'adjustment',
    'change',
    'variance',
    'qty',
    'quantity',
    'differenz',
  ],
  facilityId: [
    'facility',
    'store',
    'storeid',
    'storecode',
    'location',
    'locationid',
    'site',
    'plant',
    'warehouse',
  ],
  externalFacilityId: [
    ...[
      'storeno',
      'storenumber',
      'store',
      'storeid',
      'branch',
      'branchno',
      'filiale',
      'lager',
      'plant',
      'location',
    ],
    ...['warehouse', 'site', 'shopno'],
  ],
  reasonEnumId: ['reason', 'reasoncode', 'grund', 'cause'],
  asOf: ['date', 'time', 'timestamp', 'countedat', 'datetime', 'datum', 'stocktime'],
  orderId: ['order', 'orderno', 'ordernumber', 'ordername', 'bestellnummer'],
  orderItemSeqId: ['line', 'lineno', 'linenumber', 'orderline', 'position', 'seq'],
  externalOrderId: ['shopifyorderid', 'externalorder'],
  shopId: ['shop', 'channel', 'store'],
  statusId: ['status', 'state', 'orderstatus'],
  orderDate: ['date', 'createdat', 'orderedat', 'datum'],
  updatedAt: ['changedat', 'modifiedat', 'lastmodified'],
  cancelQuantity: ['cancelled', 'canceled', 'cancelledqty'],
};

/** How a column of units looks: nothing else is proposed for one. */
export const UNIT_COLUMNS: ReadonlySet<string> = new Set([
  ...['availableQty', 'quantity', 'availableDelta', 'cancelQuantity'],
]);
const UNITS = /^[-+]?\d[\d.,' ]*$/;

export interface FileColumn {
  readonly theirs: string;
  /** Our column by its own name, or by what was said of the source; null: it is not known. */
  readonly ours: string | null;
  /** Its first values. */
  readonly examples: readonly string[];
}

export interface ProposedColumn extends FileColumn {
  /** `ours` is only proposed: nobody has said so yet. */
  readonly isProposed: boolean;
}

/**
 * Proposes a column of ours for those that are not known, each of ours once. A column of a group of which one must be there
 * comes before one that may be left out.
 */
export function proposeColumns(
  columns: readonly FileColumn[],
  { ours, required }: { readonly ours: readonly string[]; readonly required: readonly (readonly string[])[] },
): readonly ProposedColumn[] {
  const taken = new Set(columns.map((column) => column.ours));
  const isMet = (group: readonly string[]) => group.some((column) => taken.has(column));
  const proposed = new Map<string, string>();
  const inOrder = [...required.flat(), ...ours.filter((column) => !required.flat().includes(column))];
  for (const column of new Set(inOrder)) {
    const group = required.find((one) => one.includes(column));
    if (taken.has(column) || (group && isMet(group))) continue;
    const free = columns.filter(({ theirs, ours: known }) => known === null && !proposed.has(theirs));
    const best = bestOf(column, free);
    if (best === null) continue;
    proposed.set(best.theirs, column);
    taken.add(column);
  }
  return columns.map((column) => {
    const proposal = column.ours === null ? proposed.get(column.theirs) : undefined;
    return { ...column, ours: proposal ?? column.ours, isProposed: proposal !== undefined };
  });
}

/** The one whose name comes first among the names of the column. */
function bestOf(column: string, free: readonly FileColumn[]): FileColumn | null {
  const looksRight = ({ examples }: FileColumn) =>
    !UNIT_COLUMNS.has(column) || examples.every((value) => value.trim() === '' || UNITS.test(value.trim()));
  for (const name of OTHER_NAMES[column] ?? []) {
    const found = free.find((candidate) => plainName(candidate.theirs) === name && looksRight(candidate));
    if (found) return found;
  }
  return null;
}
