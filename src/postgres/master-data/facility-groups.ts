import { AtpError } from '../../domain/errors.ts';
import type { GroupSettings } from '../../domain/online-atp.ts';
import { breaksForeignKey, breaksUnique } from '../sql-state.ts';
import type { Connection, Database } from '../database.ts';
import { updateRow } from '../row-changes.ts';
import { GROUP_SETTINGS, toGroupColumns, type GroupSettingsChange } from './group-settings.ts';
import { isInForce, sellsInGroup } from './selling-members.ts';

/** The group whose facilities sell online unless a shop names another. Made by the first migration. */
export const DEFAULT_FACILITY_GROUP_ID = 'FAC_GRP';

const CHANNEL_GROUP_TYPE = 'CHANNEL_FAC_GROUP';
/** Another spelling of the type, which retailers also use. */
const CHANNEL_GROUP_TYPE_ALIAS = 'CHANNEL_FAC_GRP';

/** A sales channel: its members' stock may be promised online. */
export interface FacilityGroup extends GroupSettings {
  readonly facilityGroupId: string;
  readonly facilityGroupName: string;
  readonly facilityGroupTypeId: string;
  /** By facility and date; planned memberships too, and past ones where they were asked for. */
  readonly members: readonly Membership[];
}

/** In force while `fromDate <= t < thruDate`. ISO 8601, UTC. */
export interface Membership {
  readonly facilityId: string;
  readonly fromDate: string;
  readonly thruDate: string | null;
  /** Now, by its dates alone. */
  readonly inForce: boolean;
  /** In force, and its facility neither closed nor virtual: its stock counts now. */
  readonly sellsNow: boolean;
}

interface MembershipRow extends Omit<Membership, 'fromDate' | 'thruDate'> {
  readonly facilityGroupId: string;
  readonly fromDate: Date;
  readonly thruDate: Date | null;
}

const SELECT_GROUP = `
  SELECT facility_group_id AS "facilityGroupId", facility_group_name AS "facilityGroupName",
         facility_group_type_id AS "facilityGroupTypeId", ${GROUP_SETTINGS}
  FROM facility_group`;

const SELECT_MEMBERSHIP = `
  SELECT member.facility_group_id AS "facilityGroupId", facility_id AS "facilityId",
         member.from_date AS "fromDate", member.thru_date AS "thruDate",
         ${isInForce('now()')} AS "inForce", ${sellsInGroup(isInForce('now()'), 'now()')} AS "sellsNow"
  FROM facility_group_member AS member
  JOIN facility USING (facility_id)
  JOIN facility_type USING (facility_type_id)`;

export interface GroupFilter {
  readonly facilityGroupId?: string | undefined;
  /** Only memberships of this facility; the groups are all of them. */
  readonly facilityId?: string | undefined;
  /** With memberships that have ended. */
  readonly past?: boolean | undefined;
}

/**
 * By id, from behind the id `after` on, with the memberships that are in force or planned.
 *
 * @param page absent: all of them
 */
export async function listFacilityGroups(
  database: Database,
  { facilityGroupId, facilityId, past = false }: GroupFilter = {},
  page: { readonly after?: string | undefined; readonly limit?: number | undefined } = {},
): Promise<FacilityGroup[]> {
  const groups = await database.query<Omit<FacilityGroup, 'members'>>(
    `${SELECT_GROUP}
     WHERE ($1::text IS NULL OR facility_group_id = $1) AND ($2::text IS NULL OR facility_group_id > $2)
     ORDER BY facility_group_id LIMIT $3`,
    [facilityGroupId ?? null, page.after ?? null, page.limit ?? null],
  );
  const members = await database.query<MembershipRow>(
    `${SELECT_MEMBERSHIP}
     WHERE member.facility_group_id = ANY ($1) AND ($2::text IS NULL OR facility_id = $2)
       AND ($3 OR thru_date IS NULL OR thru_date > now())
     ORDER BY 1, 2, 3`,
    [groups.map((group) => group.facilityGroupId), facilityId ?? null, past],
  );
  const ofGroup = Map.groupBy(members, (member) => member.facilityGroupId);
  return groups.map((group) => ({
    ...group,
    members: (ofGroup.get(group.facilityGroupId) ?? []).map(toMembership),
  }));
}

export async function countFacilityGroups(database: Database): Promise<number> {
  const [row] = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM facility_group`);
  return row?.count ?? 0;
}

/** @throws AtpError FACILITY_GROUP_UNKNOWN */
export async function findFacilityGroup(database: Database, facilityGroupId: string): Promise<FacilityGroup> {
  const [group] = await database.query<Omit<FacilityGroup, 'members'>>(
    `${SELECT_GROUP} WHERE facility_group_id = $1`,
    [facilityGroupId],
  );
  if (!group) throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId });
  const members = await database.query<MembershipRow>(
    `${SELECT_MEMBERSHIP} WHERE facility_group_id = $1 ORDER BY 2, 3`,
    [facilityGroupId],
  );
  return { ...group, members: members.map(toMembership) };
}

/** @throws AtpError FACILITY_GROUP_EXISTS, INPUT_INVALID (a type that is no channel) */
export async function createFacilityGroup(
  database: Database,
  group: {
    readonly facilityGroupId: string;
    readonly facilityGroupName?: string | undefined;
    readonly facilityGroupTypeId?: string | undefined;
  },
): Promise<FacilityGroup> {
  const { facilityGroupId, facilityGroupName = facilityGroupId, facilityGroupTypeId } = group;
  try {
    await database.query(
      `INSERT INTO facility_group (facility_group_id, facility_group_name, facility_group_type_id)
       VALUES ($1, $2, $3)`,
      [facilityGroupId, facilityGroupName, parseGroupType(facilityGroupTypeId)],
    );
  } catch (error) {
    if (breaksUnique(error)) {
      throw new AtpError('FACILITY_GROUP_EXISTS', { facilityGroupId }, { cause: error });
    }
    throw error;
  }
  return findFacilityGroup(database, facilityGroupId);
}

/** @throws AtpError INPUT_INVALID */
function parseGroupType(typeId: string = CHANNEL_GROUP_TYPE): string {
  if (typeId === CHANNEL_GROUP_TYPE || typeId === CHANNEL_GROUP_TYPE_ALIAS) return CHANNEL_GROUP_TYPE;
  throw new AtpError('INPUT_INVALID', { reason: `the group type must be ${CHANNEL_GROUP_TYPE}` });
}

/**
 * Changes what is given, leaves the rest. The next delta looks at every product of the group's shops.
 *
 * @throws AtpError FACILITY_GROUP_UNKNOWN
 */
export async function setFacilityGroup(
  database: Database,
  facilityGroupId: string,
  change: GroupSettingsChange,
): Promise<FacilityGroup> {
  await updateRow(database, 'facility_group', { facility_group_id: facilityGroupId }, toGroupColumns(change));
  return findFacilityGroup(database, facilityGroupId);
}

/** Facilities of one group, and when they sell in it. */
interface Memberships {
  readonly facilityGroupId: string;
  readonly facilityIds: readonly string[];
}

interface Period {
  /** Absent: now. */
  readonly fromDate?: Date | undefined;
  /** Absent: without an end. */
  readonly thruDate?: Date | undefined;
}

/**
 * Makes facilities sell in the group while `fromDate <= t < thruDate`: all of them or none.
 *
 * @throws AtpError FACILITY_GROUP_UNKNOWN, FACILITY_UNKNOWN, MEMBERSHIP_EXISTS (two memberships of a facility in a
 *   group never overlap), INPUT_INVALID (an end that is not after the start)
 */
export async function addGroupMembers(
  database: Database,
  { facilityGroupId, facilityIds, ...period }: Memberships & Period,
): Promise<FacilityGroup> {
  await database.transaction(async (connection) => {
    const now = await lockGroup(connection, facilityGroupId);
    const { fromDate = now, thruDate = null } = period;
    if (thruDate !== null && thruDate <= fromDate) {
      throw new AtpError('INPUT_INVALID', { reason: 'the end of a membership must be after its start' });
    }
    for (const facilityId of facilityIds) {
      await addMembership(connection, { facilityGroupId, facilityId, fromDate, thruDate });
    }
  });
  return findFacilityGroup(database, facilityGroupId);
}

/** One facility, as `addGroupMembers`. */
export function addGroupMember(
  database: Database,
  { facilityId, ...rest }: Period & { readonly facilityGroupId: string; readonly facilityId: string },
): Promise<FacilityGroup> {
  return addGroupMembers(database, { ...rest, facilityIds: [facilityId] });
}

async function addMembership(
  connection: Connection,
  member: {
    readonly facilityGroupId: string;
    readonly facilityId: string;
    readonly fromDate: Date;
    readonly thruDate: Date | null;
  },
): Promise<void> {
  const { facilityGroupId, facilityId, fromDate, thruDate } = member;
  const inserted = await connection
    .query(
      `INSERT INTO facility_group_member (facility_group_id, facility_id, from_date, thru_date)
       SELECT $1::text, $2::text, $3::timestamptz, $4::timestamptz WHERE NOT EXISTS (
         SELECT FROM facility_group_member
         WHERE facility_group_id = $1 AND facility_id = $2
           AND tstzrange(from_date, thru_date) && tstzrange($3::timestamptz, $4::timestamptz))`,
      [facilityGroupId, facilityId, fromDate, thruDate],
    )
    .catch((error: unknown) => {
      if (!breaksForeignKey(error, 'facility_id')) throw error;
      throw new AtpError('FACILITY_UNKNOWN', { facilityId }, { cause: error });
    });
  if (inserted.rowCount === 0) throw new AtpError('MEMBERSHIP_EXISTS', { facilityId, facilityGroupId });
}

/**
 * Ends at `at` (absent: now) the memberships that are in force then, all of them or none; their history is kept. A
 * membership that begins at just that instant would never count and is deleted: so a planned membership is taken back.
 *
 * @throws AtpError FACILITY_GROUP_UNKNOWN, FACILITY_UNKNOWN, MEMBERSHIP_UNKNOWN
 */
export async function removeGroupMembers(
  database: Database,
  { facilityGroupId, facilityIds, at }: Memberships & { readonly at?: Date | undefined },
): Promise<FacilityGroup> {
  await database.transaction(async (connection) => {
    const now = await lockGroup(connection, facilityGroupId);
    for (const facilityId of facilityIds) {
      await endMembership(connection, { facilityGroupId, facilityId, at: at ?? now });
    }
  });
  return findFacilityGroup(database, facilityGroupId);
}

async function endMembership(
  connection: Connection,
  member: { readonly facilityGroupId: string; readonly facilityId: string; readonly at: Date },
): Promise<void> {
  const { facilityGroupId, facilityId, at } = member;
  const values = [facilityGroupId, facilityId, at];
  const ended = await connection.query(
    `UPDATE facility_group_member SET thru_date = $3
     WHERE facility_group_id = $1 AND facility_id = $2
       AND from_date < $3 AND (thru_date IS NULL OR $3 < thru_date)`,
    values,
  );
  if (ended.rowCount !== 0) return;
  const dropped = await connection.query(
    `DELETE FROM facility_group_member WHERE facility_group_id = $1 AND facility_id = $2 AND from_date = $3`,
    values,
  );
  if (dropped.rowCount !== 0) return;
  const known = await connection.query(`SELECT FROM facility WHERE facility_id = $1`, [facilityId]);
  if (known.rowCount === 0) throw new AtpError('FACILITY_UNKNOWN', { facilityId });
  throw new AtpError('MEMBERSHIP_UNKNOWN', { facilityId, facilityGroupId });
}

/**
 * Locks the group, so that two people who change its memberships take turns, and returns the database's time after
 * that. In whole milliseconds, so that a date that a person was shown can be given back exactly.
 *
 * @throws AtpError FACILITY_GROUP_UNKNOWN
 */
async function lockGroup(connection: Connection, facilityGroupId: string): Promise<Date> {
  const locked = await connection.query(
    `SELECT FROM facility_group WHERE facility_group_id = $1 FOR NO KEY UPDATE`,
    [facilityGroupId],
  );
  if (locked.rowCount === 0) throw new AtpError('FACILITY_GROUP_UNKNOWN', { facilityGroupId });
  const { rows } = await connection.query<{ now: Date }>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) AS now`,
  );
  return (rows[0] as { now: Date }).now;
}

function toMembership(row: MembershipRow): Membership {
  return {
    facilityId: row.facilityId,
    fromDate: row.fromDate.toISOString(),
    thruDate: row.thruDate?.toISOString() ?? null,
    inForce: row.inForce,
    sellsNow: row.sellsNow,
  };
}
