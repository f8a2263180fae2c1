import {
  addGroupMember,
  createGroup,
  listGroups,
  removeGroupMember,
  setGroup,
} from '../operations/facility-groups.ts';
import type { ResultOf } from '../operations/operation.ts';
import { command } from './command.ts';
import { shortTime, table } from './report.ts';

type FacilityGroup = ResultOf<typeof setGroup>;

const showGroup = (group: FacilityGroup): string => groupTable([group]);

export const GROUP_COMMANDS = [
  command({ path: 'group list', operation: listGroups, show: groupTable }),
  command({
    path: 'group create',
    operation: createGroup,
    arguments: ['facilityGroupId'],
    show: showGroup,
  }),
  command({
    path: 'group add',
    operation: addGroupMember,
    arguments: ['facilityGroupId', 'facilityId'],
    show: showGroup,
  }),
  command({
    path: 'group remove',
    operation: removeGroupMember,
    arguments: ['facilityGroupId', 'facilityId'],
    show: showGroup,
  }),
  command({ path: 'group set', operation: setGroup, arguments: ['facilityGroupId'], show: showGroup }),
];

/** One line a membership, because dates belong to it. */
function groupTable(groups: readonly FacilityGroup[]): string {
  const rows = groups.flatMap((group) => {
    const { facilityGroupId, threshold, floorPerFacility, atMost } = group;
    const head = [
      facilityGroupId,
      group.facilityGroupName,
      threshold,
      floorPerFacility ? 'on' : 'off',
      atMost ?? 'off',
    ] as const;
    if (group.members.length === 0) return [[...head, null, null, null, null]];
    return group.members.map(({ facilityId, fromDate, thruDate, sellsNow }) => [
      ...head,
      facilityId,
      shortTime(fromDate),
      shortTime(thruDate),
      sellsNow,
    ]);
  });
  return table(
    ['Group', 'Name', 'Threshold', 'Floor', 'At most', 'Facility', 'From', 'Thru', 'Sells now'],
    rows,
    'There are no facility groups.',
  );
}
