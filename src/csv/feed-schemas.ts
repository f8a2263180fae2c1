/** The columns of each feed type. The texts of a row become plain values here, or a reason why they cannot. */
import { z } from 'zod';
import type {
  FeedContents,
  FeedType,
  OrderItemRow,
  OrderWatermarkRow,
  ResetRow,
  VarianceRow,
} from '../domain/feed-type.ts';
import { ORDER_UNITS_MAX, UNITS_MAX } from '../domain/limits.ts';
import {
  bin,
  columnsOf,
  facility,
  FACILITY_MISSING,
  hasFacility,
  ifGiven,
  knownBy,
  knownByOrNull,
  moment,
  orNull,
  product,
  reason,
  required,
  status,
  time,
  timeIfTold,
  timeOrNull,
  units,
  flag,
  type FeedSchema,
  type Reading,
} from './feed-values.ts';
import { IMP_FACILITY_SCHEMA } from './feed-types/imp-facility.ts';
import { IMP_PROD_FACILITY_SCHEMA } from './feed-types/imp-prod-facility.ts';
import { IMP_PRODUCT_SCHEMA } from './feed-types/imp-product.ts';
import { IMP_THRESHOLD_SCHEMA } from './feed-types/imp-threshold.ts';
import { SHOPIFY_INVENTORY_SCHEMA } from './feed-types/shopify-inventory.ts';
import { TRANSFER_SCHEMA } from './feed-types/transfer.ts';

const resetRow = (how: Reading) =>
  z
    .object({
      ...product,
      ...facility,
      resetByAtp: flag,
      availableQty: units(how, { min: -UNITS_MAX, max: UNITS_MAX }),
      locationSeqId: bin,
      asOf: ifGiven(moment(how)),
    })
    .refine(hasFacility, FACILITY_MISSING) satisfies z.ZodType<ResetRow>;

/** What somebody has counted: always what is on hand. */
const countColumns = (how: Reading) =>
  z.object({
    ...product,
    ...facility,
    quantity: units(how, { min: -UNITS_MAX, max: UNITS_MAX }),
    locationSeqId: bin,
    asOf: ifGiven(moment(how)),
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
    orderId: knownBy,
    orderItemSeqId: knownBy,
    shopId: orNull,
    externalOrderId: knownByOrNull,
    quantity: units(how, { min: 0, max: ORDER_UNITS_MAX }),
    cancelQuantity: units(how, { min: 0, max: ORDER_UNITS_MAX, ifEmpty: '0' }),
    ...facility,
    statusId: status(how),
    orderDate: timeOrNull(how),
    updatedAt: timeIfTold(how),
  }) satisfies z.ZodType<OrderItemRow>;

const orderWatermarkRow = (how: Reading) =>
  z.object({
    shopId: required,
    completeUntil: time(how),
  }) satisfies z.ZodType<OrderWatermarkRow>;

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
  TRANSFER: TRANSFER_SCHEMA,
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
  SHOPIFY_INVENTORY: SHOPIFY_INVENTORY_SCHEMA,
  IMP_PRODUCT: IMP_PRODUCT_SCHEMA,
  IMP_FACILITY: IMP_FACILITY_SCHEMA,
  IMP_PROD_FACILITY: IMP_PROD_FACILITY_SCHEMA,
  IMP_THRESHOLD: IMP_THRESHOLD_SCHEMA,
};
