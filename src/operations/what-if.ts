/** What a change would do to Online ATP, before it is made. */
import {
  byDefault,
  clearable,
  count,
  id,
  invalid,
  label,
  list,
  optional,
  text,
  units,
  yesOrNo,
} from '../domain/input-fields.ts';
import {
  FACILITIES_AT_ONCE_MAX,
  MOVES_LISTED_MAX,
  PAGE_ROWS_SHOWN,
  SKUS_SUPPOSED_MAX,
} from '../domain/limits.ts';
import { DEFAULT_FACILITY_GROUP_ID, findFacilityGroup } from '../postgres/master-data/facility-groups.ts';
import { findFacility } from '../postgres/master-data/facilities.ts';
import { findProductIds } from '../postgres/master-data/product-settings.ts';
import { readMoves, type MovePosition } from '../postgres/online-atp/what-if.ts';
import { GROUP_SETTING_FIELDS } from './facility-groups.ts';
import { defineOperation } from './operation.ts';
import { cutPage } from './page-of-rows.ts';

const SETTING_NAMES = Object.keys(GROUP_SETTING_FIELDS) as (keyof typeof GROUP_SETTING_FIELDS)[];

export const showWhatIf = defineOperation({
  name: 'whatif.show',
  role: 'viewer',
  description:
    'what Online ATP would be over the whole catalogue if something were set otherwise; sets nothing',
  fields: {
    facilityGroupId: byDefault(id('in which facility group'), DEFAULT_FACILITY_GROUP_ID),
    facilityId: optional(
      label('the facility that would join, leave, or keep back other units', 'facilityId'),
    ),
    facilityIds: optional(
      list(
        'facilities that would join or leave together',
        label('the facility', 'facilityId'),
        FACILITIES_AT_ONCE_MAX,
      ),
    ),
    sells: optional(yesOrNo('whether the facility, or all of them, sell in the group', ['yes', 'no'])),
    safetyStock: optional(units('units that the facility keeps back of each product, or of the SKUs')),
    allowBrokering: optional(
      yesOrNo('whether the facility’s stock of each product, or of the SKUs, is sold online', ['Y', 'N']),
    ),
    skus: optional(list('only of these SKUs', label('the product’s SKU', 'sku'), SKUS_SUPPOSED_MAX)),
    ...GROUP_SETTING_FIELDS,
    threshold: clearable(
      units(
        'units kept back in the group of each product, or of the SKUs in place of the group’s own threshold',
      ),
      'off',
    ),
    limit: byDefault(count('products at most', MOVES_LISTED_MAX), PAGE_ROWS_SHOWN),
    after: optional(text('where to go on: `next` of the page before', 'next')),
  },
  needsOneOf: ['sells', 'safetyStock', 'allowBrokering', ...SETTING_NAMES],
  check: (input, nameOf) => {
    const { facilityId, facilityIds, sells, safetyStock, allowBrokering, skus, threshold } = input;
    if (facilityIds !== undefined && sells === undefined)
      throw invalid(`${nameOf('facilityIds')} goes with ${nameOf('sells')}`);
    const ofOne = facilityIds === undefined ? sells : undefined;
    const isAtFacility = [ofOne, safetyStock, allowBrokering].some((value) => value !== undefined);
    if (isAtFacility !== (facilityId !== undefined)) {
      const settings = (['sells', 'safetyStock', 'allowBrokering'] as const).map(nameOf).join(', ');
      throw invalid(`${nameOf('facilityId')} goes with ${settings}, and none of them without it`);
    }
    if (threshold === null && skus === undefined)
      throw invalid(`${nameOf('threshold')} of the group is a number: off is for ${nameOf('skus')}`);
    const setsProducts = [safetyStock, allowBrokering, threshold].some((value) => value !== undefined);
    if (skus !== undefined && !setsProducts) throw invalid(`${nameOf('skus')} needs what is set of them`);
  },
  exportedAtOnce: MOVES_LISTED_MAX,
  run: async (
    { app, progress },
    { facilityGroupId, facilityId, facilityIds, sells, skus, limit, after, ...supposed },
  ) => {
    const database = await app.database();
    await findFacilityGroup(database, facilityGroupId);
    for (const each of new Set([facilityId, ...(facilityIds ?? [])]))
      if (each !== undefined) await findFacility(database, each);
    const { safetyStock, allowBrokering, ...settings } = supposed;
    const { threshold, ...others } = settings;
    const ofProducts =
      skus === undefined ? {} : { productIds: await findProductIds(database, skus), ownThreshold: threshold };
    progress('Computing Online ATP of the catalogue, as it is and as it would be');
    const whatIf = {
      ...{ facilityGroupId, facilityId, facilityIds, isMember: sells },
      ...{ safetyStock, allowBrokering, ...ofProducts },
      settings: skus === undefined && threshold !== null ? { ...others, threshold } : others,
    };
    const from = after === undefined ? null : positionOf(after);
    const { rows: found, ...totals } = await readMoves(database, whatIf, { after: from, limit: limit + 1 });
    const { rows, next } = cutPage(limit, found, (last) => `${last.lost} ${last.productId}`);
    return {
      ...{ facilityGroupId, totals },
      products: rows.map(({ sku, before, after: then }) => ({
        ...{ sku, before, after: then },
        change: then - before,
      })),
      next,
    };
  },
});

/** @throws AtpError INPUT_INVALID */
function positionOf(next: string): MovePosition {
  const [, lost, productId] = /^(-?\d{1,12}) (.+)$/.exec(next) ?? [];
  if (lost === undefined || productId === undefined) throw invalid('after must be `next` of the page before');
  return { lost: Number(lost), productId };
}
