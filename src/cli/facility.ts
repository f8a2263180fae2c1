import { addFacility, listFacilities, removeFacility, setFacility } from '../operations/facilities.ts';
import type { ResultOf } from '../operations/operation.ts';
import { command } from './command.ts';
import { table } from './table.ts';

type Facility = ResultOf<typeof setFacility>;

const showFacility = (facility: Facility): string => facilityTable([facility]);

export const FACILITY_COMMANDS = [
  command({
    path: 'facility list',
    operation: listFacilities,
    show: ({ facilities, total }) => {
      const more = total > facilities.length ? `\n${facilities.length} of ${total} facilities.` : '';
      return { json: facilities, text: facilityTable(facilities) + more };
    },
  }),
  command({ path: 'facility add', operation: addFacility, arguments: ['facilityId'], show: showFacility }),
  command({ path: 'facility set', operation: setFacility, arguments: ['facilityId'], show: showFacility }),
  command({
    path: 'facility remove',
    operation: removeFacility,
    arguments: ['facilityId'],
    show: (facility) => ({ json: facility, text: `Facility ${facility.facilityId} is removed.` }),
  }),
];

function facilityTable(facilities: readonly Facility[]): string {
  return table(
    ['Facility', 'Name', 'Type', 'External id', 'Safety stock', 'Closed from', 'Sells online in'],
    facilities.map((facility) => [
      facility.facilityId,
      facility.facilityName,
      facility.facilityTypeId,
      facility.externalId,
      facility.safetyStock || null,
      facility.closedDate,
      facility.isVirtual ? 'never (virtual)' : facility.facilityGroupIds.join(', ') || null,
    ]),
    'There are no facilities yet; `atp facility add` makes one.',
  );
}
