/** IMP_THRESHOLD: what a facility group keeps back of a product, in place of the group's own threshold. */
import { z } from 'zod';
import type { ThresholdRow } from '../../domain/feed-type.ts';
import { UNITS_SET_MAX } from '../../domain/limits.ts';
import { columnsOf, nullFor, required, units, type FeedSchema, type Reading } from '../feed-values.ts';
import { ANY_PRODUCT, anyProduct, withProduct } from './any-product.ts';

/** The word by which `atp product set` clears a threshold, too. */
const OFF = 'off';

/** Null: the product has no threshold of its own any more. */
const threshold = (how: Reading) => nullFor(OFF, units(how, { min: 0, max: UNITS_SET_MAX }));

const columns = (how: Reading) =>
  z.object({ ...anyProduct, facilityGroupId: required, threshold: threshold(how) });

export const IMP_THRESHOLD_SCHEMA: FeedSchema<ThresholdRow> = {
  required: [ANY_PRODUCT, ['facilityGroupId'], ['threshold']],
  columns: columnsOf(columns),
  row: (how) => columns(how).transform(withProduct),
};
