/** Who sells in a facility group is one rule: whatever shows it or counts by it follows the same dates, closures and types. */
import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.ts';
import { findFacility, listFacilities, setFacility } from '../../src/postgres/master-data/facilities.ts';
import {
  addGroupMember,
  createFacilityGroup,
  listFacilityGroups,
  removeGroupMembers,
} from '../../src/postgres/master-data/facility-groups.ts';
import { checkMemberships, sharedWith } from '../../src/postgres/master-data/membership-check.ts';
import { closeShop } from '../../src/postgres/producing/move-shop.ts';
import { explain } from '../../src/postgres/online-atp/explain.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { BROADWAY, GROUP, OUTLET, PARKING, Retailer, SHOP } from './retailer.ts';

const HOUR_MS = 3_600_000;

/** A retailer whose Broadway has been a member of the group for long. */
async function openRetailer(): Promise<Database> {
  const { database } = await freshDatabase();
  await Retailer.open(database, ['SHIRT']);
  return database;
}

/** Asks everything that tells whether Broadway sells in the group now. */
async function askAboutBroadway(database: Database) {
  const [group] = await listFacilityGroups(database, { past: true });
  const explained = await explain(database, { sku: 'SHIRT', facilityGroupId: GROUP });
  return {
    groupList: group?.members.map(({ sellsNow }) => sellsNow),
    facilityList: (await findFacility(database, BROADWAY)).facilityGroupIds,
    doctor: (await checkMemberships(database, GROUP)).facilityIds,
    explained: explained.facilities.find(({ facilityId }) => facilityId === BROADWAY)?.sellsOnline,
    onlineAtp: explained.onlineAtp,
  };
}

const SELLS = {
  groupList: [true],
  facilityList: [GROUP],
  doctor: [BROADWAY],
  explained: true,
  onlineAtp: 10,
};
const SELLS_NOT = { groupList: [false], facilityList: [], doctor: [], explained: false, onlineAtp: 0 };

describe('a member of a facility group', () => {
  test('sells while its membership is in force', async () => {
    const database = await openRetailer();

    expect(await askAboutBroadway(database)).toEqual(SELLS);
  });

  test('does not sell once it is closed, although its membership goes on', async () => {
    const database = await openRetailer();

    await setFacility(database, BROADWAY, { closedDate: new Date(Date.now() - HOUR_MS) });

    expect(await askAboutBroadway(database)).toEqual(SELLS_NOT);
    const [group] = await listFacilityGroups(database, { past: true });
    expect(group?.members).toMatchObject([{ inForce: true, sellsNow: false }]);
  });

  test('sells until the instant at which it will close', async () => {
    const database = await openRetailer();

    await setFacility(database, BROADWAY, { closedDate: new Date(Date.now() + HOUR_MS) });

    expect(await askAboutBroadway(database)).toEqual(SELLS);
  });

  test('sells again when it is opened again', async () => {
    const database = await openRetailer();
    await setFacility(database, BROADWAY, { closedDate: new Date(Date.now() - HOUR_MS) });

    await setFacility(database, BROADWAY, { closedDate: null });

    expect(await askAboutBroadway(database)).toEqual(SELLS);
  });

  test('does not sell once its membership has ended', async () => {
    const database = await openRetailer();

    await removeGroupMembers(database, { facilityGroupId: GROUP, facilityIds: [BROADWAY] });

    expect(await askAboutBroadway(database)).toEqual(SELLS_NOT);
  });

  test('does not sell before its membership begins', async () => {
    const database = await openRetailer();
    await addGroupMember(database, {
      facilityGroupId: GROUP,
      facilityId: OUTLET,
      fromDate: new Date(Date.now() + HOUR_MS),
    });

    expect((await findFacility(database, OUTLET)).facilityGroupIds).toEqual([]);
    expect((await checkMemberships(database, GROUP)).facilityIds).toEqual([BROADWAY]);
  });

  test('never sells when it is virtual', async () => {
    const database = await openRetailer();

    await addGroupMember(database, { facilityGroupId: GROUP, facilityId: PARKING });

    const [group] = await listFacilityGroups(database, { past: true });
    expect(group?.members).toMatchObject([
      { facilityId: BROADWAY, sellsNow: true },
      { facilityId: PARKING, inForce: true, sellsNow: false },
    ]);
    const parking = (await listFacilities(database)).find(({ facilityId }) => facilityId === PARKING);
    expect(parking).toMatchObject({ isVirtual: true, facilityGroupIds: [] });
    expect((await checkMemberships(database, GROUP)).facilityIds).toEqual([BROADWAY]);
  });
});

test('the units of a closed store are not promised twice, whatever groups it is a member of', async () => {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT']);
  await createFacilityGroup(database, { facilityGroupId: 'WHOLESALE' });
  await addGroupMember(database, { facilityGroupId: 'WHOLESALE', facilityId: BROADWAY });
  await retailer.openShop('wholesale', 'WHOLESALE');
  expect((await checkMemberships(database, GROUP)).promisedTwice).toEqual([
    { facilityId: BROADWAY, shopIds: [SHOP, 'wholesale'], facilityGroupIds: [GROUP, 'WHOLESALE'] },
  ]);

  await setFacility(database, BROADWAY, { closedDate: new Date(Date.now() - HOUR_MS) });

  expect(await checkMemberships(database, GROUP)).toEqual({ facilityIds: [], promisedTwice: [] });
});

test('two shops of one group promise the same units, until one of them is being closed', async () => {
  const { database } = await freshDatabase();
  const retailer = await Retailer.open(database, ['SHIRT']);
  await retailer.openShop('second', GROUP);

  expect((await checkMemberships(database, GROUP)).promisedTwice).toEqual([
    { facilityId: BROADWAY, shopIds: [SHOP, 'second'], facilityGroupIds: [GROUP] },
  ]);
  expect(await sharedWith(database, SHOP)).toEqual(['second']);

  await closeShop(database, 'second');
  expect(await sharedWith(database, SHOP)).toEqual([]);
});
