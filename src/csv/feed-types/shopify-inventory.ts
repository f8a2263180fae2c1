/**
 * SHOPIFY_INVENTORY: the file that the admin of Shopify exports under Products, Inventory, Export. Its columns: Shopify Help
 * Center, "Inventory CSV file", of 2026 (`On hand (current)`, `On hand (new)`) and before (`On hand`).
 */
import { z } from 'zod';
import type { ShopifyInventoryRow } from '../../domain/feed-type.ts';
import { UNITS_MAX } from '../../domain/limits.ts';
import {
  bin,
  columnsOf,
  ifGiven,
  nullFor,
  orNull,
  required,
  units,
  type FeedSchema,
  type Reading,
} from '../feed-values.ts';

/** What Shopify writes for a variant that a location does not have. */
const NOT_STOCKED = 'not stocked';

const onHand = (how: Reading) =>
  nullFor(NOT_STOCKED, ifGiven(units(how, { min: -UNITS_MAX, max: UNITS_MAX })));

const columns = (how: Reading) =>
  z.object({
    sku: orNull,
    location: required,
    binName: bin,
    onHand: onHand(how),
    onHandCurrent: onHand(how),
    onHandNew: onHand(how),
  });

export const SHOPIFY_INVENTORY_SCHEMA: FeedSchema<ShopifyInventoryRow> = {
  required: [['sku'], ['location'], ['onHand', 'onHandCurrent', 'onHandNew']],
  columns: columnsOf(columns),
  row: (how) =>
    columns(how).transform(
      ({ sku, location, binName, onHand: only, onHandCurrent, onHandNew }, context): ShopifyInventoryRow => {
        const quantity = onHandNew ?? onHandCurrent ?? only;
        if (sku === null && quantity !== null && quantity !== 0) {
          context.addIssue({
            code: 'custom',
            path: ['sku'],
            message: 'it must not be empty: give the variant a SKU in Shopify',
          });
          return z.NEVER;
        }
        return { sku, location, quantity, locationSeqId: binName };
      },
    ),
};
