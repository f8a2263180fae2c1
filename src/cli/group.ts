import type { GroupSettings } from '../domain/online-atp.ts';
import {
  addGroupMember,
  createGroup,
  listGroups,
  removeGroupMember,
  setGroup,
} from '../operations/facility-groups.ts';
import type { ResultOf } from '../operations/operation.ts';
import { command } from './command.ts';
import { shortTime } from './report.ts';
import { table, type Cell } from './table.ts';

type FacilityGroup = ResultOf<typeof setGroup>;

const showGroup = (group: FacilityGroup): string => groupTable([group]);

export const GROUP_COMMANDS = [
  command({
    path: 'group list',
    operation: listGroups,
    show: ({ groups, total }) => {
      const more = total > groups.length ? `\n${groups.length} of ${total} groups.` : '';
      return { json: groups, text: groupTable(groups) + more };
    },
  }),
  command({
    path: 'group create',
    operation: createGroup,
    arguments: ['facilityGroupId'],
    show: showGroup,
  }),
  command({
    path: 'group add',
    operation: addGroupMember,
    arguments: ['facilityGroupId', 'facilityIds'],
    show: showGroup,
  }),
  command({
    path: 'group remove',
    operation: removeGroupMember,
    arguments: ['facilityGroupId', 'facilityIds'],
    show: showGroup,
  }),
  command({ path: 'group set', operation: setGroup, arguments: ['facilityGroupId'], show: showGroup }),
];

type SettingColumn = readonly [title: string, cellOf: (settings: GroupSettings) => Cell];

const SETTINGS: Readonly<Record<keyof GroupSettings, SettingColumn>> = {
  threshold: ['Threshold', ({ threshold }) => threshold],
  floorPerFacility: ['Floor', ({ floorPerFacility }) => (floorPerFacility ? 'on' : 'off')],
  atMost: ['At most', ({ atMost }) => atMost ?? 'off'],
};
const COLUMNS = Object.values(SETTINGS);

/** One line a membership, because dates belong to it. */
function groupTable(groups: readonly FacilityGroup[]): string {
  const rows = groups.flatMap((group) => {
    const { facilityGroupId, facilityGroupName } = group;
    const head = [facilityGroupId, facilityGroupName, ...COLUMNS.map(([, cellOf]) => cellOf(group))];
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
    ['Group', 'Name', ...COLUMNS.map(([title]) => title), 'Facility', 'From', 'Thru', 'Sells now'],
    rows,
    'There are no facility groups.',
  );
}
