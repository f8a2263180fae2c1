import { AtpError } from '../../domain/errors.ts';
import { breaksForeignKey, breaksUnique } from '../sql-state.ts';
import type { Database } from '../database.ts';
import { updateRow } from '../row-changes.ts';
import { isInForce, sellsInGroup } from './selling-members.ts';

/** A store, a warehouse, or a virtual place where orders wait. */
export interface Facility {
  readonly facilityId: string;
  readonly facilityName: string;
  readonly facilityTypeId: string;
  /** The id by which feeds may name it instead. */
  readonly externalId: string | null;
  /** Holds no stock that can be promised. */
  readonly isVirtual: boolean;
  /** From then on it sells online nowhere; null: it is open. ISO 8601, UTC. */
  readonly closedDate: string | null;
  /** Units that it keeps back of each product that comes to it; a product may have a safety stock of its own. */
  readonly safetyStock: number;
  /** Facility groups in which it sells online now. */
  readonly facilityGroupIds: readonly string[];
}

export interface NewFacility {
  readonly facilityId: string;
  readonly facilityName: string;
  readonly facilityTypeId: string;
  readonly externalId?: string | undefined;
  readonly safetyStock?: number | undefined;
}

/** What is undefined stays as it is. */
export interface FacilityChange {
  readonly facilityName?: string | undefined;
  readonly facilityTypeId?: string | undefined;
  /** Null: feeds can no longer name it by another id. */
  readonly externalId?: string | null | undefined;
  readonly safetyStock?: number | undefined;
  /** From when it is closed; null opens it again. */
  readonly closedDate?: Date | null | undefined;
}

interface FacilityRow extends Omit<Facility, 'closedDate'> {
  readonly closedDate: Date | null;
}

const SELECT_FACILITY = `
  SELECT facility_id AS "facilityId", facility_name AS "facilityName", facility_type_id AS "facilityTypeId",
    external_id AS "externalId", is_virtual AS "isVirtual", closed_date AS "closedDate",
    default_safety_stock AS "safetyStock",
    ARRAY(SELECT member.facility_group_id FROM facility_group_member AS member
      WHERE member.facility_id = facility.facility_id AND ${sellsInGroup(isInForce('now()'), 'now()')}
      ORDER BY 1) AS "facilityGroupIds"
  FROM facility JOIN facility_type USING (facility_type_id)`;

export interface FacilityFilter {
  readonly facilityId?: string | undefined;
  /** In the id, the name or the external id, in any case. */
  readonly search?: string | undefined;
}

const IS_WANTED = `($1::text IS NULL OR facility_id = $1)
  AND ($2::text IS NULL OR strpos(lower(concat_ws(' ', facility_id, facility_name, external_id)), lower($2)) > 0)`;

/**
 * By id, from behind the id `after` on.
 *
 * @param page absent: all of them
 */
export async function listFacilities(
  database: Database,
  { facilityId, search }: FacilityFilter = {},
  page: { readonly after?: string | undefined; readonly limit?: number | undefined } = {},
): Promise<Facility[]> {
  const found = await database.query<FacilityRow>(
    `${SELECT_FACILITY} WHERE ${IS_WANTED} AND ($3::text IS NULL OR facility_id > $3)
     ORDER BY facility_id LIMIT $4`,
    [facilityId ?? null, search ?? null, page.after ?? null, page.limit ?? null],
  );
  return found.map(toFacility);
}

export async function countFacilities(
  database: Database,
  { facilityId, search }: FacilityFilter,
): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM facility WHERE ${IS_WANTED}`,
    [facilityId ?? null, search ?? null],
  );
  return row?.count ?? 0;
}

/** @throws AtpError FACILITY_UNKNOWN */
export async function findFacility(database: Database, facilityId: string): Promise<Facility> {
  const [facility] = await database.query<FacilityRow>(`${SELECT_FACILITY} WHERE facility_id = $1`, [
    facilityId,
  ]);
  if (!facility) throw new AtpError('FACILITY_UNKNOWN', { facilityId });
  return toFacility(facility);
}

function toFacility(row: FacilityRow): Facility {
  return { ...row, closedDate: row.closedDate?.toISOString() ?? null };
}

/** @throws AtpError FACILITY_EXISTS (its id, or its external id), FACILITY_TYPE_UNKNOWN */
export async function addFacility(database: Database, facility: NewFacility): Promise<Facility> {
  const { facilityId, facilityName, facilityTypeId, externalId = null, safetyStock = 0 } = facility;
  await withFacilityErrors(facility, () =>
    database.query(
      `INSERT INTO facility (facility_id, facility_name, facility_type_id, external_id, default_safety_stock)
       VALUES ($1, $2, $3, $4, $5)`,
      [facilityId, facilityName, facilityTypeId, externalId, safetyStock],
    ),
  );
  return findFacility(database, facilityId);
}

/**
 * Changes what is given, leaves the rest. A change of the type or a closure may change whether its stock counts: the
 * next delta carries every product that this concerns, and so does the first delta after a planned closure.
 *
 * @throws AtpError FACILITY_UNKNOWN, FACILITY_EXISTS (the external id is another one's), FACILITY_TYPE_UNKNOWN
 */
export async function setFacility(
  database: Database,
  facilityId: string,
  change: FacilityChange,
): Promise<Facility> {
  const { facilityName, facilityTypeId, externalId, closedDate, safetyStock } = change;
  await withFacilityErrors({ facilityId, facilityTypeId }, () =>
    updateRow(
      database,
      'facility',
      { facility_id: facilityId },
      {
        facility_name: facilityName,
        facility_type_id: facilityTypeId,
        external_id: externalId,
        closed_date: closedDate,
        default_safety_stock: safetyStock,
      },
    ),
  );
  return findFacility(database, facilityId);
}

/** What a large feed says of it is judged already, and would be left out without a word. */
const REMOVE = `
  SELECT CASE WHEN EXISTS (SELECT FROM pending_posting WHERE $1 = ANY (facility_ids))
    THEN 'a feed that is being applied names it' ELSE remove_facility($1) END AS reason`;

/** Removes a facility that nothing depends on. @throws AtpError FACILITY_UNKNOWN, FACILITY_IN_USE */
export async function removeFacility(database: Database, facilityId: string): Promise<Facility> {
  const facility = await findFacility(database, facilityId);
  // It looks through the whole ledger, which has no index by facility.
  const { rows } = await database.transaction(
    (connection) => connection.query<{ reason: string | null }>(REMOVE, [facilityId]),
    'bulk',
  );
  const reason = rows[0]?.reason ?? null;
  if (reason !== null) throw new AtpError('FACILITY_IN_USE', { facilityId, reason });
  return facility;
}

async function withFacilityErrors<Result>(
  { facilityId, facilityTypeId }: Pick<NewFacility, 'facilityId'> & Pick<FacilityChange, 'facilityTypeId'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (breaksUnique(error)) throw new AtpError('FACILITY_EXISTS', { facilityId }, { cause: error });
    if (breaksForeignKey(error, 'facility_type_id')) {
      throw new AtpError('FACILITY_TYPE_UNKNOWN', { facilityTypeId }, { cause: error });
    }
    throw error;
  }
}
