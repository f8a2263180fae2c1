import type { Command } from 'commander';
import { AtpError } from '../domain/errors.ts';
import {
  addGroupMember,
  createFacilityGroup,
  listFacilityGroups,
  removeGroupMember,
  setFacilityGroup,
  type FacilityGroup,
} from '../postgres/master-data/facility-groups.ts';
import { id, label, onOff, time, units } from './arguments.ts';
import type { Cli } from './program.ts';
import { shortTime, table } from './report.ts';

export function registerGroup(program: Command, { app, reports }: Cli): void {
  const group = program
    .command('group')
    .description('facility groups: which facilities sell online in a channel');

  reports(group.command('list').description('all groups with their members'), async () => {
    const groups = await listFacilityGroups(app.database());
    return { json: groups, text: groupTable(groups) };
  });

  const create = group
    .command('create')
    .description('a new group')
    .argument('<facilityGroupId>', 'its id', id)
    .option('--type <type>', 'the kind of group', 'CHANNEL_FAC_GROUP')
    .option('--name <name>', 'what people call it', label);
  reports(
    create,
    async (facilityGroupId: string, options: { readonly type: string; readonly name?: string }) =>
      groupReport(
        await createFacilityGroup(app.database(), {
          facilityGroupId,
          facilityGroupName: options.name,
          facilityGroupTypeId: options.type,
        }),
      ),
  );

  const add = group
    .command('add')
    .description('let a facility sell online in the group')
    .argument('<facilityGroupId>', 'the group')
    .argument('<facilityId>', 'the facility')
    .option('--from <time>', 'from this instant on (default: now)', time)
    .option('--thru <time>', 'until this instant (default: without an end)', time);
  reports(
    add,
    async (
      facilityGroupId: string,
      facilityId: string,
      { from: fromDate, thru: thruDate }: { readonly from?: Date; readonly thru?: Date },
    ) =>
      groupReport(await addGroupMember(app.database(), { facilityGroupId, facilityId, fromDate, thruDate })),
  );

  const remove = group
    .command('remove')
    .description('end a facility’s membership; its history is kept')
    .argument('<facilityGroupId>', 'the group')
    .argument('<facilityId>', 'the facility')
    .option('--at <time>', 'at this instant (default: now)', time);
  reports(remove, async (facilityGroupId: string, facilityId: string, { at }: { readonly at?: Date }) =>
    groupReport(await removeGroupMember(app.database(), { facilityGroupId, facilityId, at })),
  );

  const set = group
    .command('set')
    .description('change what is given, leave the rest')
    .argument('<facilityGroupId>', 'the group')
    .option('--threshold <n>', 'units held back of every product without a threshold of its own', units)
    .option('--floor <on|off>', 'keep one facility’s deficit from eating another’s stock', onOff);
  reports(
    set,
    async (facilityGroupId: string, options: { readonly threshold?: number; readonly floor?: boolean }) => {
      const { threshold, floor: floorPerFacility } = options;
      if (threshold === undefined && floorPerFacility === undefined) {
        throw new AtpError('INPUT_INVALID', { reason: 'give --threshold or --floor' });
      }
      return groupReport(
        await setFacilityGroup(app.database(), facilityGroupId, { threshold, floorPerFacility }),
      );
    },
  );
}

function groupReport(group: FacilityGroup) {
  return { json: group, text: groupTable([group]) };
}

/** One line a membership, because dates belong to it. */
function groupTable(groups: readonly FacilityGroup[]): string {
  const rows = groups.flatMap((group) => {
    const { facilityGroupId, threshold, floorPerFacility } = group;
    const head = [
      facilityGroupId,
      group.facilityGroupName,
      threshold,
      floorPerFacility ? 'on' : 'off',
    ] as const;
    if (group.members.length === 0) return [[...head, null, null, null, null]];
    return group.members.map(({ facilityId, fromDate, thruDate, inForce }) => [
      ...head,
      facilityId,
      shortTime(fromDate),
      shortTime(thruDate),
      inForce,
    ]);
  });
  return table(
    ['Group', 'Name', 'Threshold', 'Floor', 'Facility', 'From', 'Thru', 'Sells now'],
    rows,
    'There are no facility groups.',
  );
}
