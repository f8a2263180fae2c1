/** The settings of a facility group, and of a product in it: the only place that knows their columns. */
import type { GroupSettings } from '../../domain/online-atp.ts';

/** What is undefined stays as it is. */
export type GroupSettingsChange = {
  readonly [Setting in keyof GroupSettings]?: GroupSettings[Setting] | undefined;
};

/** Their columns in facility_group. */
const COLUMNS: Readonly<Record<keyof GroupSettings, string>> = {
  threshold: 'default_threshold',
  floorPerFacility: 'floor_per_facility',
  atMost: 'at_most',
};

const SETTINGS = Object.keys(COLUMNS) as (keyof GroupSettings)[];

/** In SQL, items of a SELECT list: a group's settings by their names. */
export const GROUP_SETTINGS = SETTINGS.map(
  (setting) => `facility_group.${COLUMNS[setting]} AS "${setting}"`,
).join(', ');

/** A change by its columns of facility_group. */
export function toGroupColumns(change: GroupSettingsChange): Record<string, unknown> {
  return Object.fromEntries(SETTINGS.map((setting) => [COLUMNS[setting], change[setting]]));
}

/**
 * In SQL: joins what PRODUCT_SETTINGS reads. No row when the group does not exist.
 *
 * @param product alias of a table with a column `product_id`
 * @param group expression of the group's id
 * @param groups a table or subquery with the columns of facility_group, in its place
 * @param own the same for product_facility_group
 * @param isFew each product is looked up by the key: the planner would read the settings of all products, where many have some
 */
export function joinProductSettings({
  product,
  group,
  groups = 'facility_group',
  own = 'product_facility_group',
  isFew = false,
}: {
  readonly product: string;
  readonly group: string;
  readonly groups?: string | undefined;
  readonly own?: string | undefined;
  readonly isFew?: boolean;
}): string {
  const isOwn = `own.product_id = ${product}.product_id AND own.facility_group_id = ${group}`;
  return `
    JOIN ${groups} AS facility_group ON facility_group.facility_group_id = ${group}
    LEFT JOIN ${isFew ? `LATERAL (SELECT * FROM ${own} AS own WHERE ${isOwn} OFFSET 0) AS own ON true` : `${own} AS own ON ${isOwn}`}`;
}

/**
 * In SQL, a subquery: all groups as they are set, but for the one, which has the settings that are given.
 *
 * @param parameter makes a parameter of a value, and returns its name
 */
export function groupsWith(
  group: string,
  change: GroupSettingsChange,
  parameter: (value: unknown) => string,
): string {
  const columns = SETTINGS.map((setting) => {
    const [column, value] = [COLUMNS[setting], change[setting]];
    return value === undefined
      ? column
      : `CASE WHEN facility_group_id = ${group} THEN ${parameter(value)} ELSE ${column} END AS ${column}`;
  });
  return `(SELECT facility_group_id, ${columns.join(', ')} FROM facility_group)`;
}

/** In SQL, what counts for a product in the group: its own setting where it has one, else the group's. */
export const PRODUCT_SETTINGS: Readonly<Record<keyof GroupSettings, string>> = {
  threshold: `coalesce(own.threshold, facility_group.${COLUMNS.threshold})`,
  floorPerFacility: `facility_group.${COLUMNS.floorPerFacility}`,
  atMost: `facility_group.${COLUMNS.atMost}`,
};

/** In SQL, items of a SELECT list: what counts for a product in the group, by the settings' names. */
export const PRODUCT_SETTINGS_LIST = SETTINGS.map(
  (setting) => `${PRODUCT_SETTINGS[setting]} AS "${setting}"`,
).join(', ');
