/**
 * The rules of `inventorySetQuantities`, as a decision: what a call would change, or why it is refused. It never
 * applies some rows and refuses others.
 *
 * Codes, messages and the form of `field` were recorded on a development store (API 2026-04) where it could be
 * made to answer them; for the rest the message is the description of the code in Shopify's schema. That one stale row
 * refuses the whole call, and is named by its position, was measured on a development store (API 2026-10). Which
 * errors are reported together was recorded for single causes only. The twin reports one stage at a time, so that a
 * client may have to repair a call more than once: the call as a whole, then duplicates, then each row by itself, and
 * last the compare-and-swap, where it lists every stale row.
 */
import { locationNumberOf, sequenceOf } from './gids.ts';
import { levelAt, variantAt } from './shop-state.ts';
import type { Rules } from './shop-rules.ts';
import type { UserError } from './user-error.ts';
import type { AdjustmentRows, ShopState } from './shop-state.ts';

export interface SetQuantitiesInput {
  readonly name: string;
  readonly reason: string;
  readonly referenceDocumentUri?: string | null;
  readonly quantities: readonly QuantityRow[];
}

export interface QuantityRow {
  readonly inventoryItemId: string;
  readonly locationId: string;
  readonly quantity: number;
  /** Null: no check. The field must be present all the same (missingChangeFromQuantity). */
  readonly changeFromQuantity?: number | null;
}

export interface SetQuantitiesRefusal {
  readonly userErrors: readonly UserError[];
}

/** `rows` has the rows that change; a row that sets the value that is there already is left out. */
export type SetQuantitiesDecision =
  SetQuantitiesRefusal | { readonly userErrors: null; readonly rows: AdjustmentRows };

export const QUANTITY_LIMIT = 1_000_000_000;

const STALE_CODE = 'CHANGE_FROM_QUANTITY_STALE';
/** Shopify's own words, as four projects have reported them from their shops (API 2026-07 and 2026-10). */
const STALE_MESSAGE = 'The changeFromQuantity argument no longer matches the persisted quantity.';

/** Accepted by a development store; any other reason is refused with this list. */
const REASONS = [
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_canceled',
  'movement_created',
  'movement_received',
  'movement_updated',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
] as const;

/** True when a row lacks the field (null counts as present). Shopify refuses this above the level of userErrors. */
export function missingChangeFromQuantity(input: SetQuantitiesInput): boolean {
  return input.quantities.some((row) => !Object.hasOwn(row, 'changeFromQuantity'));
}

export function decideSetQuantities(
  shop: ShopState,
  input: SetQuantitiesInput,
  staleRefusals: Rules['staleRefusals'],
): SetQuantitiesDecision {
  for (const stage of [errorsOfCall, errorsOfDuplicates, errorsOfRows]) {
    const userErrors = stage(input, shop);
    if (userErrors.length > 0) return { userErrors };
  }
  const stale = errorsOfStaleRows(input, shop);
  if (stale.length === 0) return { userErrors: null, rows: changedRows(input, shop) };
  return staleRefusals === 'indexed' ? { userErrors: stale } : unnamedStaleRefusal(staleRefusals);
}

/** As if some row were stale, without saying which. */
export function unnamedStaleRefusal(form: 'without-field' | 'without-code'): SetQuantitiesRefusal {
  return {
    userErrors: [{ code: form === 'without-code' ? null : STALE_CODE, field: null, message: STALE_MESSAGE }],
  };
}

function errorsOfCall({ name, reason, referenceDocumentUri }: SetQuantitiesInput): UserError[] {
  const errors: UserError[] = [];
  if (name !== 'available' && name !== 'on_hand') {
    errors.push({
      code: 'INVALID_NAME',
      field: ['input', 'name'],
      message: "The quantity name must be either 'available' or 'on_hand'.",
    });
  }
  if (!(REASONS as readonly string[]).includes(reason)) {
    errors.push({
      code: 'INVALID_REASON',
      field: ['input', 'reason'],
      message: `The specified reason is invalid. Valid values are: ${REASONS.join(', ')}.`,
    });
  }
  if (referenceDocumentUri != null && !isReferenceDocument(referenceDocumentUri)) {
    errors.push({
      code: 'INVALID_REFERENCE_DOCUMENT',
      field: ['input', 'referenceDocumentUri'],
      message: 'The specified reference document is invalid.',
    });
  }
  return errors;
}

/** A URI with a scheme and content; a `gid:` needs app, entity and id (description of the field in the schema). */
function isReferenceDocument(uri: string): boolean {
  if (uri.startsWith('gid:')) return /^gid:\/\/[^/\s]+\/[^/\s]+\/\S+$/.test(uri);
  return /^[A-Za-z][A-Za-z0-9+.-]*:(\/\/)?[^/\s]\S*$/.test(uri);
}

/** Both rows of a pair are reported. */
function errorsOfDuplicates({ quantities }: SetQuantitiesInput): UserError[] {
  const pairOf = (row: QuantityRow): string => `${row.inventoryItemId} ${row.locationId}`;
  const times = new Map<string, number>();
  for (const row of quantities) times.set(pairOf(row), (times.get(pairOf(row)) ?? 0) + 1);
  return rowErrors(quantities, (row) =>
    (times.get(pairOf(row)) ?? 0) < 2
      ? null
      : [
          'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
          'locationId',
          'The combination of inventoryItemId and locationId must be unique.',
        ],
  );
}

function errorsOfRows({ name, quantities }: SetQuantitiesInput, shop: ShopState): UserError[] {
  return rowErrors(quantities, ({ inventoryItemId, locationId, quantity }) => {
    if (!variantAt(shop, sequenceOf('InventoryItem', inventoryItemId))) {
      return [
        'INVALID_INVENTORY_ITEM',
        'inventoryItemId',
        'The specified inventory item could not be found.',
      ];
    }
    // The twin treats a deactivated location like an unknown one. Nothing is recorded; this answer is hardest to overlook.
    if (!shop.locations.get(locationNumberOf(locationId) ?? NaN)?.isActive) {
      return ['INVALID_LOCATION', 'locationId', 'The specified location could not be found.'];
    }
    if (quantity > QUANTITY_LIMIT) {
      return ['INVALID_QUANTITY_TOO_HIGH', 'quantity', "The quantity can't be higher than 1,000,000,000."];
    }
    // `available` may fall below zero, on_hand may not.
    if (name === 'on_hand' && quantity < 0) {
      return ['INVALID_QUANTITY_NEGATIVE', 'quantity', "The quantity can't be negative."];
    }
    if (quantity < -QUANTITY_LIMIT) {
      return ['INVALID_QUANTITY_TOO_LOW', 'quantity', "The quantity can't be lower than -1,000,000,000."];
    }
    return null;
  });
}

function errorsOfStaleRows({ name, quantities }: SetQuantitiesInput, shop: ShopState): UserError[] {
  return rowErrors(quantities, (row) => {
    const expected = row.changeFromQuantity ?? null;
    if (expected === null || expected === stockOf(shop, row)[name === 'on_hand' ? 'onHand' : 'available']) {
      return null;
    }
    return [STALE_CODE, 'changeFromQuantity', STALE_MESSAGE];
  });
}

function changedRows({ name, quantities }: SetQuantitiesInput, shop: ShopState): AdjustmentRows {
  const rows: number[] = [];
  for (const row of quantities) {
    const { sequence, location, available, onHand } = stockOf(shop, row);
    // The two quantities change together, by the same difference.
    const to = name === 'on_hand' ? available + row.quantity - onHand : row.quantity;
    if (to !== available) rows.push(sequence, location, available, to);
  }
  return rows;
}

/** A level that does not exist counts as 0; setting it creates it, inactive (views.ts, "Levels that are not active"). */
function stockOf(shop: ShopState, { inventoryItemId, locationId }: QuantityRow) {
  const sequence = sequenceOf('InventoryItem', inventoryItemId) ?? 0;
  const location = locationNumberOf(locationId) ?? 0;
  const variant = variantAt(shop, sequence);
  const { available = 0, committed = 0 } = (variant && levelAt(variant, location)) ?? {};
  return { sequence, location, available, onHand: available + committed };
}

type RowRefusal = readonly [code: string, argument: string, message: string];

function rowErrors(
  rows: readonly QuantityRow[],
  refusalOf: (row: QuantityRow) => RowRefusal | null,
): UserError[] {
  return rows.flatMap((row, index) => {
    const refusal = refusalOf(row);
    if (!refusal) return [];
    const [code, argument, message] = refusal;
    return [{ code, field: ['input', 'quantities', String(index), argument], message }];
  });
}
