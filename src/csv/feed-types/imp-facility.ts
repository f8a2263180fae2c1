/** IMP_FACILITY: stores, warehouses and virtual facilities. */
import { z } from 'zod';
import type { FacilityRow } from '../../domain/feed-type.ts';
import { columnsOf, newId, newIdOrNull, newNameOrNull, orNull, type FeedSchema } from '../feed-values.ts';

/** `Retail Store` is RETAIL_STORE. */
const type = orNull.transform((value) => value?.toUpperCase().replace(/[\s-]+/g, '_') ?? null);

const columns = () =>
  z.object({ facilityId: newId, externalFacilityId: newIdOrNull, name: newNameOrNull, type });

export const IMP_FACILITY_SCHEMA: FeedSchema<FacilityRow> = {
  required: [['facilityId']],
  columns: columnsOf(columns),
  row: columns,
};
