/** Facilities: stores, warehouses and virtual places. */
import { FACILITY_TYPES } from '../domain/facility-type.ts';
import { invalid, label, optional, time, units, yesOrNo, clearable } from '../domain/input-fields.ts';
import {
  addFacility as storeFacility,
  listFacilities as readFacilities,
  removeFacility as deleteFacility,
  setFacility as storeChange,
  type Facility,
} from '../postgres/master-data/facilities.ts';
import { defineOperation, type Context } from './operation.ts';

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
  description: 'all facilities',
  fields: {},
  run: async ({ app }) => readFacilities(await app.database()),
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
  const facilities = await readFacilities(await app.database());
  return facilities.find((facility) => facility.facilityId === input.facilityId) ?? null;
}
