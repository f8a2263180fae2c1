import { beforeEach, expect, test } from 'vitest';
import { addFacility } from '../../src/postgres/master-data/facilities.ts';
import {
  addGroupMember,
  findFacilityGroup,
  type FacilityGroup,
} from '../../src/postgres/master-data/facility-groups.ts';
import type { Database } from '../../src/postgres/database.ts';
import { freshDatabase } from '../setup/fresh-database.ts';
import { atpWith, type Atp } from './atp.ts';

let database: Database;
let atp: Atp;

beforeEach(async () => {
  const fresh = await freshDatabase();
  database = fresh.database;
  atp = await atpWith({ DATABASE_URL: fresh.url });
});

const NEW_YORK = ['facility', 'add', 'NEW_YORK', '--name', 'New York', '--type', 'RETAIL_STORE'];

test('migrate applies nothing to a database of this release', async () => {
  expect(await atp.json(['migrate'])).toEqual({ applied: [], roles: [] });
});

test('a facility is added, listed and changed', async () => {
  const added = await atp.json([...NEW_YORK, '--external-id', '101']);
  const facility = {
    facilityId: 'NEW_YORK',
    facilityName: 'New York',
    facilityTypeId: 'RETAIL_STORE',
    externalId: '101',
    isVirtual: false,
    safetyStock: 0,
    closedDate: null,
    facilityGroupIds: [],
  };
  expect(added).toEqual(facility);

  await atp.json(['facility', 'set', 'NEW_YORK', '--name', 'Fifth Avenue']);

  expect(await atp.json(['facility', 'list'])).toEqual([{ ...facility, facilityName: 'Fifth Avenue' }]);
  expect((await atp.run('facility', 'list')).stdout).toContain('│ Fifth Avenue │');
});

test('a facility is closed from an instant on, and sells nowhere then, until it is opened again', async () => {
  await atp.json(NEW_YORK);
  await atp.json(['group', 'add', 'FAC_GRP', 'NEW_YORK']);
  const set = (...change: string[]) => atp.json(['facility', 'set', 'NEW_YORK', ...change]);

  expect(await set('--closed', '2126-01-01T00:00:00Z')).toMatchObject({
    closedDate: '2126-01-01T00:00:00.000Z',
    facilityGroupIds: ['FAC_GRP'],
  });
  expect(await set('--closed', '2026-01-01T00:00:00Z')).toMatchObject({ facilityGroupIds: [] });
  expect(await set('--name', 'Fifth Avenue')).toMatchObject({ closedDate: '2026-01-01T00:00:00.000Z' });
  expect(await set('--open')).toMatchObject({ closedDate: null, facilityGroupIds: ['FAC_GRP'] });
  expect(await atp.failure('facility', 'set', 'NEW_YORK', '--open', '--closed', '2026-01-01T00:00:00Z')).toBe(
    'INPUT_INVALID 2',
  );
});

test('explain says of a facility whether it is closed at that instant, or not in the group', async () => {
  await atp.json(NEW_YORK);
  await atp.json(['facility', 'add', 'BOSTON', '--name', 'Boston', '--type', 'RETAIL_STORE']);
  await atp.json(['group', 'add', 'FAC_GRP', 'NEW_YORK', '--from', '2026-01-01T00:00:00Z']);
  await atp.json(['product', 'add', '10001', '--sku', 'BLUE-SHIRT-M']);
  for (const facility of ['NEW_YORK', 'BOSTON']) {
    const setting = ['--facility', facility, '--safety-stock', '1'];
    await atp.json(['product', 'set', 'BLUE-SHIRT-M', ...setting]);
  }
  await atp.json(['facility', 'set', 'NEW_YORK', '--closed', '2026-02-01T00:00:00Z']);
  const explainAt = async (at: string) => (await atp.run('explain', 'BLUE-SHIRT-M', '--at', at)).stdout;

  const beforeItCloses = await explainAt('2026-01-31T23:59:59Z');
  expect(beforeItCloses).toMatch(/│ NEW_YORK +│ New York +│ yes +│/);
  expect(beforeItCloses).toMatch(/│ BOSTON +│ Boston +│ no: not in the group +│/);
  expect(await explainAt('2026-02-01T00:00:00Z')).toMatch(/│ NEW_YORK +│ New York +│ no: closed +│/);
});

test('a facility that cannot be added or changed is refused with a code', async () => {
  await atp.json([...NEW_YORK, '--external-id', '101']);

  expect(await atp.failure(...NEW_YORK)).toBe('FACILITY_EXISTS 2');
  const other = ['facility', 'add', 'BOSTON', '--name', 'Boston', '--type'];
  expect(await atp.failure(...other, 'RETAIL_STORE', '--external-id', '101')).toBe('FACILITY_EXISTS 2');
  expect(await atp.failure(...other, 'SHED')).toBe('FACILITY_TYPE_UNKNOWN 2');
  expect(await atp.failure('facility', 'set', 'BOSTON', '--name', 'Boston')).toBe('FACILITY_UNKNOWN 2');
  expect(await atp.failure('facility', 'set', 'NEW_YORK')).toBe('INPUT_INVALID 2');
});

test('a membership begins and ends at given instants, and its history is kept', async () => {
  await atp.json(NEW_YORK);

  await atp.json(['group', 'add', 'FAC_GRP', 'NEW_YORK', '--from', '2026-01-01T00:00:00+01:00']);
  await atp.json(['group', 'remove', 'FAC_GRP', 'NEW_YORK', '--at', '2026-02-01T00:00:00Z']);
  await atp.json(['group', 'add', 'FAC_GRP', 'NEW_YORK', '--from', '2026-02-01T00:00:00Z']);

  const [current] = await atp.json<FacilityGroup[]>(['group', 'list']);
  expect(current?.members.map(({ fromDate }) => fromDate)).toEqual(['2026-02-01T00:00:00.000Z']);
  const [group] = await atp.json<FacilityGroup[]>(['group', 'list', '--past']);
  expect(group).toMatchObject({
    facilityGroupId: 'FAC_GRP',
    members: [
      { fromDate: '2025-12-31T23:00:00.000Z', thruDate: '2026-02-01T00:00:00.000Z', inForce: false },
      { fromDate: '2026-02-01T00:00:00.000Z', thruDate: null, inForce: true },
    ],
  });
  expect(await atp.json(['facility', 'list'])).toMatchObject([{ facilityGroupIds: ['FAC_GRP'] }]);
});

test('several facilities are added to a group, and taken out of it, all of them or none', async () => {
  for (const facilityId of ['SOHO', 'QUEENS', 'NJ_DC']) {
    await atp.json(['facility', 'add', facilityId, '--name', facilityId, '--type', 'RETAIL_STORE']);
  }
  const sellingNow = async () =>
    (await findFacilityGroup(database, 'FAC_GRP')).members
      .filter(({ sellsNow }) => sellsNow)
      .map(({ facilityId }) => facilityId);

  expect(await atp.failure('group', 'add', 'FAC_GRP', 'SOHO', 'BRONX')).toBe('FACILITY_UNKNOWN 2');
  expect(await sellingNow()).toEqual([]);
  await atp.json(['group', 'add', 'FAC_GRP', 'SOHO', 'QUEENS', 'NJ_DC']);
  expect(await sellingNow()).toEqual(['NJ_DC', 'QUEENS', 'SOHO']);

  expect(await atp.failure('group', 'remove', 'FAC_GRP', 'SOHO', 'BRONX')).toBe('FACILITY_UNKNOWN 2');
  expect(await sellingNow()).toEqual(['NJ_DC', 'QUEENS', 'SOHO']);
  await atp.json(['group', 'remove', 'FAC_GRP', 'SOHO', 'NJ_DC']);
  expect(await sellingNow()).toEqual(['QUEENS']);
  expect(await atp.failure('group', 'add', 'FAC_GRP')).toBe('INPUT_INVALID 2');
});

test('memberships of a facility in a group never overlap', async () => {
  await atp.json(NEW_YORK);
  const add = ['group', 'add', 'FAC_GRP', 'NEW_YORK'];
  await atp.json([...add, '--from', '2026-03-01T00:00:00Z', '--thru', '2026-04-01T00:00:00Z']);

  expect(await atp.failure(...add, '--from', '2026-03-31T23:59:59Z')).toBe('MEMBERSHIP_EXISTS 2');
  expect(await atp.failure(...add, '--from', '2026-01-01T00:00:00Z')).toBe('MEMBERSHIP_EXISTS 2');
  await atp.json([...add, '--from', '2026-01-01T00:00:00Z', '--thru', '2026-03-01T00:00:00Z']);
  await atp.json([...add, '--from', '2026-04-01T00:00:00Z']);
});

test('of eight people who add the same facility at once, one succeeds', async () => {
  await addFacility(database, {
    facilityId: 'NEW_YORK',
    facilityName: 'New York',
    facilityTypeId: 'RETAIL_STORE',
  });
  const member = { facilityGroupId: 'FAC_GRP', facilityId: 'NEW_YORK' };

  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => addGroupMember(database, member)),
  );

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'MEMBERSHIP_EXISTS' });
  }
  expect((await findFacilityGroup(database, 'FAC_GRP')).members).toHaveLength(1);
});

test('a membership that never was cannot be ended; one that has not begun is taken back at its start', async () => {
  await atp.json(NEW_YORK);
  const remove = ['group', 'remove', 'FAC_GRP', 'NEW_YORK'];
  expect(await atp.failure(...remove)).toBe('MEMBERSHIP_UNKNOWN 2');
  expect(await atp.failure('group', 'remove', 'FAC_GRP', 'BOSTON')).toBe('FACILITY_UNKNOWN 2');

  await atp.json(['group', 'add', 'FAC_GRP', 'NEW_YORK', '--from', '2099-01-01T00:00:00Z']);
  expect(await atp.failure(...remove)).toBe('MEMBERSHIP_UNKNOWN 2');
  expect(await atp.json([...remove, '--at', '2099-01-01T00:00:00Z'])).toMatchObject({ members: [] });
});

test('a facility that was added and removed just now can be added again', async () => {
  await atp.json(NEW_YORK);
  await atp.json(['group', 'add', 'FAC_GRP', 'NEW_YORK']);
  await atp.json(['group', 'remove', 'FAC_GRP', 'NEW_YORK']);

  const { members } = await atp.json<FacilityGroup>(['group', 'add', 'FAC_GRP', 'NEW_YORK']);

  expect(members.map(({ inForce }) => inForce)).toEqual([false, true]);
});

test('groups are of the channel type, in either spelling', async () => {
  const create = ['group', 'create', 'OUTLET', '--name', 'Outlet shop'];
  expect(await atp.failure(...create, '--type', 'PICKUP')).toBe('INPUT_INVALID 2');

  expect(await atp.json([...create, '--type', 'CHANNEL_FAC_GRP'])).toEqual({
    facilityGroupId: 'OUTLET',
    facilityGroupName: 'Outlet shop',
    facilityGroupTypeId: 'CHANNEL_FAC_GROUP',
    threshold: 0,
    floorPerFacility: true,
    atMost: null,
    members: [],
  });
  expect(await atp.failure(...create)).toBe('FACILITY_GROUP_EXISTS 2');

  await atp.json(['group', 'set', 'OUTLET', '--threshold', '3']);
  expect(await atp.json(['group', 'set', 'OUTLET', '--floor', 'off'])).toMatchObject({
    threshold: 3,
    floorPerFacility: false,
  });
  expect(await atp.json(['group', 'set', 'OUTLET', '--at-most', '10'])).toMatchObject({ atMost: 10 });
  expect(await atp.json(['group', 'set', 'OUTLET', '--at-most', 'off'])).toMatchObject({ atMost: null });
  expect(await atp.failure('group', 'set', 'OUTLET', '--at-most', '-1')).toBe('INPUT_INVALID 2');
  expect(await atp.failure('group', 'set', 'NOWHERE', '--threshold', '3')).toBe('FACILITY_GROUP_UNKNOWN 2');
});

test('a product is added and given its settings', async () => {
  await atp.json(NEW_YORK);
  const product = { productId: '10001', sku: 'BLUE-SHIRT-M', upc: '190000100011', inventoryItemId: null };
  const add = ['product', 'add', '10001', '--sku', 'BLUE-SHIRT-M', '--upc', '190000100011'];
  expect(await atp.json(add)).toEqual({ ...product, facilities: [], thresholds: [] });

  const set = ['product', 'set', 'BLUE-SHIRT-M'];
  await atp.json([...set, '--facility', 'NEW_YORK', '--safety-stock', '5']);
  await atp.json([...set, '--facility', 'NEW_YORK', '--allow-brokering', 'N']);
  await atp.json([...set, '--group', 'FAC_GRP', '--threshold', '4']);

  expect(await atp.json(['product', 'list'])).toEqual([
    {
      ...product,
      facilities: [{ facilityId: 'NEW_YORK', safetyStock: 5, allowBrokering: 'N' }],
      thresholds: [{ facilityGroupId: 'FAC_GRP', threshold: 4 }],
    },
  ]);
});

test('a product that cannot be added or changed is refused with a code', async () => {
  await atp.json(['product', 'add', '10001', '--sku', 'BLUE-SHIRT-M', '--upc', '1']);
  const set = ['product', 'set', 'BLUE-SHIRT-M'];

  expect(await atp.failure('product', 'add', '10002', '--sku', 'BLUE-SHIRT-M')).toBe('PRODUCT_EXISTS 2');
  expect(await atp.failure('product', 'add', '10002', '--sku', 'X', '--upc', '1')).toBe('PRODUCT_EXISTS 2');
  expect(await atp.failure('product', 'set', 'X', '--group', 'FAC_GRP', '--threshold', '1')).toBe(
    'PRODUCT_UNKNOWN 2',
  );
  expect(await atp.failure(...set, '--facility', 'X', '--safety-stock', '1')).toBe('FACILITY_UNKNOWN 2');
  expect(await atp.failure(...set, '--group', 'X', '--threshold', '1')).toBe('FACILITY_GROUP_UNKNOWN 2');
  expect(await atp.failure(...set, '--threshold', '1')).toBe('INPUT_INVALID 2');
  expect(await atp.failure(...set, '--facility', 'X')).toBe('INPUT_INVALID 2');
});

test('product set changes nothing when one of its parts fails', async () => {
  await atp.json(NEW_YORK);
  await atp.json(['product', 'add', '10001', '--sku', 'BLUE-SHIRT-M']);
  const set = ['product', 'set', 'BLUE-SHIRT-M', '--facility', 'NEW_YORK', '--safety-stock', '5'];

  expect(await atp.failure(...set, '--group', 'X', '--threshold', '1')).toBe('FACILITY_GROUP_UNKNOWN 2');

  expect(await atp.json(['product', 'list'])).toMatchObject([{ facilities: [], thresholds: [] }]);
});

test('a list for a person says when it is not complete', async () => {
  await database.query(
    `INSERT INTO product (product_id, sku) SELECT n::text, 'SKU-' || n FROM generate_series(1, 201) AS n`,
  );

  expect((await atp.run('product', 'list')).stdout).toContain('200 of 201 products.');
  expect(await atp.json<unknown[]>(['product', 'list'])).toHaveLength(201);
  expect(await atp.json(['product', 'list', '--sku', 'SKU-7'])).toMatchObject([{ productId: '7' }]);
});

test('a database of an older release is reported with a code, and not as a fault of atp-sync', async () => {
  await database.query('DROP TABLE facility_group_member');

  expect(await atp.failure('facility', 'list')).toBe('DATABASE_NOT_MIGRATED 1');
});

test('a SKU that was typed with a slip of the hand is recognised among many', async () => {
  await database.query(
    `INSERT INTO product (product_id, sku)
     SELECT 'P' || n, 'SKU-' || lpad(n::text, 6, '0') FROM generate_series(1, 30000) AS n`,
  );
  await atp.json(['product', 'add', '1', '--sku', 'BLUE-SHIRT-M']);
  await atp.json(['product', 'add', '2', '--sku', 'BLUE-SHIRT-L']);
  const hintFor = async (...args: string[]) => (await atp.run(...args)).stderr.split('\n')[1];

  expect(await hintFor('explain', 'blue-shirt-m')).toBe(
    '  Did you mean BLUE-SHIRT-M? Capitals count; `atp product list` shows the products.',
  );
  expect(await hintFor('product', 'set', 'BLUESHIRT-M', '--group', 'FAC_GRP', '--threshold', '1')).toContain(
    'Did you mean BLUE-SHIRT-M?',
  );
  // Of many, the first are named.
  expect(await hintFor('explain', 'SKU-00001')).toContain('mean SKU-000001, SKU-010001, SKU-020001?');
  expect(await hintFor('explain', 'RED-BEANIE')).toContain('`atp product add` makes one');
  expect(await atp.failure('explain', 'blue-shirt-m')).toBe('PRODUCT_UNKNOWN 2');
});

test('a product whose SKU differs only in case from another one is taken, with a warning', async () => {
  await atp.json(['product', 'add', '10001', '--sku', 'BLUE-SHIRT-M']);

  const { exitCode, stderr } = await atp.run('product', 'add', '10002', '--sku', 'Blue-Shirt-M');

  expect(exitCode).toBe(0);
  expect(stderr).toContain('Blue-Shirt-M differs only in case from BLUE-SHIRT-M');
  expect((await atp.run('product', 'add', '10003', '--sku', 'RED-SHIRT-M')).stderr).toBe('');
  const renamed = await atp.run('product', 'set', 'RED-SHIRT-M', '--sku', 'blue-shirt-m');
  expect(renamed.exitCode).toBe(0);
  expect(renamed.stderr).toContain('blue-shirt-m differs only in case from Blue-Shirt-M, BLUE-SHIRT-M');
});

test('facilities have pages, and are found by a part of their id, name or external id', async () => {
  for (const [id, name, externalId] of [
    ['PAGE_A', 'Depot north', 'EXT-7'],
    ['PAGE_B', 'Depot south', 'EXT-8'],
    ['PAGE_C', 'Else', 'DEPOT-9'],
  ] as const) {
    await atp.json([
      'facility',
      'add',
      id,
      '--name',
      name,
      '--type',
      'WAREHOUSE',
      '--external-id',
      externalId,
    ]);
  }
  const idsOf = async (...args: string[]) =>
    (await atp.json<{ facilityId: string }[]>(['facility', 'list', ...args])).map(
      ({ facilityId }) => facilityId,
    );

  expect(await idsOf('--search', 'depot')).toEqual(['PAGE_A', 'PAGE_B', 'PAGE_C']);
  expect(await idsOf('--search', 'page_b')).toEqual(['PAGE_B']);
  expect(await idsOf('--search', '%')).toEqual([]);
  expect(await idsOf('--search', 'depot', '--limit', '2')).toEqual(['PAGE_A', 'PAGE_B']);
  expect(await idsOf('--search', 'depot', '--limit', '2', '--after', 'PAGE_B')).toEqual(['PAGE_C']);
  expect(await idsOf('--facility', 'PAGE_C')).toEqual(['PAGE_C']);
  expect((await atp.run('facility', 'list', '--search', 'depot', '--limit', '2')).stdout).toContain(
    '2 of 3 facilities.',
  );
});
