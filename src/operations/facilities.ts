/** Facilities: stores, warehouses and virtual places. */
import { FACILITY_TYPES } from '../domain/facility-type.ts';
import { clearable, count, invalid, label, optional, time, units, yesOrNo } from '../domain/input-fields.ts';
import { FACILITIES_LISTED_MAX } from '../domain/limits.ts';
import {
  addFacility as storeFacility,
  countFacilities,
  listFacilities as readFacilities,
  removeFacility as deleteFacility,
  setFacility as storeChange,
  type Facility,
} from '../postgres/master-data/facilities.ts';
import { defineOperation, type Context } from './operation.ts';
import { readPage } from './page-of-rows.ts';

const facilityId = label('its id', 'facilityId');
const facilityName = label('what people call it', 'name');
const facilityTypeId = label(
  `${[...FACILITY_TYPES.withStock, FACILITY_TYPES.virtual].join(', ')} or one of its kinds`,
  'type',
);
const externalId = label('the id by which feeds may name it', 'id');

const safetyStock = optional(
  units(
    'units that it keeps back of each product that comes to it; `atp product set` sets those that are there',
  ),
);

export const listFacilities = defineOperation({
  name: 'facility.list',
  role: 'viewer',
  description: 'facilities by id',
  fields: {
    facilityId: optional(label('only this facility', 'facilityId')),
    search: optional(label('only those with this in the id, the name or the external id', 'text')),
    limit: optional(count('facilities at most', FACILITIES_LISTED_MAX)),
    after: optional(label('where to go on: `next` of the page before', 'facilityId')),
  },
  run: async ({ app }, { limit = FACILITIES_LISTED_MAX, after, ...filter }) => {
    const database = await app.database();
    const { rows: facilities, next } = await readPage(
      limit,
      (rowsMax) => readFacilities(database, filter, { after, limit: rowsMax }),
      (last) => last.facilityId,
    );
    const isPart = after !== undefined || next !== null;
    const total = isPart ? await countFacilities(database, filter) : facilities.length;
    return { facilities, total, next };
  },
});

export const addFacility = defineOperation({
  name: 'facility.add',
  role: 'operator',
  description: 'a new facility',
  fields: { facilityId, facilityName, facilityTypeId, externalId: optional(externalId), safetyStock },
  stateOf: facilityState,
  run: async ({ app }, input) => storeFacility(await app.database(), input),
});

export const setFacility = defineOperation({
  name: 'facility.set',
  role: 'operator',
  description: 'change what is given, leave the rest',
  fields: {
    facilityId,
    facilityName: optional(facilityName),
    facilityTypeId: optional(facilityTypeId),
    externalId: clearable(externalId, 'none'),
    safetyStock,
    closed: optional(time('from then on it sells online nowhere')),
    open: optional(yesOrNo('it sells again where it is a member')),
  },
  needsOneOf: ['facilityName', 'facilityTypeId', 'externalId', 'safetyStock', 'closed', 'open'],
  check({ closed, open }, nameOf) {
    if (closed !== undefined && open) throw invalid(`give ${nameOf('closed')} or ${nameOf('open')}`);
  },
  stateOf: facilityState,
  run: async ({ app }, { facilityId: id, closed, open, ...change }) =>
    storeChange(await app.database(), id, { ...change, closedDate: open ? null : closed }),
});

export const removeFacility = defineOperation({
  name: 'facility.remove',
  role: 'operator',
  description: 'remove a facility that was made by mistake: one without members, stock and orders',
  fields: { facilityId },
  stateOf: facilityState,
  run: async ({ app }, { facilityId: of }) => deleteFacility(await app.database(), of),
});

export const FACILITY_OPERATIONS = [listFacilities, addFacility, setFacility, removeFacility] as const;

async function facilityState(
  { app }: Context,
  input: { readonly facilityId: string },
): Promise<Facility | null> {
  const [facility] = await readFacilities(await app.database(), { facilityId: input.facilityId });
  return facility ?? null;
}
