/** The columns of each feed type. The texts of a row become plain values here, or a reason why they cannot. */
import { z } from 'zod';
import { LEDGER_REASONS } from '../domain/feed.ts';
import { NO_SETTINGS, type SourceSettings } from '../domain/feed-source.ts';
import {
  ORDER_ITEM_STATUSES,
  type FeedContents,
  type FeedType,
  type OrderItemRow,
  type OrderWatermarkRow,
  type ProductIdType,
  type ResetRow,
  type VarianceRow,
} from '../domain/feed-type.ts';
import { ORDER_UNITS_MAX, UNITS_MAX } from '../domain/limits.ts';
import { plainName } from '../domain/recognition/column-names.ts';
import { readInstant, type InstantReading } from '../domain/recognition/instant-text.ts';
import { readOrderStatus } from '../domain/recognition/order-status.ts';
import { readWholeUnits } from '../domain/recognition/whole-units.ts';
import { offsetsOf } from '../domain/wall-clock.ts';

export interface FeedSchema<Content> {
  /** The header must name at least one column of each group. Unknown columns are ignored. */
  readonly required: readonly (readonly string[])[];
  /** Every column that is read. */
  readonly columns: readonly string[];
  /** Takes a row as an object of its columns' bare texts. */
  readonly row: (how: Reading) => z.ZodType<Content>;
}

/** How the texts of a feed are to be read. */
export type Reading = InstantReading & Pick<SourceSettings, 'decimal' | 'statuses' | 'reasons'>;

export function readingOf({ timeZone, ...settings }: SourceSettings): Reading {
  return { ...settings, offsetAt: timeZone === null ? null : offsetsOf(timeZone) };
}

const text = z.string().default('');
const orNull = text.transform((value) => (value === '' ? null : value));
const required = text.pipe(z.string().min(1, 'it must not be empty'));

function units(
  { decimal }: Reading,
  { min, max, ifEmpty = '' }: { min: number; max: number; ifEmpty?: string },
) {
  return text
    .transform((value, context) => {
      const read = readWholeUnits(value || ifEmpty, decimal);
      if ('units' in read) return read.units;
      context.addIssue(read.fault);
      return z.NEVER;
    })
    .pipe(z.number().min(min, `it must be at least ${min}`).max(max, `it must be at most ${max}`));
}

const yes = ['Y', 'YES', 'TRUE', '1'];
const no = ['N', 'NO', 'FALSE', '0', ''];
const flag = text
  .transform((value) => value.toUpperCase())
  .pipe(z.enum([...yes, ...no], 'it must be Y or N'))
  .transform((value) => yes.includes(value));

/**
 * The spellings of HotWax's own feeds, compared as names of columns are, without a number of digits (`EAN-13`). An empty
 * idType means SKU.
 */
const ID_TYPES: Readonly<Record<string, ProductIdType>> = {
  '': 'SKU',
  sku: 'SKU',
  upc: 'UPC',
  upca: 'UPC',
  upce: 'UPC',
  ean: 'UPC',
  gtin: 'UPC',
  isbn: 'UPC',
  barcode: 'UPC',
  productid: 'PRODUCT_ID',
};

const idType = text.transform((value, context) => {
  const plain = plainName(value).replace(/\d+$/, '');
  const type = Object.hasOwn(ID_TYPES, plain) ? ID_TYPES[plain] : undefined;
  if (type !== undefined) return type;
  context.addIssue('it must be SKU, UPC, UPCA or productId');
  return z.NEVER;
});

/** Kept as an instant in UTC. */
function time(how: Reading) {
  return text.transform((value, context) => {
    const read = readInstant(value, how);
    if ('instant' in read) return read.instant.toISOString();
    context.addIssue(read.fault);
    return z.NEVER;
  });
}

function timeOrNull(how: Reading) {
  return text.transform((value) => {
    const read = readInstant(value, how);
    return 'instant' in read ? read.instant.toISOString() : null;
  });
}

/** A label never decides over stock: one that nobody knows is kept as it came. */
function reason({ reasons }: Reading) {
  const named = new Map(Object.entries(reasons).map(([theirs, ours]) => [plainName(theirs), ours]));
  return text.transform((value) =>
    value === '' ? LEDGER_REASONS.variance : (named.get(plainName(value)) ?? value),
  );
}

function status({ statuses }: Reading) {
  return text.transform((value, context) => {
    const known = readOrderStatus(value, statuses);
    if (known !== null) return known;
    context.addIssue(
      `it must be one of ${ORDER_ITEM_STATUSES.join(', ')}, or said for its source (--status ${STATUS_EXAMPLE})`,
    );
    return z.NEVER;
  });
}

const STATUS_EXAMPLE = 'ITEM_HOLD=ITEM_CREATED';

const product = { idType, idValue: required };
const facility = { facilityId: orNull, externalFacilityId: orNull };

function hasFacility(row: { facilityId: string | null; externalFacilityId: string | null }): boolean {
  return row.facilityId !== null || row.externalFacilityId !== null;
}

const FACILITY_MISSING = { path: ['facilityId'], error: 'facilityId or externalFacilityId must be given' };

const resetRow = (how: Reading) =>
  z
    .object({
      ...product,
      ...facility,
      resetByAtp: flag,
      availableQty: units(how, { min: -UNITS_MAX, max: UNITS_MAX }),
      locationSeqId: orNull,
    })
    .refine(hasFacility, FACILITY_MISSING) satisfies z.ZodType<ResetRow>;

/** What somebody has counted: always what is on hand. */
const countColumns = (how: Reading) =>
  z.object({
    ...product,
    ...facility,
    quantity: units(how, { min: -UNITS_MAX, max: UNITS_MAX }),
    locationSeqId: orNull,
  });

const countRow = (how: Reading) =>
  countColumns(how)
    .refine(hasFacility, FACILITY_MISSING)
    .transform(({ quantity, ...row }) => ({
      ...row,
      resetByAtp: false,
      availableQty: quantity,
    })) satisfies z.ZodType<ResetRow>;

const varianceRow = (how: Reading) =>
  z
    .object({
      ...product,
      ...facility,
      availableDelta: units(how, { min: -UNITS_MAX, max: UNITS_MAX }),
      reasonEnumId: reason(how),
    })
    .refine(hasFacility, FACILITY_MISSING) satisfies z.ZodType<VarianceRow>;

const orderItemRow = (how: Reading) =>
  z.object({
    ...product,
    orderId: required,
    orderItemSeqId: required,
    shopId: orNull,
    externalOrderId: orNull,
    quantity: units(how, { min: 0, max: ORDER_UNITS_MAX }),
    cancelQuantity: units(how, { min: 0, max: ORDER_UNITS_MAX, ifEmpty: '0' }),
    ...facility,
    statusId: status(how),
    orderDate: timeOrNull(how),
  }) satisfies z.ZodType<OrderItemRow>;

const orderWatermarkRow = (how: Reading) =>
  z.object({
    shopId: required,
    completeUntil: time(how),
  }) satisfies z.ZodType<OrderWatermarkRow>;

/** Columns are the same however a sender writes. */
const columnsOf = (row: (how: Reading) => { readonly shape: object }): readonly string[] =>
  Object.keys(row(readingOf(NO_SETTINGS)).shape);

export const FEED_SCHEMAS: { readonly [Type in FeedType]: FeedSchema<FeedContents[Type]> } = {
  RESET_INVENTORY: {
    required: [['idValue'], ['facilityId', 'externalFacilityId'], ['availableQty']],
    columns: columnsOf(resetRow),
    row: resetRow,
  },
  REC_INV_COUNT: {
    required: [['idValue'], ['facilityId', 'externalFacilityId'], ['quantity']],
    columns: columnsOf(countColumns),
    row: countRow,
  },
  MDM_INV_VARIANCE: {
    required: [['idValue'], ['facilityId', 'externalFacilityId'], ['availableDelta']],
    columns: columnsOf(varianceRow),
    row: varianceRow,
  },
  ORDER_ITEMS: {
    // Without the column of its facility, every line would go back into the brokering queue; so it is required.
    required: [
      ['orderId'],
      ['orderItemSeqId'],
      ['idValue'],
      ['quantity'],
      ['facilityId', 'externalFacilityId'],
      ['statusId'],
      ['orderDate'],
    ],
    columns: columnsOf(orderItemRow),
    row: orderItemRow,
  },
  ORDER_WATERMARK: {
    required: [['shopId'], ['completeUntil']],
    columns: columnsOf(orderWatermarkRow),
    row: orderWatermarkRow,
  },
};
