/** `atp what-if`: what a change would do, as a person asks before making it. */
import { beforeAll, expect, test } from 'vitest';
import { openApi, type ApiUnderTest } from '../api/api-under-test.ts';
import { BROADWAY, GROUP, OUTLET, Retailer } from '../postgres/retailer.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await openApi();
  const retailer = await Retailer.open(api.database, ['SHIRT', 'SOCKS', 'HAT']);
  await retailer.post('SHIRT', OUTLET, 4, 0);
  await retailer.post('HAT', BROADWAY, -10, 0);
  await retailer.post('HAT', OUTLET, 6, 0);
});

const whatIf = (...args: string[]) => api.atp.json<object>(['what-if', ...args]);

test('a facility that leaves takes its units along, and nothing is set', async () => {
  expect(await whatIf('--facility', BROADWAY, '--sells', 'no')).toEqual({
    facilityGroupId: GROUP,
    totals: { compared: 3, moved: 2, toZero: 2, becomeSellable: 0, unitsLost: 20, unitsGained: 0 },
    products: [
      { sku: 'SHIRT', before: 10, after: 0, change: -10 },
      { sku: 'SOCKS', before: 10, after: 0, change: -10 },
    ],
    next: null,
  });
  expect(await api.atp.json(['explain', 'SHIRT'])).toMatchObject({ onlineAtp: 10 });
});

test('a facility that joins brings its units, also to what was not for sale', async () => {
  expect(await whatIf('--facility', OUTLET, '--sells', 'yes')).toMatchObject({
    totals: { compared: 2, moved: 2, toZero: 0, becomeSellable: 1, unitsLost: 0, unitsGained: 10 },
    products: [
      { sku: 'SHIRT', before: 10, after: 14 },
      { sku: 'HAT', before: 0, after: 6 },
    ],
  });
});

test('facilities that leave together are one change', async () => {
  expect(await whatIf('--facility-ids', BROADWAY, OUTLET, '--sells', 'no')).toMatchObject({
    totals: { moved: 2, toZero: 2, unitsLost: 20 },
  });
  expect(await api.atp.failure('what-if', '--facility-ids', BROADWAY)).toBe('INPUT_INVALID 2');
});

test('a threshold may be one of the group, or of some products', async () => {
  expect(await whatIf('--threshold', '3')).toMatchObject({ totals: { compared: 3, moved: 2, unitsLost: 6 } });
  expect(await whatIf('--threshold', '3', '--sku', 'SOCKS')).toMatchObject({
    totals: { compared: 1, moved: 1, unitsLost: 3 },
  });
});

test.each([
  [['--facility', BROADWAY], 'INPUT_INVALID 2'],
  [['--sells', 'no'], 'INPUT_INVALID 2'],
  [['--threshold', '1', '--facility', BROADWAY], 'INPUT_INVALID 2'],
  [['--threshold', 'off'], 'INPUT_INVALID 2'],
  [['--floor', 'off', '--sku', 'SHIRT'], 'INPUT_INVALID 2'],
  [['--threshold', '1', '--sku', 'SHORTS'], 'INPUT_INVALID 2'],
  [['--facility', 'NOWHERE', '--sells', 'no'], 'FACILITY_UNKNOWN 2'],
  [['--group', 'NOBODY', '--threshold', '1'], 'FACILITY_GROUP_UNKNOWN 2'],
])('%j is refused with %s', async (args, failure) => {
  expect(await api.atp.failure('what-if', ...args)).toBe(failure);
});

test('by HTTP a viewer may ask, in pages and as CSV', async () => {
  const path = `/api/whatif/show?facilityId=${BROADWAY}&sells=false`;
  const headers = { authorization: `Bearer ${api.tokens.viewer}` };
  const first = (await api.ask(`${path}&limit=1`, { headers })).json as { products: object[]; next: string };
  expect(first.products).toMatchObject([{ sku: 'SHIRT' }]);
  const second = await api.ask(`${path}&limit=1&after=${encodeURIComponent(first.next)}`, { headers });
  expect(second.json).toMatchObject({ products: [{ sku: 'SOCKS' }] });

  const csv = await api.ask(path, { headers: { ...headers, accept: 'text/csv' } });
  expect(csv.text.replaceAll('\r', '').trimEnd().split('\n')).toEqual([
    'sku,before,after,change',
    'SHIRT,10,0,-10',
    'SOCKS,10,0,-10',
  ]);
});
