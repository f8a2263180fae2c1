/** IMP_PROD_FACILITY: what a facility keeps back of a product, and whether it sells it online. */
import { z } from 'zod';
import type { FacilitySettingRow } from '../../domain/feed-type.ts';
import { UNITS_SET_MAX } from '../../domain/limits.ts';
import {
  columnsOf,
  facility,
  FACILITY_MISSING,
  flag,
  hasFacility,
  ifGiven,
  units,
  type FeedSchema,
  type Reading,
} from '../feed-values.ts';
import { ANY_PRODUCT, anyProduct, withProduct } from './any-product.ts';

const columns = (how: Reading) =>
  z.object({
    ...anyProduct,
    ...facility,
    facilitySafetyStock: ifGiven(units(how, { min: 0, max: UNITS_SET_MAX })),
    allowBrokering: ifGiven(flag),
  });

export const IMP_PROD_FACILITY_SCHEMA: FeedSchema<FacilitySettingRow> = {
  required: [ANY_PRODUCT, ['facilityId', 'externalFacilityId'], ['facilitySafetyStock', 'allowBrokering']],
  columns: columnsOf(columns),
  row: (how) => columns(how).refine(hasFacility, FACILITY_MISSING).transform(withProduct),
};
