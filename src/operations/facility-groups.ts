/** Facility groups: which facilities sell online in a channel, and what is kept back there. */
import {
  byDefault,
  clearable,
  count,
  id,
  label,
  list,
  optional,
  time,
  units,
  yesOrNo,
  type Field,
} from '../domain/input-fields.ts';
import { FACILITIES_AT_ONCE_MAX, GROUPS_LISTED_MAX } from '../domain/limits.ts';
import type { GroupSettings } from '../domain/online-atp.ts';
import {
  addGroupMembers as storeMembers,
  countFacilityGroups,
  createFacilityGroup,
  listFacilityGroups,
  removeGroupMembers as endMemberships,
  setFacilityGroup,
} from '../postgres/master-data/facility-groups.ts';
import { defineOperation, type Context } from './operation.ts';
import { readPage } from './page-of-rows.ts';

const facilityGroupId = id('the group');
const facilityIds = list(
  'the facilities; all of them or none',
  label('the facility'),
  FACILITIES_AT_ONCE_MAX,
);

export const listGroups = defineOperation({
  name: 'group.list',
  role: 'viewer',
  description: 'groups by id, with their members of now and to come',
  fields: {
    facilityGroupId: optional(id('only this group')),
    facilityId: optional(label('only memberships of this facility', 'facilityId')),
    past: optional(yesOrNo('also memberships that have ended')),
    limit: optional(count('groups at most', GROUPS_LISTED_MAX)),
    after: optional(label('where to go on: `next` of the page before', 'facilityGroupId')),
  },
  run: async ({ app }, { limit = GROUPS_LISTED_MAX, after, ...filter }) => {
    const database = await app.database();
    const { rows: groups, next } = await readPage(
      limit,
      (rowsMax) => listFacilityGroups(database, filter, { after, limit: rowsMax }),
      (last) => last.facilityGroupId,
    );
    const isPart = filter.facilityGroupId === undefined && (after !== undefined || next !== null);
    return { groups, total: isPart ? await countFacilityGroups(database) : groups.length, next };
  },
});

export const createGroup = defineOperation({
  name: 'group.create',
  role: 'operator',
  description: 'a new group',
  fields: {
    facilityGroupId: id('its id'),
    facilityGroupTypeId: byDefault(label('the kind of group', 'type'), 'CHANNEL_FAC_GROUP'),
    facilityGroupName: optional(label('what people call it', 'name')),
  },
  stateOf: groupState,
  run: async ({ app }, input) => createFacilityGroup(await app.database(), input),
});

export const addGroupMember = defineOperation({
  name: 'group.add',
  role: 'operator',
  description: 'let facilities sell online in the group',
  fields: {
    facilityGroupId,
    facilityIds,
    fromDate: optional(time('from this instant on (default: now)')),
    thruDate: optional(time('until this instant (default: without an end)')),
  },
  stateOf: membershipState,
  run: async ({ app }, input) => storeMembers(await app.database(), input),
});

export const removeGroupMember = defineOperation({
  name: 'group.remove',
  role: 'operator',
  description: 'end the memberships of facilities; their history is kept',
  fields: { facilityGroupId, facilityIds, at: optional(time('at this instant (default: now)')) },
  stateOf: membershipState,
  run: async ({ app }, input) => endMemberships(await app.database(), input),
});

export const GROUP_SETTING_FIELDS = {
  threshold: optional(units('units kept back of every product without a threshold of its own')),
  floorPerFacility: optional(
    yesOrNo('keep one facility’s deficit from eating another’s stock', ['on', 'off']),
  ),
  atMost: clearable(units('units of each product that the channel shows at most'), 'off'),
} as const satisfies Record<keyof GroupSettings, Field>;

export const setGroup = defineOperation({
  name: 'group.set',
  role: 'operator',
  description: 'change what is given, leave the rest',
  fields: { facilityGroupId, ...GROUP_SETTING_FIELDS },
  needsOneOf: Object.keys(GROUP_SETTING_FIELDS) as (keyof GroupSettings)[],
  stateOf: groupState,
  run: async ({ app }, { facilityGroupId: groupId, ...change }) =>
    setFacilityGroup(await app.database(), groupId, change),
});

export const GROUP_OPERATIONS = [
  listGroups,
  createGroup,
  addGroupMember,
  removeGroupMember,
  setGroup,
] as const;

interface OfGroup {
  readonly facilityGroupId: string;
}

/** The group without its members: they have acts of their own. */
async function groupState({ app }: Context, input: OfGroup): Promise<object | null> {
  const { facilityGroupId: only } = input;
  const [group] = await listFacilityGroups(await app.database(), { facilityGroupId: only });
  if (!group) return null;
  const { members: _members, ...settings } = group;
  return settings;
}

/** The memberships that the facilities have in the group. */
async function membershipState(
  { app }: Context,
  { facilityGroupId: of, facilityIds: asked }: OfGroup & { readonly facilityIds: readonly string[] },
): Promise<object> {
  const [group] = await listFacilityGroups(await app.database(), { facilityGroupId: of, past: true });
  return { memberships: group?.members.filter((member) => asked.includes(member.facilityId)) ?? [] };
}
