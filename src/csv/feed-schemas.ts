/** The columns of each feed type. The texts of a row become plain values here, or a reason why they cannot. */
import { z } from 'zod';
import { LEDGER_REASONS } from '../domain/feed.ts';
import {
  ORDER_ITEM_STATUSES,
  type FeedContents,
  type FeedType,
  type OrderItemRow,
  type OrderWatermarkRow,
  type ResetRow,
  type VarianceRow,
} from '../domain/feed-type.ts';
import { ORDER_UNITS_MAX, UNITS_MAX } from '../domain/limits.ts';

export interface FeedSchema<Content> {
  /** The header must name at least one column of each group. Unknown columns are ignored. */
  readonly required: readonly (readonly string[])[];
  /** Every column that is read. */
  readonly columns: readonly string[];
  /** Takes a row as an object of its columns' texts. */
  readonly row: z.ZodType<Content>;
}

/** Blanks around a value never count. */
const text = z
  .string()
  .default('')
  .transform((value) => value.trim());
const orNull = text.transform((value) => (value === '' ? null : value));
const required = text.pipe(z.string().min(1, 'it must not be empty'));

/** A fraction of one or two zeros is one; three are more likely thousands, as a comma or a point writes them. */
function units({ min, max, ifEmpty = '' }: { min: number; max: number; ifEmpty?: string }) {
  return text
    .transform((value) => value || ifEmpty)
    .pipe(z.string().regex(/^[+-]?\d{1,15}(\.00?)?$/, 'it must be a whole number'))
    .transform(Number)
    .pipe(z.number().min(min, `it must be at least ${min}`).max(max, `it must be at most ${max}`))
    .transform((value) => value + 0); // −0 is 0
}

const yes = ['Y', 'YES', 'TRUE', '1'];
const no = ['N', 'NO', 'FALSE', '0', ''];
const flag = text
  .transform((value) => value.toUpperCase())
  .pipe(z.enum([...yes, ...no], 'it must be Y or N'))
  .transform((value) => yes.includes(value));

/** The spellings of HotWax's own feeds; an empty idType means SKU. */
const ID_TYPES: Readonly<Record<string, 'SKU' | 'UPC' | 'PRODUCT_ID'>> = {
  '': 'SKU',
  SKU: 'SKU',
  UPC: 'UPC',
  UPCA: 'UPC',
  PRODUCTID: 'PRODUCT_ID',
  PRODUCT_ID: 'PRODUCT_ID',
};

const idType = text.transform((value, context) => {
  const type = ID_TYPES[value.toUpperCase()];
  if (type !== undefined) return type;
  context.addIssue('it must be SKU, UPC, UPCA or productId');
  return z.NEVER;
});

const TIME_FAULT = 'it must be a time with an offset, such as 2026-11-24T10:15:00Z';

/** Kept as an instant in UTC. A year before 1970 is a mistake, and Postgres refuses some of these. */
const time = text
  .transform((value) => value.replace(' ', 'T'))
  .pipe(z.iso.datetime({ offset: true, error: TIME_FAULT }))
  .transform((value) => new Date(value))
  .pipe(z.date(TIME_FAULT).min(new Date('1970-01-01T00:00:00Z'), TIME_FAULT))
  .transform((value) => value.toISOString());

const product = { idType, idValue: required };
const facility = { facilityId: orNull, externalFacilityId: orNull };

function hasFacility(row: { facilityId: string | null; externalFacilityId: string | null }): boolean {
  return row.facilityId !== null || row.externalFacilityId !== null;
}

const FACILITY_MISSING = { path: ['facilityId'], error: 'facilityId or externalFacilityId must be given' };

const resetRow = z
  .object({
    ...product,
    ...facility,
    resetByAtp: flag,
    availableQty: units({ min: -UNITS_MAX, max: UNITS_MAX }),
  })
  .refine(hasFacility, FACILITY_MISSING) satisfies z.ZodType<ResetRow>;

const varianceRow = z
  .object({
    ...product,
    ...facility,
    availableDelta: units({ min: -UNITS_MAX, max: UNITS_MAX }),
    reasonEnumId: text
      .transform((value) => value || LEDGER_REASONS.variance)
      .pipe(
        z.string().regex(/^[A-Z][A-Z0-9_]{0,59}$/, 'it must be a reason such as VAR_LOST or RTN_ITM_RCPT'),
      ),
  })
  .refine(hasFacility, FACILITY_MISSING) satisfies z.ZodType<VarianceRow>;

const orderItemRow = z.object({
  ...product,
  orderId: required,
  orderItemSeqId: required,
  shopId: orNull,
  externalOrderId: orNull,
  quantity: units({ min: 0, max: ORDER_UNITS_MAX }),
  cancelQuantity: units({ min: 0, max: ORDER_UNITS_MAX, ifEmpty: '0' }),
  facilityId: orNull,
  statusId: text.pipe(z.enum(ORDER_ITEM_STATUSES, `it must be one of ${ORDER_ITEM_STATUSES.join(', ')}`)),
  orderDate: time,
}) satisfies z.ZodType<OrderItemRow>;

const orderWatermarkRow = z.object({
  shopId: required,
  completeUntil: time,
}) satisfies z.ZodType<OrderWatermarkRow>;

export const FEED_SCHEMAS: { readonly [Type in FeedType]: FeedSchema<FeedContents[Type]> } = {
  RESET_INVENTORY: {
    required: [['idValue'], ['facilityId', 'externalFacilityId'], ['availableQty']],
    columns: Object.keys(resetRow.shape),
    row: resetRow,
  },
  MDM_INV_VARIANCE: {
    required: [['idValue'], ['facilityId', 'externalFacilityId'], ['availableDelta']],
    columns: Object.keys(varianceRow.shape),
    row: varianceRow,
  },
  ORDER_ITEMS: {
    // Without the column facilityId, every line would go back into the brokering queue; so it is required.
    required: [
      ['orderId'],
      ['orderItemSeqId'],
      ['idValue'],
      ['quantity'],
      ['facilityId'],
      ['statusId'],
      ['orderDate'],
    ],
    columns: Object.keys(orderItemRow.shape),
    row: orderItemRow,
  },
  ORDER_WATERMARK: {
    required: [['shopId'], ['completeUntil']],
    columns: Object.keys(orderWatermarkRow.shape),
    row: orderWatermarkRow,
  },
};
