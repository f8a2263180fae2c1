import { expect, test } from 'vitest';
import { FACILITY_TYPES } from '../../src/domain/facility-type.ts';
import { compareNames } from '../../src/domain/name-order.ts';
import { freshDatabase } from '../setup/fresh-database.ts';

test('the facility types that hints name are those of the database', async () => {
  const { database } = await freshDatabase();
  const { withStock, virtual, kindsOfVirtual } = FACILITY_TYPES;

  const types = await database.query<{ readonly id: string }>(
    'SELECT facility_type_id AS id, parent_type_id AS parent, is_virtual AS "isVirtual" FROM facility_type',
  );

  const named = [
    ...withStock.map((id) => ({ id, parent: null, isVirtual: false })),
    { id: virtual, parent: null, isVirtual: true },
    ...kindsOfVirtual.map((id) => ({ id, parent: virtual, isVirtual: true })),
  ];
  const byId = (one: { readonly id: string }, other: { readonly id: string }) =>
    compareNames(one.id, other.id);
  expect(types.toSorted(byId)).toEqual(named.toSorted(byId));
});
